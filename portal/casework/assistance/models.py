"""Tables of the room, private to it.

``draft_id`` and ``account_id`` are no foreign keys: a draft is sent or erased, an account ends, and what was done must
still be told.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.casework.assistance.enums import AnswerBy, Closing, Proof
from portal.casework.mandates.enums import Theme
from portal.casework.requests.enums import Channel
from portal.ground.clock import now
from portal.ground.db import Base, JsonData, StrEnumType, new_id


class ResumeCode(Base):
    """The code of one draft, said at a desk: kept as a keyed fingerprint. A new one takes the place of the former.

    The code itself is drawn from ``id`` by a key that is not in the database: the person can read it again.
    """

    __tablename__ = "resume_code"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    draft_id: Mapped[UUID] = mapped_column(unique=True)
    code_key: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Assistance(Base):
    """An agent let in to one draft, by its code, to type in a paper or under a mandate: by whom, for whom, how agreed.

    ``account_id`` is empty for a paper. ``saves`` counts what the agent saved; ``request_id``: what came of it. Under a
    mandate, ``mandate_id`` and ``theme`` say which and in what, and ``read_id`` a request that was opened instead of a
    draft.
    """

    __tablename__ = "assistance"
    __table_args__ = (
        Index("ix_assistance_agent", "agent_id", "closed_at"),
        Index("ix_assistance_draft", "draft_id"),
        Index("ix_assistance_opened_at", "opened_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id"))
    account_id: Mapped[UUID | None]
    person_id: Mapped[UUID]
    draft_id: Mapped[UUID | None]
    procedure_id: Mapped[UUID] = mapped_column(ForeignKey("procedure.id"))
    channel: Mapped[Channel] = mapped_column(StrEnumType(Channel))
    proof: Mapped[Proof] = mapped_column(StrEnumType(Proof))
    opened_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)
    closed_at: Mapped[datetime | None]
    closing: Mapped[Closing | None] = mapped_column(StrEnumType(Closing))
    saves: Mapped[int] = mapped_column(default=0)
    saved_at: Mapped[datetime | None]
    request_id: Mapped[UUID | None]
    mandate_id: Mapped[UUID | None]
    theme: Mapped[Theme | None] = mapped_column(StrEnumType(Theme))
    read_id: Mapped[UUID | None]


class TypedEntry(Base):
    """What is known of a paper form besides its answers: when it came, from whom, how to answer; one per assistance.

    ``sealed`` holds name, address and follow-up code under a key of its own, destroyed with the row.
    """

    __tablename__ = "typed_entry"

    id: Mapped[UUID] = mapped_column(ForeignKey("assistance.id"), primary_key=True)
    received_on: Mapped[date]
    answer_by: Mapped[AnswerBy] = mapped_column(StrEnumType(AnswerBy))
    scans: Mapped[list[str]] = mapped_column(JsonData, default=list)
    data_key_id: Mapped[UUID] = mapped_column(ForeignKey("data_key.id"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
