"""Reading the outbox: what is due, where deliveries stand, what is dead."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from portal.ground import clock
from portal.records.outbox.enums import HeldReason, MessageState
from portal.records.outbox.models import OutboxAttempt, OutboxMessage
from portal.records.outbox.shapes import AttemptView, DeadLetter, DeliveryView

DEAD_PAGE = 50


def lanes_with_due(session: Session) -> list[str]:
    """Lanes in which a message is due now. One statement that walks the index of waiting messages lane by lane."""
    return _lanes_where(session, OutboxMessage.next_attempt_at.is_not(None), due_by=clock.now())


def lanes_with_held(session: Session) -> list[str]:
    """Lanes in which messages wait for the connection rather than for the clock."""
    by_connection = and_(OutboxMessage.held_reason.is_not(None), OutboxMessage.held_reason != HeldReason.RESTORED)
    return _lanes_where(session, by_connection, due_by=None)


def _lanes_where(session: Session, condition: Any, *, due_by: datetime | None) -> list[str]:
    first = select(func.min(OutboxMessage.lane).label("lane")).where(condition)
    walk = first.cte("lanes", recursive=True)
    following = (
        select(func.min(OutboxMessage.lane)).where(condition, OutboxMessage.lane > walk.c.lane).scalar_subquery()
    )
    walk = walk.union_all(select(following).where(walk.c.lane.is_not(None)))
    wanted = select(walk.c.lane).where(walk.c.lane.is_not(None))
    if due_by is not None:
        due = aliased(OutboxMessage)
        wanted = wanted.where(exists().where(due.lane == walk.c.lane, due.next_attempt_at <= due_by))
    return list(session.scalars(wanted))


def lane_counts(session: Session) -> dict[str, dict[MessageState, int]]:
    """How many messages of each lane are in each unfinished state. What is delivered or closed is not counted here."""
    rows = session.execute(
        select(OutboxMessage.lane, OutboxMessage.state, func.count())
        .where(OutboxMessage.settled_at.is_(None))
        .group_by(OutboxMessage.lane, OutboxMessage.state)
    )
    counts: dict[str, dict[MessageState, int]] = defaultdict(dict)
    for lane, state, count in rows:
        counts[lane][state] = count
    return dict(counts)


def count_overdue(session: Session, *, undelivered_for: timedelta, dead_for: timedelta) -> tuple[int, int]:
    """Messages waiting for longer than ``undelivered_for``; dead letters nobody looked at for ``dead_for``."""
    now = clock.now()
    waiting = select(func.count()).where(
        OutboxMessage.settled_at.is_(None),
        OutboxMessage.created_at <= now - undelivered_for,
        OutboxMessage.dead_at.is_(None),
    )
    dead = select(func.count()).where(OutboxMessage.dead_at <= now - dead_for)
    return session.scalar(waiting) or 0, session.scalar(dead) or 0


def delivery_state(session: Session, group: str) -> list[DeliveryView]:
    """The messages of one group (for example one request), oldest first."""
    rows = session.execute(
        select(*_VIEW_COLUMNS)
        .where(OutboxMessage.group_key == group)
        .order_by(OutboxMessage.created_at, OutboxMessage.id)
    )
    return [_view(row) for row in rows]


def delivery_states(session: Session, groups: Collection[str]) -> dict[str, list[DeliveryView]]:
    """The messages of several groups, by group, oldest first. One statement."""
    rows = session.execute(
        select(OutboxMessage.group_key, *_VIEW_COLUMNS)
        .where(OutboxMessage.group_key.in_(groups))
        .order_by(OutboxMessage.created_at, OutboxMessage.id)
    )
    found: dict[str, list[DeliveryView]] = {}
    for row in rows:
        found.setdefault(row.group_key, []).append(_view(row))
    return found


def list_attempts(session: Session, message_id: UUID) -> list[AttemptView]:
    """The attempt log of one message, oldest first."""
    rows = session.scalars(
        select(OutboxAttempt).where(OutboxAttempt.message_id == message_id).order_by(OutboxAttempt.fence)
    )
    return [AttemptView(a.number, a.worker, a.started_at, a.ended_at, a.outcome) for a in rows]


def list_dead(session: Session, *, limit: int = DEAD_PAGE, after: datetime | None = None) -> list[DeadLetter]:
    """Dead letters, longest dead first. ``after``: the ``dead_at`` of the last one seen."""
    wanted = select(OutboxMessage).where(OutboxMessage.dead_at.is_not(None))
    if after is not None:
        wanted = wanted.where(OutboxMessage.dead_at > after)
    rows = session.scalars(wanted.order_by(OutboxMessage.dead_at, OutboxMessage.id).limit(limit))
    return [_dead_letter(row) for row in rows]


_VIEW_COLUMNS = (
    OutboxMessage.id,
    OutboxMessage.lane,
    OutboxMessage.kind,
    OutboxMessage.state,
    OutboxMessage.attempts,
    OutboxMessage.next_attempt_at,
    OutboxMessage.held_reason,
    OutboxMessage.last_error_code,
    OutboxMessage.first_attempt_at,
    OutboxMessage.settled_at,
    OutboxMessage.uncertain,
)


def with_deliveries(
    query: Select[*tuple[Any, ...]], lane: ColumnElement[str], group: ColumnElement[str]
) -> Select[*tuple[Any, ...]]:
    """``query`` with, for each row, the messages of ``group`` in its lane, oldest first: one row each, one at least.

    :func:`read_delivery` reads them.
    """
    joined = query.outerjoin(OutboxMessage, and_(OutboxMessage.lane == lane, OutboxMessage.group_key == group))
    return joined.add_columns(*_VIEW_COLUMNS).order_by(OutboxMessage.created_at, OutboxMessage.id)


def read_delivery(row: Row[*tuple[Any, ...]]) -> DeliveryView | None:
    """The message in a row of :func:`with_deliveries`; None where there is none."""
    return None if row.id is None else _view(row)


def _view(row: Any) -> DeliveryView:
    waits_for_a_person = row.held_reason in {HeldReason.CONNECTION_PAUSED, HeldReason.RESTORED}
    return DeliveryView(
        id=row.id,
        lane=row.lane,
        kind=row.kind,
        state=row.state,
        attempts=row.attempts,
        next_attempt_at=None if waits_for_a_person else row.next_attempt_at,
        held_reason=row.held_reason,
        last_error_code=row.last_error_code,
        first_attempt_at=row.first_attempt_at,
        delivered_at=row.settled_at if row.state is MessageState.DELIVERED else None,
        uncertain=row.uncertain,
    )


def _dead_letter(row: OutboxMessage) -> DeadLetter:
    return DeadLetter(
        id=row.id,
        lane=row.lane,
        kind=row.kind,
        group=row.group_key,
        payload=row.payload,
        attempts=row.attempts,
        last_error_code=row.last_error_code,
        uncertain=row.uncertain,
        created_at=row.created_at,
        dead_at=cast("datetime", row.dead_at),
    )
