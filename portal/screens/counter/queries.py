"""What the counter's screens read across rooms. Read-only."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.requests.models import ServiceRequest
from portal.ground.errors import NotFound


def reference_of(session: Session, request_id: UUID) -> str:
    """The reference of what was just sent.

    :raises NotFound: it is erased.
    """
    found = session.scalar(select(ServiceRequest.reference).where(ServiceRequest.id == request_id))
    if found is None:
        raise NotFound("request_unknown")
    return found
