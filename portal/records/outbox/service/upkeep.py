"""What keeps the outbox moving: lost workers, lanes that wait for their connection, old traces."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.ground import clock
from portal.records.outbox import policy
from portal.records.outbox.enums import HeldReason, MessageState
from portal.records.outbox.models import OutboxMessage
from portal.records.outbox.service.claims import bury, release
from portal.records.outbox.service.fencing import (
    CLAIMED_COLUMNS,
    FREED,
    as_claimed,
    change,
    database_now,
    end_attempt,
    row_count,
)
from portal.records.outbox.shapes import Claimed, SweepReport

WORKER_LOST = "worker_lost"
SWEEP_LIMIT = 500
HOLD_LIMIT = 2_000
PURGE_LIMIT = 500


def sweep(session: Session, *, limit: int = SWEEP_LIMIT) -> SweepReport:
    """Give back what lost workers held. To be called in a writing unit.

    A message that had not begun costs nothing; one that had begun is uncertain, and dead when it had no attempt left.
    """
    expired = session.execute(
        select(*CLAIMED_COLUMNS, OutboxMessage.begun, OutboxMessage.claimed_by)
        .where(OutboxMessage.lease_until <= database_now(session))
        .order_by(OutboxMessage.lease_until)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    dead: list[Claimed] = []
    for row in expired:
        held = as_claimed(row, worker=row.claimed_by, attempt=row.attempts, fence=row.fence)
        if not row.begun:
            release(session, held, not_before=clock.now())
        elif row.attempts >= policy.MAX_ATTEMPTS:
            bury(session, held, code=WORKER_LOST, uncertain=True)
            dead.append(held)
        else:
            _return_uncertain(session, held)
    return SweepReport(returned=len(expired) - len(dead), dead=tuple(dead))


def hold_lane(session: Session, lane: str, *, until: datetime, reason: HeldReason, limit: int = HOLD_LIMIT) -> int:
    """Move due messages of ``lane`` to ``until`` and say why; no attempt is burnt. Returns how many were moved."""
    due = (
        select(OutboxMessage.id)
        .where(OutboxMessage.lane == lane, OutboxMessage.next_attempt_at <= clock.now())
        .order_by(OutboxMessage.next_attempt_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return _move(session, session.scalars(due).all(), next_attempt_at=until, held_reason=reason)


def free_lane(session: Session, lane: str, *, limit: int = HOLD_LIMIT) -> int:
    """Make due at once what its connection held on ``lane``. Returns how many were freed."""
    held = (
        select(OutboxMessage.id)
        .where(
            OutboxMessage.lane == lane,
            OutboxMessage.held_reason.is_not(None),
            OutboxMessage.held_reason != HeldReason.RESTORED,
        )
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return _move(session, session.scalars(held).all(), next_attempt_at=clock.now(), held_reason=None)


def purge_settled(session: Session, *, limit: int = PURGE_LIMIT) -> int:
    """Forget messages that were delivered or closed a year ago, with their attempts; return how many."""
    old = (
        select(OutboxMessage.id)
        .where(OutboxMessage.settled_at <= clock.now() - policy.SETTLED_KEPT)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = session.scalars(old).all()
    if ids:
        session.execute(delete(OutboxMessage).where(OutboxMessage.id.in_(ids)))
    return len(ids)


def _move(session: Session, ids: Sequence[UUID], **values: Any) -> int:
    if not ids:
        return 0
    statement = update(OutboxMessage).where(OutboxMessage.id.in_(ids), OutboxMessage.next_attempt_at.is_not(None))
    return row_count(session.execute(statement.values(**values).execution_options(synchronize_session=False)))


def _return_uncertain(session: Session, claimed: Claimed) -> None:
    values = {"state": MessageState.RETRYING, "next_attempt_at": clock.now(), "last_error_code": WORKER_LOST}
    if change(session, claimed, uncertain=True, **values, **FREED):
        end_attempt(session, claimed, WORKER_LOST)
