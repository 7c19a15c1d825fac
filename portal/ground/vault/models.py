"""The tables of wrapped data keys and of the master keys that wrap them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.clock import now
from portal.ground.db import Base, new_id


class DataKey(Base):
    """A data key, wrapped. Destroying it (``wrapped`` emptied) erases for good all that it sealed."""

    __tablename__ = "data_key"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    wrapped: Mapped[bytes | None] = mapped_column(LargeBinary)
    master_key_id: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(default=now)
    destroyed_at: Mapped[datetime | None]


class MasterKey(Base):
    """A master key that has served here: never the key, only its id. Once retired, triggers refuse it new data keys.

    ``fingerprint_check`` is the fingerprint of a constant: it tells whether a process has the right fingerprint key.
    """

    __tablename__ = "master_key"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    fingerprint_check: Mapped[str] = mapped_column(String(64))
    introduced_at: Mapped[datetime] = mapped_column(default=now)
    retired_at: Mapped[datetime | None]
