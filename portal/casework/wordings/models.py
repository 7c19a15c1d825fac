"""The tables of wordings, private to the room: the department's own texts, nothing of residents."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.casework.wordings.enums import WordingKind
from portal.ground.clock import now
from portal.ground.db import Base, StrEnumType, new_id


class Wording(Base):
    """One text through its versions. ``procedure_slug`` is empty for all the procedures of the department."""

    __tablename__ = "wording"
    __table_args__ = (Index("ix_wording_department_id_kind", "department_id", "kind"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"))
    procedure_slug: Mapped[str] = mapped_column(String(80), default="")
    kind: Mapped[WordingKind] = mapped_column(StrEnumType(WordingKind))
    title: Mapped[str] = mapped_column(String(120))
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=now)
    archived_at: Mapped[datetime | None]


class WordingVersion(Base):
    """What a text said, from that moment until the next version. Never changed."""

    __tablename__ = "wording_version"
    __table_args__ = (UniqueConstraint("wording_id", "version"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    wording_id: Mapped[UUID] = mapped_column(ForeignKey("wording.id"))
    version: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    written_by: Mapped[UUID | None]
    written_at: Mapped[datetime] = mapped_column(default=now)


class WordingUse(Base):
    """When an agent last started an answer from a text: what they use comes first."""

    __tablename__ = "wording_use"

    wording_id: Mapped[UUID] = mapped_column(ForeignKey("wording.id"), primary_key=True)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id"), primary_key=True)
    used_at: Mapped[datetime] = mapped_column(default=now)
