"""Many requests at once, for who acts on them: where each stands, without what it says."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.catalogue.service import get_version, workflow_of
from portal.casework.requests import policy
from portal.casework.requests.enums import RequestStatus
from portal.casework.requests.models import ServiceRequest
from portal.casework.requests.shapes import Target
from portal.ground.permissions import Actor


def list_targets(session: Session, actor: Actor, references: Collection[str]) -> list[Target]:
    """Those of these requests that the agent may read, the oldest first. One statement."""
    query = select(ServiceRequest).where(
        ServiceRequest.reference.in_(references), ServiceRequest.department_id.in_(actor.department_ids)
    )
    rows = session.scalars(query.order_by(ServiceRequest.submitted_at, ServiceRequest.id))
    return [_target(session, row) for row in rows if policy.can_read(actor, row)]


def hold_target(session: Session, actor: Actor, request_id: UUID) -> Target | None:
    """One of them, held until the end of the unit; None when the agent may not read it any more."""
    query = select(ServiceRequest).where(ServiceRequest.id == request_id).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    return _target(session, row) if row is not None and policy.can_read(actor, row) else None


def _target(session: Session, row: ServiceRequest) -> Target:
    return Target(
        id=row.id,
        reference=row.reference,
        person_id=row.person_id,
        department_id=row.department_id,
        assigned_agent_id=row.assigned_agent_id,
        status=row.status,
        state=row.workflow_state or "",
        may_close=row.status in policy.OPEN and may_close(session, row),
    )


def may_close(session: Session, row: ServiceRequest) -> bool:
    """Whether the workflow lets a department close it from where it stands."""
    workflow = workflow_of(get_version(session, row.procedure_id, row.procedure_version).document)
    if workflow is None:
        return True
    return workflow.landing(row.workflow_state, RequestStatus.CLOSED.value, "department") is not None
