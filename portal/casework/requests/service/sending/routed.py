"""A new request goes at once to whom a rule of its department says."""

from sqlalchemy.orm import Session

from portal.casework.catalogue.fields import Answers
from portal.casework.requests.models import ServiceRequest
from portal.casework.routing.service import choose_agent
from portal.ground.audit.service import record
from portal.ground.permissions import SYSTEM
from portal.records.timeline.service import append


def give_by_rule(session: Session, request: ServiceRequest, values: Answers) -> None:
    """Give it at once to whom a rule of the department says; it stays new until that agent takes it up."""
    channel = request.channel.value
    chosen = choose_agent(session, request.department_id, request.procedure_id, channel, values)
    if chosen is None:
        return
    request.assigned_agent_id = chosen.agent_id
    payload = {"agent_id": str(chosen.agent_id), "rule": str(chosen.rule_id)}
    append(session, request_id=request.id, type="request_assigned", version=1, payload=payload, actor=SYSTEM)
    record(
        session,
        SYSTEM,
        "request_routed",
        subject_id=request.person_id,
        request_id=request.id,
        details={"rule": str(chosen.rule_id)},
    )
