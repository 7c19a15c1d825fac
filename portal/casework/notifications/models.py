"""The table of notifications, private to the room: ids and codes only, neither addresses nor words."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.casework.notifications.enums import NotificationEvent
from portal.ground.clock import now
from portal.ground.db import Base, StrEnumType, new_id


class Notification(Base):
    """One message to one resident about one request; ``account_id`` is empty for a person without an account.

    ``cause`` tells two of the same event apart.
    """

    __tablename__ = "notification"
    __table_args__ = (UniqueConstraint("request_id", "event", "cause"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    event: Mapped[NotificationEvent] = mapped_column(StrEnumType(NotificationEvent))
    cause: Mapped[str] = mapped_column(String(120), default="")
    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"))
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    agent_id: Mapped[UUID | None] = mapped_column(ForeignKey("agent.id"))
    language: Mapped[str] = mapped_column(String(10), default="fr")
    created_at: Mapped[datetime] = mapped_column(default=now)
