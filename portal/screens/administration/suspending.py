"""Closing an access: what it means is said first, with the open requests that lose their agent."""

from uuid import UUID

from flask import request
from werkzeug.wrappers import Response

from portal.casework.requests import service as requests
from portal.ground.errors import Conflict, Forbidden
from portal.ground.web import actor, redirect_to, undo, unit
from portal.ground.web.sent import version_sent
from portal.people.accounts import service as accounts
from portal.people.identity.service import end_all_sessions
from portal.screens.administration.agents import show_refusal
from portal.screens.administration.blueprint import blueprint
from portal.screens.administration.leaving import ask_where, hand_over_all, read_destinations
from portal.screens.administration.teams import may_manage

ONE = "/equipes/agents/<uuid:agent_id>/suspendre"


@blueprint.get(ONE)
@may_manage
def suspension(agent_id: UUID) -> Response:
    """What closing this access means, and where the open requests go."""
    record = accounts.get_agent_record(unit(), actor(), agent_id)
    held = requests.count_held(unit(), agent_id)
    return ask_where(record, held, {"version": str(record.version)}, f"/agents/equipes/agents/{agent_id}/suspendre")


@blueprint.post(ONE)
@may_manage
def suspend(agent_id: UUID) -> Response:
    """Close the access, hand the requests over, end the sessions: one transaction."""
    try:
        record = accounts.suspend_agent(unit(), actor(), agent_id, version=version_sent())
        held = requests.count_held(unit(), agent_id)
        chosen = read_destinations(agent_id, held)
        if chosen is None:
            undo()
            typed = {"version": request.form.get("version", "")}
            return ask_where(record, held, typed, f"/agents/equipes/agents/{agent_id}/suspendre", missing=True)
        hand_over_all(agent_id, chosen)
    except (Conflict, Forbidden) as refused:
        return show_refusal(agent_id, refused)
    end_all_sessions(unit(), agent_id=agent_id)
    return redirect_to("administration.agent", agent_id=agent_id, fait="suspendu")
