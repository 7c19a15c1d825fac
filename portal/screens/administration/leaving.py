"""An agent leaves a department, or all of them: where the open requests in their charge go."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.requests import service as requests
from portal.ground.web import actor, page, unit
from portal.people.accounts.service import AgentRecord, agents_of, get_department

QUEUE = "file"


def departments_left(before: AgentRecord, after: AgentRecord) -> dict[UUID, int]:
    """Department → open requests of an agent who does not work there any more."""
    held = requests.count_held(unit(), before.id)
    return {department: count for department, count in held.items() if department not in after.department_ids}


def read_destinations(agent_id: UUID, left: Mapping[UUID, int]) -> dict[UUID, UUID | None] | None:
    """Where the form sends the requests of each department; None while one of them is not answered."""
    chosen: dict[UUID, UUID | None] = {}
    for department_id in left:
        told = request.form.get(f"suite-{department_id}", "")
        able = {str(one.id): one.id for one in agents_of(unit(), department_id) if one.id != agent_id}
        if told != QUEUE and told not in able:
            return None
        chosen[department_id] = able.get(told)
    return chosen


def hand_over_all(agent_id: UUID, chosen: Mapping[UUID, UUID | None]) -> None:
    """Write it, with an event on each request."""
    if chosen:
        requests.hand_over(unit(), actor(), agent_id, chosen)


def ask_where(
    record: AgentRecord, left: Mapping[UUID, int], typed: Mapping[str, Any], action: str, *, missing: bool = False
) -> Response:
    """The question, with all that was typed so far carried along."""
    rows = [_question(record, department_id, count) for department_id, count in left.items()]
    asked = missing or any(name.startswith("suite-") for name in request.form)
    wrong = _("Dites où vont ces demandes : à un collègue, ou dans la liste du service.")
    errors = [(f"suite-{row['id']}", wrong) for row in rows if not request.form.get(f"suite-{row['id']}")]
    suspending = action.endswith("/suspendre")
    return page(
        "administration/leaving.html",
        title=_("Suspendre l’accès de %(name)s", name=record.display_name)
        if suspending
        else _("Demandes en cours de %(name)s", name=record.display_name),
        status=422 if asked and errors else 200,
        service=_("Agents"),
        record=record,
        rows=rows,
        typed=typed,
        chosen=request.form,
        errors=errors if asked else [],
        action=action,
        suspending=suspending,
    )


def _question(record: AgentRecord, department_id: UUID, count: int) -> dict[str, Any]:
    """One department, with those who may take its requests over."""
    colleagues = [one for one in agents_of(unit(), department_id) if one.id != record.id]
    return {
        "id": str(department_id),
        "name": get_department(unit(), department_id).name,
        "count": count,
        "choices": [
            (QUEUE, _("La liste du service, sans agent")),
            *((str(one.id), one.display_name) for one in colleagues),
        ],
    }
