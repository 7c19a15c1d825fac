"""The table of checklists, private to the room.

Answers, marks and the address are sealed together under a key of the list's own; of the address the row shows a hash.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.db import Base, new_id


class Checklist(Base):
    """One list. Without ``person_id`` it belongs to whoever has its address. ``version`` counts changes of answers."""

    __tablename__ = "checklist"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    journey: Mapped[str] = mapped_column(String(80))
    definition_version: Mapped[int]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    purge_after: Mapped[datetime] = mapped_column(index=True)
    data_key_id: Mapped[UUID] = mapped_column(ForeignKey("data_key.id"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
