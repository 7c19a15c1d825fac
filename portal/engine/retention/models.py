"""The table of notices, private to the room: what somebody was told would be erased, and when."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.clock import now
from portal.ground.db import Base, new_id


class RetentionNotice(Base):
    """One notice: ``thing`` (``request``, ``document``, ``account``) ends on that day, told ``days`` days before."""

    __tablename__ = "retention_notice"
    __table_args__ = (
        UniqueConstraint("thing", "thing_id", "days", "ends_on"),
        Index("ix_retention_notice_account_id_noticed_on", "account_id", "noticed_on"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    thing: Mapped[str] = mapped_column(String(20))
    thing_id: Mapped[UUID]
    days: Mapped[int]
    ends_on: Mapped[date]
    noticed_on: Mapped[date]
    noticed_at: Mapped[datetime] = mapped_column(default=now)
