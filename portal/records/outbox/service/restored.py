"""After a restore: what the backup holds as still to deliver may have left since. All of it waits for a person.

Forwarded requests are safe in any case, their idempotency key being that of the first time. A letter is not: a doubtful
one is never sent again by itself, it becomes a task for a person.
"""

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import case, func, or_, select, update
from sqlalchemy.orm import Session

from portal.ground import clock
from portal.records.outbox.enums import HeldReason, MessageState
from portal.records.outbox.models import OutboxMessage
from portal.records.outbox.service.fencing import FREED, row_count

# The outbox wants a date on all that waits; this one stands for « when a person releases it ».
NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
WAITING: Final = (MessageState.PENDING, MessageState.RETRYING)


def hold_restored(session: Session) -> int:
    """Hold all that a restored database believes still to deliver; return how many messages that is.

    A message that a worker held when the backup was made is doubtful if its call had begun. Its fence moves on, so
    that nothing that worker may still write counts.
    """
    claimed = (
        update(OutboxMessage)
        .where(OutboxMessage.state == MessageState.CLAIMED)
        .values(
            state=MessageState.RETRYING,
            attempts=case((OutboxMessage.begun, OutboxMessage.attempts), else_=OutboxMessage.attempts - 1),
            uncertain=or_(OutboxMessage.uncertain, OutboxMessage.begun),
            fence=OutboxMessage.fence + 1,
            next_attempt_at=NEVER,
            **FREED,
        )
    )
    waiting = (
        update(OutboxMessage)
        .where(OutboxMessage.state.in_(WAITING))
        .values(next_attempt_at=NEVER, held_reason=HeldReason.RESTORED)
    )
    session.execute(claimed.execution_options(synchronize_session=False))
    return row_count(session.execute(waiting.execution_options(synchronize_session=False)))


def count_restored(session: Session) -> dict[str, int]:
    """How many messages of each lane wait for a person since a restore."""
    rows = session.execute(
        select(OutboxMessage.lane, func.count().label("total"))
        .where(OutboxMessage.held_reason == HeldReason.RESTORED)
        .group_by(OutboxMessage.lane)
        .order_by(OutboxMessage.lane)
    )
    return {row.lane: row.total for row in rows}


def release_restored(session: Session, lane: str, *, doubtful: bool = True) -> int:
    """Make due what a restore held on ``lane``; return how many messages.

    :param doubtful: they may have been delivered after the backup. False only when nothing left after it.
    """
    values = {"uncertain": True} if doubtful else {}
    statement = (
        update(OutboxMessage)
        .where(OutboxMessage.lane == lane, OutboxMessage.held_reason == HeldReason.RESTORED)
        .values(next_attempt_at=clock.now(), held_reason=None, **values)
        .execution_options(synchronize_session=False)
    )
    return row_count(session.execute(statement))
