"""The table of copies asked, private to the room. The file is on disk, sealed under its own key."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.engine.own_data.enums import ExportState
from portal.ground.clock import now
from portal.ground.db import Base, StrEnumType, new_id


class DataExport(Base):
    """A copy that a person asked for. Taking it destroys its key: the link serves once."""

    __tablename__ = "data_export"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    data_key_id: Mapped[UUID] = mapped_column(ForeignKey("data_key.id"))
    state: Mapped[ExportState] = mapped_column(StrEnumType(ExportState), default=ExportState.PREPARING)
    asked_at: Mapped[datetime] = mapped_column(default=now)
    ready_at: Mapped[datetime | None]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    size: Mapped[int] = mapped_column(default=0)
