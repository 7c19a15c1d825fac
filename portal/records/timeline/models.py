"""The timeline's table. Private to the room; triggers forbid any change of a row (see the migrations)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.db import Base, JsonData, StrEnumType, new_id
from portal.ground.permissions import ActorKind


class TimelineEvent(Base):
    """One event of one request. ``occurred_at`` is when it happened, ``recorded_at`` when we learnt it."""

    __tablename__ = "timeline_event"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    request_id: Mapped[UUID]
    type: Mapped[str] = mapped_column(String(60))
    version: Mapped[int]
    payload: Mapped[dict[str, Any]] = mapped_column(JsonData)
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    actor_kind: Mapped[ActorKind] = mapped_column(StrEnumType(ActorKind))
    actor_id: Mapped[UUID | None]
    mandate_id: Mapped[UUID | None]
    actor_code: Mapped[str] = mapped_column(String(60))

    __table_args__ = (Index("ix_timeline_event_request", "request_id", "occurred_at", "id"),)
