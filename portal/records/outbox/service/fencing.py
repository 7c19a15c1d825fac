"""The clock of leases, and writing on the condition that a claim still stands."""

from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import CursorResult, text, update
from sqlalchemy.orm import Session

from portal.ground import clock
from portal.records.outbox.enums import MessageState
from portal.records.outbox.models import ATTEMPTS, MESSAGES, OutboxMessage
from portal.records.outbox.shapes import Claimed

CLAIMED_COLUMNS = (
    OutboxMessage.id,
    OutboxMessage.kind,
    OutboxMessage.lane,
    OutboxMessage.payload,
    OutboxMessage.idempotency_key,
    OutboxMessage.attempts,
    OutboxMessage.fence,
    OutboxMessage.first_attempt_at,
    OutboxMessage.group_key,
    OutboxMessage.uncertain,
)
FREED: dict[str, Any] = {"lease_until": None, "claimed_by": None, "begun": False}


def database_now(session: Session) -> datetime:
    """The instant by the clock of the database, aware, in UTC."""
    if session.get_bind().dialect.name == "sqlite":
        raw = session.execute(text("SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')")).scalar_one()
        return datetime.fromisoformat(raw).replace(tzinfo=UTC)
    instant: datetime = session.execute(text("SELECT clock_timestamp()")).scalar_one()
    return instant.astimezone(UTC)


def as_claimed(row: Any, *, worker: str, attempt: int, fence: int) -> Claimed:
    """The claim of one selected row."""
    return Claimed(
        id=row.id,
        kind=row.kind,
        lane=row.lane,
        payload=row.payload,
        idempotency_key=row.idempotency_key,
        attempt=attempt,
        fence=fence,
        first_attempt_at=row.first_attempt_at,
        group=row.group_key,
        uncertain=row.uncertain,
        worker=worker,
    )


def change(session: Session, claimed: Claimed, **values: Any) -> bool:
    """Update the message if, and only if, the claim still stands."""
    held = (
        MESSAGES.c.id == claimed.id,
        MESSAGES.c.fence == claimed.fence,
        MESSAGES.c.state == MessageState.CLAIMED,
    )
    return row_count(session.execute(update(MESSAGES).where(*held).values(values))) == 1


def row_count(result: Any) -> int:
    """How many rows a statement changed."""
    return cast("CursorResult[Any]", result).rowcount


def end_attempt(session: Session, claimed: Claimed, outcome: str) -> None:
    """Close the line of the attempt log, if one was begun."""
    begun = (ATTEMPTS.c.message_id == claimed.id, ATTEMPTS.c.fence == claimed.fence)
    session.execute(update(ATTEMPTS).where(*begun).values(ended_at=clock.now(), outcome=outcome))
