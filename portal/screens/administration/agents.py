"""One agent: invited, changed, brought back, invited again, tied to another sign-in."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.notifications.agent_invitation import send_agent_invitation
from portal.ground.errors import Conflict, Forbidden, Invalid
from portal.ground.permissions import STRONG_ROLES, Role
from portal.ground.web import actor, page, redirect_to, settings, undo, unit
from portal.ground.web.sent import read_id, version_sent
from portal.people.accounts import service as accounts
from portal.people.accounts.service import AgentFacts, AgentRecord, allowed_sirets, get_authority, list_departments
from portal.people.identity.service import end_all_sessions
from portal.screens.administration import wording
from portal.screens.administration.blueprint import blueprint
from portal.screens.administration.leaving import ask_where, departments_left, hand_over_all, read_destinations
from portal.screens.administration.teams import may_manage

ONE = "/equipes/agents/<uuid:agent_id>"
FIELDS = ("display_name", "email", "siret", "role", "version")
Errors = list[tuple[str, str]]


@blueprint.get("/equipes/inviter")
@may_manage
def invitation() -> Response:
    """An empty form, with the SIRET of the authority."""
    return _show_invitation({"siret": get_authority(unit()).siret})


@blueprint.post("/equipes/inviter")
@may_manage
def invite() -> Response:
    """Record the agent and have the invitation sent; somebody who is known already is shown instead."""
    typed = typed_agent()
    try:
        record = accounts.invite_agent(unit(), actor(), read_facts(typed), allowed_sirets=_allowed())
    except Invalid as wrong:
        undo()
        return _show_invitation(typed, errors=list(wrong.fields.items()), status=422)
    except Conflict as known:
        undo()
        return _show_invitation(typed, known=known.theirs, status=409)
    _send(record)
    return redirect_to("administration.agent", agent_id=record.id, fait="invite")


def _show_invitation(
    typed: Mapping[str, Any], *, errors: Errors | None = None, known: object = None, status: int = 200
) -> Response:
    return page(
        "administration/invitation.html",
        title=_("Inviter un agent"),
        status=status,
        service=_("Agents"),
        typed=typed,
        errors=errors or [],
        known=known,
        **choices(),
    )


@blueprint.get(ONE)
@may_manage
def agent(agent_id: UUID) -> Response:
    """One agent, with what can be changed."""
    return show_agent(agent_id)


@blueprint.post(ONE)
@may_manage
def revise(agent_id: UUID) -> Response:
    """Change the agent; when open requests lose their agent by it, ask first where they go."""
    typed = typed_agent()
    before = accounts.get_agent_record(unit(), actor(), agent_id)
    try:
        facts = read_facts(typed)
        record = accounts.revise_agent(
            unit(), actor(), agent_id, facts, version=version_sent(), allowed_sirets=_allowed()
        )
        left = departments_left(before, record)
        chosen = read_destinations(agent_id, left)
        if chosen is None:
            undo()
            return ask_where(before, left, typed, f"/agents/equipes/agents/{agent_id}")
        hand_over_all(agent_id, chosen)
    except Invalid as wrong:
        undo()
        return show_agent(agent_id, typed, errors=list(wrong.fields.items()), status=422)
    except (Conflict, Forbidden) as refused:
        return show_refusal(agent_id, refused, typed)
    return redirect_to("administration.agent", agent_id=agent_id, fait="change")


@blueprint.post(f"{ONE}/retablir")
@may_manage
def restore(agent_id: UUID) -> Response:
    """Open the access again."""
    try:
        accounts.restore_agent(unit(), actor(), agent_id, version=version_sent())
    except (Conflict, Forbidden) as refused:
        return show_refusal(agent_id, refused)
    return redirect_to("administration.agent", agent_id=agent_id, fait="retabli")


@blueprint.post(f"{ONE}/inviter")
@may_manage
def invite_again(agent_id: UUID) -> Response:
    """Send the invitation once more."""
    try:
        _send(accounts.invite_again(unit(), actor(), agent_id, version=version_sent()))
    except (Conflict, Forbidden) as refused:
        return show_refusal(agent_id, refused)
    return redirect_to("administration.agent", agent_id=agent_id, fait="reinvite")


@blueprint.post(f"{ONE}/rattacher")
@may_manage
def relink(agent_id: UUID) -> Response:
    """Accept another sign-in of this agent, whom somebody has asked; or leave the record as it is."""
    accept = request.form.get("reponse") == "accepter"
    asked = read_id(request.form.get("demande", "")) or UUID(int=0)
    try:
        accounts.settle_relink(unit(), actor(), agent_id, asked, version=version_sent(), accept=accept)
    except (Conflict, Forbidden) as refused:
        return show_refusal(agent_id, refused)
    if accept:
        end_all_sessions(unit(), agent_id=agent_id)
    return redirect_to("administration.agent", agent_id=agent_id, fait="rattache" if accept else "ecarte")


def show_agent(
    agent_id: UUID,
    typed: Mapping[str, Any] | None = None,
    *,
    errors: Errors | None = None,
    refused: str = "",
    status: int = 200,
) -> Response:
    """The page of an agent; ``typed`` is what the form keeps, under the version that is stored now."""
    record = accounts.get_agent_record(unit(), actor(), agent_id)
    kept = dict(typed) if typed is not None else _typed_of(record)
    return page(
        "administration/agent.html",
        title=record.display_name,
        status=status,
        service=_("Agents"),
        record=record,
        state=wording.state_of(record),
        typed=kept,
        errors=errors or [],
        refused=refused,
        is_me=record.id == actor().id,
        done=request.args.get("fait", "") if status == 200 else "",
        **choices(),
    )


def show_refusal(agent_id: UUID, refused: Conflict | Forbidden, typed: Mapping[str, Any] | None = None) -> Response:
    """Nothing was done, and why; the page shows the agent as stored now, with what was typed.

    :raises Forbidden: for another reason than the administrator's own access.
    """
    undo()
    if isinstance(refused, Forbidden) and refused.code != "own_access":
        raise refused
    return show_agent(agent_id, typed, refused=refused.code, status=refused.status)


def choices() -> dict[str, Any]:
    """What the form offers."""
    return {
        "roles": [(role.value, str(name)) for role, name in wording.ROLES.items()],
        "strong": [str(wording.ROLES[role]) for role in wording.ROLES if role in STRONG_ROLES],
        "departments": [(str(one.id), one.name) for one in list_departments(unit())],
    }


def typed_agent() -> dict[str, Any]:
    """The form as it was sent."""
    return {name: request.form.get(name, "") for name in FIELDS} | {"departments": request.form.getlist("departments")}


def read_facts(typed: Mapping[str, Any]) -> AgentFacts:
    """The form as facts; what is not of its kind becomes what the service refuses."""
    known = {str(one.id): one.id for one in list_departments(unit())}
    role = Role(typed["role"]) if typed["role"] in {one.value for one in wording.ROLES} else Role.RESIDENT
    departments = frozenset(known[one] for one in typed["departments"] if one in known)
    return AgentFacts(typed["display_name"], typed["email"], typed["siret"], role, departments)


def _typed_of(record: AgentRecord) -> dict[str, Any]:
    return {
        "display_name": record.display_name,
        "email": record.email,
        "siret": record.siret,
        "role": record.role.value,
        "departments": [str(one) for one in record.department_ids],
    }


def _allowed() -> frozenset[str]:
    return allowed_sirets(unit(), settings().agent_sirets)


def _send(record: AgentRecord) -> None:
    if record.invited_at is not None:
        send_agent_invitation(unit(), record.id, record.invited_at)
