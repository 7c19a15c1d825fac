"""What the counter's screens read across rooms. Read-only."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.requests.models import ServiceRequest
from portal.ground.errors import NotFound
from portal.people.accounts.models import Agent


def reference_of(session: Session, request_id: UUID) -> str:
    """The reference of what was just sent.

    :raises NotFound: it is erased.
    """
    found = session.scalar(select(ServiceRequest.reference).where(ServiceRequest.id == request_id))
    if found is None:
        raise NotFound("request_unknown")
    return found


def agent_names(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    """How these agents are shown to their colleagues."""
    query = select(Agent.id, Agent.display_name).where(Agent.id.in_(ids))
    return {row.id: row.display_name for row in session.execute(query)} if ids else {}
