"""Tables of the journey, private to its services.

Nothing ties a ballot to a mark: no key, no order, no instant. SQLite keeps these tables in the order of their random
keys (``WITHOUT ROWID``) and PostgreSQL has them written again when the poll closes: see ``service/urn.py``.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from journeys.participation.enums import Access, PollState, Residence
from portal.ground.clock import now
from portal.ground.db import Base, JsonData, StrEnumType, new_id


class Poll(Base):
    """A poll. Its questions do not change once it is published.

    ``sealed_mark_key`` makes the marks, ``sealed_private_key`` opens the ballots; both are sealed under
    ``data_key_id``, which is destroyed after the appeal period.
    """

    __tablename__ = "participation_poll"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    local_authority_id: Mapped[UUID] = mapped_column(ForeignKey("local_authority.id"))
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(String(150))
    summary: Mapped[str] = mapped_column(String(500))
    next_step: Mapped[str] = mapped_column(String(500), default="")
    questions: Mapped[list[dict[str, Any]]] = mapped_column(JsonData)
    access: Mapped[Access] = mapped_column(StrEnumType(Access))
    residence: Mapped[Residence] = mapped_column(StrEnumType(Residence))
    min_age: Mapped[int | None]
    state: Mapped[PollState] = mapped_column(StrEnumType(PollState), default=PollState.DRAFT)
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime] = mapped_column(index=True)
    announced_closing: Mapped[datetime]
    early_reason: Mapped[str] = mapped_column(String(500), default="")
    created_by: Mapped[UUID] = mapped_column(ForeignKey("agent.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    published_at: Mapped[datetime | None]
    data_key_id: Mapped[UUID | None] = mapped_column(ForeignKey("data_key.id"))
    public_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed_private_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed_mark_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    urn_closed_at: Mapped[datetime | None]
    cleaned_at: Mapped[datetime | None]
    counted_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    results: Mapped[dict[str, Any] | None] = mapped_column(JsonData)


class ElectoralMark(Base):
    """That somebody voted, on a day: keyed fingerprints of the person and of their civil identity, never an instant."""

    __tablename__ = "participation_mark"
    __table_args__ = (UniqueConstraint("poll_id", "identity"), {"sqlite_with_rowid": False})

    poll_id: Mapped[UUID] = mapped_column(ForeignKey("participation_poll.id"), primary_key=True)
    voter: Mapped[str] = mapped_column(String(64), primary_key=True)
    identity: Mapped[str | None] = mapped_column(String(64))
    day: Mapped[date]


class BufferedBallot(Base):
    """A ballot that has just been cast, until it is mixed with others."""

    __tablename__ = "participation_buffer"
    __table_args__ = ({"sqlite_with_rowid": False},)

    poll_id: Mapped[UUID] = mapped_column(ForeignKey("participation_poll.id"), primary_key=True)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Ballot(Base):
    """A ballot in the urn: an identifier drawn at random and a sealed content, nothing else."""

    __tablename__ = "participation_ballot"
    __table_args__ = ({"sqlite_with_rowid": False},)

    poll_id: Mapped[UUID] = mapped_column(ForeignKey("participation_poll.id"), primary_key=True)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
