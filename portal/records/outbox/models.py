"""Tables of the outbox. Private to the room."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.db import Base, JsonData, StrEnumType, new_id, only_where
from portal.records.outbox.enums import HeldReason, MessageState


class OutboxMessage(Base):
    """One thing to deliver, once, to one lane.

    Three columns are empty outside their state and carry the partial indexes, so that what is delivered costs nothing
    to those who look for work: ``next_attempt_at`` (pending, retrying), ``lease_until`` (claimed), ``dead_at`` (dead).
    """

    __tablename__ = "outbox_message"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    lane: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(60))
    payload: Mapped[dict[str, Any]] = mapped_column(JsonData)
    idempotency_key: Mapped[str] = mapped_column(String(255))
    group_key: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[MessageState] = mapped_column(StrEnumType(MessageState), default=MessageState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    malformed: Mapped[int] = mapped_column(default=0)
    fence: Mapped[int] = mapped_column(default=0)
    claimed_by: Mapped[str | None] = mapped_column(String(120))
    lease_until: Mapped[datetime | None]
    begun: Mapped[bool] = mapped_column(default=False)
    uncertain: Mapped[bool] = mapped_column(default=False)
    next_attempt_at: Mapped[datetime | None]
    held_reason: Mapped[HeldReason | None] = mapped_column(StrEnumType(HeldReason))
    last_error_code: Mapped[str | None] = mapped_column(String(80))
    note: Mapped[dict[str, Any] | None] = mapped_column(JsonData)
    created_at: Mapped[datetime]
    first_attempt_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    decision: Mapped[str | None] = mapped_column(String(20))
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("idempotency_key", "kind"),
        CheckConstraint("(state IN ('pending', 'retrying')) = (next_attempt_at IS NOT NULL)", name="due_when_waiting"),
        CheckConstraint("(state = 'claimed') = (lease_until IS NOT NULL)", name="lease_when_claimed"),
        CheckConstraint("(state = 'dead') = (dead_at IS NOT NULL)", name="dated_when_dead"),
        CheckConstraint("(state IN ('delivered', 'closed')) = (settled_at IS NOT NULL)", name="dated_when_settled"),
        Index("ix_outbox_message_due", "lane", "next_attempt_at", **only_where("next_attempt_at IS NOT NULL")),
        Index("ix_outbox_message_held", "lane", "held_reason", **only_where("held_reason IS NOT NULL")),
        Index("ix_outbox_message_lease", "lease_until", **only_where("lease_until IS NOT NULL")),
        Index("ix_outbox_message_dead", "dead_at", **only_where("dead_at IS NOT NULL")),
        Index("ix_outbox_message_open", "lane", "state", **only_where("settled_at IS NULL")),
        Index("ix_outbox_message_waiting", "created_at", **only_where("settled_at IS NULL")),
        Index("ix_outbox_message_group", "group_key"),
    )


class OutboxAttempt(Base):
    """One try: when, by which worker, how it ended. Codes only."""

    __tablename__ = "outbox_attempt"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    message_id: Mapped[UUID] = mapped_column(ForeignKey("outbox_message.id", ondelete="CASCADE"))
    fence: Mapped[int]
    number: Mapped[int]
    worker: Mapped[str] = mapped_column(String(120))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(80))

    __table_args__ = (UniqueConstraint("message_id", "fence"),)


# For the statements of every delivery: on the tables themselves, they are twice as quick as on the classes.
MESSAGES = cast("Table", OutboxMessage.__table__)
ATTEMPTS = cast("Table", OutboxAttempt.__table__)
