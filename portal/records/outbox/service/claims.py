"""Taking messages, and writing what became of them.

Two clocks are at work. A lease runs by the clock of the database, because it arbitrates between machines. The schedule
runs by :func:`portal.ground.clock.now`, because it is a promise to people. Every result is written on the condition
that message, fence and state are still those of the claim: a worker that lost its lease changes nothing.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from portal.ground import clock
from portal.ground.db import new_id
from portal.records.outbox import policy
from portal.records.outbox.enums import HeldReason, MessageState
from portal.records.outbox.models import ATTEMPTS, OutboxMessage
from portal.records.outbox.service.fencing import (
    CLAIMED_COLUMNS,
    FREED,
    as_claimed,
    change,
    database_now,
    end_attempt,
)
from portal.records.outbox.shapes import Claimed, StaleClaim


def claim(
    session: Session, *, worker: str, lane: str, limit: int = policy.BATCH, lease: timedelta = policy.LEASE
) -> list[Claimed]:
    """Take up to ``limit`` due messages of ``lane`` under a lease. To be called in a writing unit.

    PostgreSQL skips what others are taking; on SQLite the writing unit holds the only lock. The attempt is counted
    here.
    """
    now = clock.now()
    due = (
        select(*CLAIMED_COLUMNS)
        .where(OutboxMessage.lane == lane, OutboxMessage.next_attempt_at <= now)
        .order_by(OutboxMessage.next_attempt_at, OutboxMessage.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = session.execute(due).all()
    if not rows:
        return []
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id.in_([row.id for row in rows]))
        .values(
            state=MessageState.CLAIMED,
            attempts=OutboxMessage.attempts + 1,
            fence=OutboxMessage.fence + 1,
            begun=False,
            claimed_by=worker,
            lease_until=database_now(session) + lease,
            next_attempt_at=None,
            held_reason=None,
        )
        .execution_options(synchronize_session=False)
    )
    return [as_claimed(row, worker=worker, attempt=row.attempts + 1, fence=row.fence + 1) for row in rows]


def begin(session: Session, claimed: Claimed, *, lease: timedelta = policy.LEASE) -> bool:
    """Record that the recipient is about to be called, and renew the lease. ``False``: fenced out, do not call.

    From here on, losing the worker leaves the message uncertain; before, it costs nothing, not even an attempt.
    """
    first = func.coalesce(OutboxMessage.first_attempt_at, clock.now())
    until = database_now(session) + lease
    if not change(session, claimed, begun=True, lease_until=until, first_attempt_at=first):
        return False
    session.execute(
        insert(ATTEMPTS).values(
            id=new_id(),
            message_id=claimed.id,
            fence=claimed.fence,
            number=claimed.attempt,
            worker=claimed.worker,
            started_at=clock.now(),
        )
    )
    return True


def renew(session: Session, claimed: Claimed, *, lease: timedelta = policy.LEASE) -> bool:
    """Lengthen the lease from now. ``False``: fenced out."""
    return change(session, claimed, lease_until=database_now(session) + lease)


def complete(session: Session, claimed: Claimed, *, note: dict[str, Any] | None = None) -> bool:
    """The recipient has it. ``False``: fenced out, nothing was written.

    :param note: codes and identifiers worth keeping, such as the recipient's own reference.
    """
    done = change(
        session,
        claimed,
        state=MessageState.DELIVERED,
        settled_at=clock.now(),
        note=note,
        last_error_code=None,
        uncertain=False,
        **FREED,
    )
    if done:
        end_attempt(session, claimed, "delivered")
    return done


def retry_later(
    session: Session,
    claimed: Claimed,
    *,
    code: str,
    retry_after: float | None = None,
    ambiguous: bool = False,
    malformed: bool = False,
) -> datetime | None:
    """Plan the next attempt; ``None`` means that there is none left and that the message is now dead.

    :param retry_after: seconds asked for by the recipient.
    :param ambiguous: the recipient may have it nevertheless.
    :param malformed: the recipient answered nonsense: three times at most.
    :raises StaleClaim: fenced out, nothing was written.
    """
    delay = policy.retry_delay(claimed.attempt, seed=str(claimed.id), retry_after=retry_after)
    uncertain: dict[str, Any] = {"uncertain": True} if ambiguous else {}
    if malformed and _count_malformed(session, claimed) >= policy.MAX_MALFORMED:
        delay = None
    if delay is None:
        if not bury(session, claimed, code=code, uncertain=ambiguous or claimed.uncertain):
            raise StaleClaim
        return None
    planned = clock.now() + delay
    values = {"state": MessageState.RETRYING, "next_attempt_at": planned, "last_error_code": code, **uncertain, **FREED}
    if not change(session, claimed, **values):
        raise StaleClaim
    end_attempt(session, claimed, code)
    return planned


def bury(session: Session, claimed: Claimed, *, code: str, uncertain: bool = False) -> bool:
    """No further try: the message becomes a task for a person. ``False``: fenced out."""
    values = {"state": MessageState.DEAD, "dead_at": clock.now(), "last_error_code": code, **FREED}
    if uncertain:
        values["uncertain"] = True
    buried = change(session, claimed, **values)
    if buried:
        end_attempt(session, claimed, code)
    return buried


def drop(session: Session, claimed: Claimed, *, code: str) -> bool:
    """Nobody needs it any more: closed without being delivered, and without troubling anyone. ``False``: fenced out."""
    dropped = change(session, claimed, state=MessageState.CLOSED, settled_at=clock.now(), last_error_code=code, **FREED)
    if dropped:
        end_attempt(session, claimed, code)
    return dropped


def release(
    session: Session,
    claimed: Claimed,
    *,
    not_before: datetime,
    reason: HeldReason | None = None,
    code: str | None = None,
) -> bool:
    """Give the message back without burning its attempt. ``False``: fenced out.

    :param reason: why it waits, for the person who asks.
    :param code: how the attempt ended, when one had begun.
    """
    values: dict[str, Any] = {"last_error_code": code} if code else {}
    released = change(
        session,
        claimed,
        state=_waiting_state(claimed.attempt - 1),
        attempts=claimed.attempt - 1,
        next_attempt_at=not_before,
        held_reason=reason,
        **values,
        **FREED,
    )
    if released:
        end_attempt(session, claimed, code or "released")
    return released


def _waiting_state(attempts: int) -> MessageState:
    return MessageState.RETRYING if attempts > 0 else MessageState.PENDING


def _count_malformed(session: Session, claimed: Claimed) -> int:
    if not change(session, claimed, malformed=OutboxMessage.malformed + 1):
        raise StaleClaim
    return session.execute(select(OutboxMessage.malformed).where(OutboxMessage.id == claimed.id)).scalar_one()
