"""When an agent leaves a department: the open requests in their charge go back to the queue, or to a colleague."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.casework.requests import policy
from portal.casework.requests.models import ServiceRequest
from portal.casework.requests.service.deciding.decisions import give
from portal.ground.errors import Forbidden, Invalid
from portal.ground.permissions import Actor, Permission
from portal.people.accounts.service import agents_of


def count_held(session: Session, agent_id: UUID) -> dict[UUID, int]:
    """Department → how many open requests this agent is in charge of there; those with none are absent."""
    query = select(ServiceRequest.department_id, func.count()).where(
        ServiceRequest.assigned_agent_id == agent_id, ServiceRequest.status.in_(policy.OPEN)
    )
    rows = session.execute(query.group_by(ServiceRequest.department_id))
    return {row[0]: row[1] for row in rows}


def hand_over(session: Session, actor: Actor, agent_id: UUID, destinations: Mapping[UUID, UUID | None]) -> int:
    """Give each open request of these departments to somebody else; how many. An event and a line for each.

    :param destinations: department → the colleague, or None for the queue of the department.
    :raises Forbidden: the actor does not administer agents.
    :raises Invalid: ``<department id>``: the colleague does not work there, or is the one who leaves.
    """
    if not actor.is_agent or not actor.can(Permission.AGENTS_MANAGE):
        raise Forbidden("permission")
    for department_id, colleague in destinations.items():
        able = {one.id for one in agents_of(session, department_id)} - {agent_id}
        if colleague is not None and colleague not in able:
            raise Invalid({str(department_id): "colleague"})
    query = select(ServiceRequest).where(
        ServiceRequest.assigned_agent_id == agent_id,
        ServiceRequest.status.in_(policy.OPEN),
        ServiceRequest.department_id.in_(destinations),
    )
    rows = session.scalars(query.order_by(ServiceRequest.id).with_for_update()).all()
    for request in rows:
        give(session, actor, request, destinations[request.department_id])
    return len(rows)
