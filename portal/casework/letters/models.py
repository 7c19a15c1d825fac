"""The table of letters, private to the room. What they say, and their PDF, are sealed under the key of the request."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from connectors.sdk import LetterPurpose
from portal.casework.letters.enums import LetterState
from portal.ground.clock import now
from portal.ground.db import Base, StrEnumType, new_id


class Letter(Base):
    """One letter: the ``rank``-th of its request, which makes its ``number``. ``cites`` is the number of another."""

    __tablename__ = "letter"
    __table_args__ = (
        UniqueConstraint("request_id", "rank"),
        UniqueConstraint("connection", "idempotency_key"),
        Index("ix_letter_state_made_at", "state", "made_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"))
    data_key_id: Mapped[UUID] = mapped_column(ForeignKey("data_key.id"))
    connection: Mapped[str] = mapped_column(String(60))
    idempotency_key: Mapped[str] = mapped_column(String(255))
    rank: Mapped[int]
    number: Mapped[str] = mapped_column(String(30), unique=True)
    purpose: Mapped[LetterPurpose] = mapped_column(StrEnumType(LetterPurpose))
    amendment: Mapped[int] = mapped_column(default=0)
    cites: Mapped[str] = mapped_column(String(30), default="")
    state: Mapped[LetterState] = mapped_column(StrEnumType(LetterState), default=LetterState.READY)
    sealed_content: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_pdf: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    size: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(default=now)
    posted_on: Mapped[date | None]
    tracking: Mapped[str] = mapped_column(String(40), default="")
    changed_by: Mapped[UUID | None]
    changed_at: Mapped[datetime | None]
