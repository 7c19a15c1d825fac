"""The table of blank forms, private to the room. Published texts: nothing here is about anybody."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.clock import now
from portal.ground.db import Base, new_id


class PrintedForm(Base):
    """The PDF of one version of a procedure, made once; ``pdf`` is empty when the press could not make it.

    ``code`` is that of the content: another address of the department, or another layout, makes another.
    """

    __tablename__ = "printed_form"
    __table_args__ = (UniqueConstraint("procedure_id", "version"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    procedure_id: Mapped[UUID] = mapped_column(ForeignKey("procedure.id"))
    version: Mapped[int]
    code: Mapped[str] = mapped_column(String(12))
    pdf: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    size: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime] = mapped_column(default=now)
