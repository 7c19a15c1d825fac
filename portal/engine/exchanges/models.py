"""Tables of the exchanges. Private to the room."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.engine.exchanges.enums import Source, UpdateOutcome
from portal.ground.db import Base, JsonData, StrEnumType, new_id, only_where


class PollCursor(Base):
    """How far the last round of asking a partner went; the next one goes on from there, then starts again."""

    __tablename__ = "poll_cursor"

    connection: Mapped[str] = mapped_column(String(60), primary_key=True)
    position: Mapped[str] = mapped_column(String(200), default="")
    polled_at: Mapped[datetime | None]


class WebhookReceipt(Base):
    """One status reported by a partner, by call or by poll, kept 90 days so that a second report changes nothing.

    An orphan came before we knew its reference; it is applied when the reference is known.
    """

    __tablename__ = "webhook_receipt"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    connection: Mapped[str] = mapped_column(String(60))
    update_id: Mapped[str] = mapped_column(String(255))
    external_ref: Mapped[str] = mapped_column(String(200))
    request_id: Mapped[UUID | None]
    source: Mapped[Source] = mapped_column(StrEnumType(Source))
    status: Mapped[str] = mapped_column(String(40))
    raw_status: Mapped[str] = mapped_column(String(80))
    details: Mapped[dict[str, Any]] = mapped_column(JsonData)
    outcome: Mapped[UpdateOutcome] = mapped_column(StrEnumType(UpdateOutcome))
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("connection", "update_id"),
        Index("ix_webhook_receipt_received", "received_at"),
        Index(
            "ix_webhook_receipt_orphan",
            "connection",
            "external_ref",
            **only_where("outcome = 'orphan'"),
        ),
    )


class Job(Base):
    """One periodic job: when it is due, who runs it, how it went."""

    __tablename__ = "job"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    every_s: Mapped[int]
    next_run_at: Mapped[datetime]
    fence: Mapped[int] = mapped_column(default=0)
    leased_by: Mapped[str | None] = mapped_column(String(120))
    lease_until: Mapped[datetime | None]
    last_started_at: Mapped[datetime | None]
    last_ok_at: Mapped[datetime | None]
    last_error_code: Mapped[str | None] = mapped_column(String(80))
    runs: Mapped[int] = mapped_column(default=0)
