"""Adding events and reading them back. Flushes, never commits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.ground import clock
from portal.ground.permissions import Actor, ActorKind
from portal.records.timeline.events import UnknownEvent, check_event
from portal.records.timeline.models import TimelineEvent

__all__ = ["EventView", "UnknownEvent", "append", "list_events", "list_events_of"]


@dataclass(frozen=True, slots=True)
class EventView:
    """One event. ``actor_label_code`` is the connection's name for a partner, else the kind of actor."""

    id: UUID
    request_id: UUID
    type: str
    version: int
    payload: Mapping[str, Any]
    occurred_at: datetime
    recorded_at: datetime
    actor_kind: ActorKind
    actor_id: UUID | None
    actor_label_code: str


def append(
    session: Session,
    *,
    request_id: UUID,
    type: str,  # noqa: A002 - the word of the contract between rooms; shadows nothing used here
    version: int,
    payload: Mapping[str, Any],
    actor: Actor,
    occurred_at: datetime | None = None,
) -> UUID:
    """Add an event; return its id.

    :param payload: codes, identifiers and values; see :mod:`portal.records.timeline.events`.
    :param actor: a partner's ``label`` is the name of its connection; nobody else's label is kept.
    :param occurred_at: when it happened, now by default; never later than now.
    :raises UnknownEvent: the event does not have the declared shape.
    """
    check_event(type, version, payload)
    now = clock.now()
    event = TimelineEvent(
        request_id=request_id,
        type=type,
        version=version,
        payload=dict(payload),
        occurred_at=min(occurred_at, now) if occurred_at else now,
        recorded_at=now,
        actor_kind=actor.kind,
        actor_id=actor.id,
        mandate_id=actor.mandate_id,
        actor_code=actor.label[:60] if actor.kind is ActorKind.PARTNER and actor.label else actor.kind.value,
    )
    session.add(event)
    session.flush()
    return event.id


def list_events(session: Session, request_id: UUID) -> list[EventView]:
    """The events of one request, in the order in which they happened. One statement."""
    return list_events_of(session, [request_id])


def list_events_of(session: Session, request_ids: Sequence[UUID]) -> list[EventView]:
    """The events of several requests, request by request, in the order in which they happened. One statement."""
    if not request_ids:
        return []
    rows = session.execute(
        select(*_COLUMNS)
        .where(TimelineEvent.request_id.in_(request_ids))
        .order_by(TimelineEvent.request_id, TimelineEvent.occurred_at, TimelineEvent.id)
    )
    return [EventView(*row) for row in rows]


_COLUMNS = (
    TimelineEvent.id,
    TimelineEvent.request_id,
    TimelineEvent.type,
    TimelineEvent.version,
    TimelineEvent.payload,
    TimelineEvent.occurred_at,
    TimelineEvent.recorded_at,
    TimelineEvent.actor_kind,
    TimelineEvent.actor_id,
    TimelineEvent.actor_code,
)
