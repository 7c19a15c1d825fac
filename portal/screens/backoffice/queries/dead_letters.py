"""Reading the sendings that wait for a person, with the requests they belong to. Read-only."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.requests.models import ServiceRequest
from portal.records.outbox.models import OutboxMessage


def references_of(session: Session, request_ids: Collection[UUID]) -> dict[str, str]:
    """Spoken reference by request id (as text), for lists that know only the id."""
    if not request_ids:
        return {}
    rows = session.execute(
        select(ServiceRequest.id, ServiceRequest.reference).where(ServiceRequest.id.in_(request_ids))
    )
    return {str(row.id): row.reference for row in rows}


@dataclass(frozen=True, slots=True)
class Letter:
    """A sending that waits for a person: what it is, by which lane, for which request if any."""

    lane: str
    kind: str
    reference: str | None
    request_id: UUID | None = None


def find_dead(session: Session, message_id: UUID) -> Letter | None:
    """A dead letter by its id; None when it is not dead, or not any more."""
    row = session.execute(
        select(OutboxMessage.lane, OutboxMessage.group_key, OutboxMessage.kind).where(
            OutboxMessage.id == message_id, OutboxMessage.dead_at.is_not(None)
        )
    ).one_or_none()
    if row is None:
        return None
    found = references_of(session, {UUID(row.group_key)}) if row.group_key else {}
    request_id = UUID(row.group_key) if row.group_key in found else None
    return Letter(row.lane, row.kind, found.get(row.group_key), request_id)
