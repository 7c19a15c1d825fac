"""The tables of notifications, private to the room: ids and codes only, neither addresses nor words.

Where something is known of an address, it is by a keyed fingerprint, which says nothing to who reads the table.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.casework.notifications.enums import DeliveryProgress, NoticeChannel, NotificationEvent
from portal.ground.clock import now
from portal.ground.db import Base, JsonData, StrEnumType, new_id, only_where


class Notification(Base):
    """One thing told to one resident; ``account_id`` is empty for a person without an account.

    ``cause`` tells two of the same event apart. One that is about no request says in ``title`` what it is about, in
    words that are public (a procedure, a poll, the day of an end), and in ``path`` where that is.
    """

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("request_id", "event", "cause"),
        Index("ix_notification_account_created", "account_id", "created_at"),
        Index("ix_notification_unread", "account_id", **only_where("read_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    event: Mapped[NotificationEvent] = mapped_column(StrEnumType(NotificationEvent))
    cause: Mapped[str] = mapped_column(String(120), default="")
    request_id: Mapped[UUID | None] = mapped_column(ForeignKey("service_request.id"))
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    agent_id: Mapped[UUID | None] = mapped_column(ForeignKey("agent.id"))
    language: Mapped[str] = mapped_column(String(10), default="fr")
    title: Mapped[str] = mapped_column(String(300), default="")
    path: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    read_at: Mapped[datetime | None]


class NotificationDelivery(Base):
    """How far one notice got by one channel.

    ``due_at`` and ``batch_id`` are of those that wait for the e-mail of the morning: first until when, then in which.
    """

    __tablename__ = "notification_delivery"
    __table_args__ = (
        UniqueConstraint("notification_id", "channel"),
        Index("ix_notification_delivery_reference", "connection", "external_ref"),
        Index("ix_notification_delivery_batch", "batch_id"),
        Index("ix_notification_delivery_gathered", "due_at", **only_where("due_at IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    notification_id: Mapped[UUID] = mapped_column(ForeignKey("notification.id", ondelete="CASCADE"))
    channel: Mapped[NoticeChannel] = mapped_column(StrEnumType(NoticeChannel))
    progress: Mapped[DeliveryProgress] = mapped_column(StrEnumType(DeliveryProgress))
    code: Mapped[str] = mapped_column(String(80), default="")
    connection: Mapped[str | None] = mapped_column(String(60))
    external_ref: Mapped[str | None] = mapped_column(String(200))
    due_at: Mapped[datetime | None]
    batch_id: Mapped[UUID | None]
    updated_at: Mapped[datetime] = mapped_column(default=now)


class NotificationPreference(Base):
    """What one account chose; without a row, the defaults hold.

    ``phone_digest``: of the number that the person proved to be theirs. Another one declared since is not it.
    """

    __tablename__ = "notification_preference"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    ways: Mapped[dict[str, str]] = mapped_column(JsonData, default=dict)
    quiet_from: Mapped[int]
    quiet_until: Mapped[int]
    digest: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str] = mapped_column(String(10), default="fr", server_default="fr")
    phone_digest: Mapped[str | None] = mapped_column(String(64))
    updated_at: Mapped[datetime] = mapped_column(default=now)


class PhoneClaim(Base):
    """A code sent to a phone, to prove that it is in the hands of who typed its number. The code is not kept."""

    __tablename__ = "phone_claim"
    __table_args__ = (
        Index("ix_phone_claim_account_id", "account_id"),
        Index("ix_phone_claim_reference", "external_ref"),
        Index("ix_phone_claim_expires_at", "expires_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    phone_digest: Mapped[str] = mapped_column(String(64))
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    external_ref: Mapped[str | None] = mapped_column(String(200))
    refused_code: Mapped[str | None] = mapped_column(String(80))


class BlockedContact(Base):
    """An address or a number that nothing reaches; nothing more is sent to it for a month, or until tried anew."""

    __tablename__ = "blocked_contact"
    __table_args__ = (Index("ix_blocked_contact_blocked_at", "blocked_at"),)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    channel: Mapped[NoticeChannel] = mapped_column(StrEnumType(NoticeChannel))
    code: Mapped[str] = mapped_column(String(80))
    blocked_at: Mapped[datetime] = mapped_column(default=now)


class SmsUsage(Base):
    """How many text messages and segments left in a month (``YYYY-MM``): what will be billed. About nobody."""

    __tablename__ = "sms_usage"

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    messages: Mapped[int]
    segments: Mapped[int]
