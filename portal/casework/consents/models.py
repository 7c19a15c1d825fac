"""The table of consents, private to the room.

A consent is for one question of one procedure to one partner. ``provider``, ``purpose`` and ``legal_basis`` are the
words that the person read when agreeing. The answer is sealed under a key of its own, so that withdrawing erases it.
What happens to a consent is in the journal, which is append-only.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.casework.consents.enums import Ending, Outcome
from portal.ground.db import Base, StrEnumType, new_id, only_where
from portal.ground.permissions import ActorKind

STILL_HOLDS = "ended_at IS NULL"


class Consent(Base):
    """One consent. ``fresh_until``: asking again before would give the same answer."""

    __tablename__ = "consent"
    __table_args__ = (
        Index(
            "uq_consent_current",
            "person_id",
            "procedure_id",
            "field",
            unique=True,
            **only_where(STILL_HOLDS),
        ),
        Index("ix_consent_person_given", "person_id", "given_at"),
        Index("ix_consent_expires_at", "expires_at", **only_where(STILL_HOLDS)),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    procedure_id: Mapped[UUID] = mapped_column(ForeignKey("procedure.id"))
    procedure_version: Mapped[int]
    field: Mapped[str] = mapped_column(String(60))
    connection: Mapped[str] = mapped_column(String(60))
    concept: Mapped[str] = mapped_column(String(60))
    provider: Mapped[str] = mapped_column(String(200))
    purpose: Mapped[str] = mapped_column(String(400))
    legal_basis: Mapped[str] = mapped_column(String(600))
    given_at: Mapped[datetime]
    given_by: Mapped[UUID]
    actor_kind: Mapped[ActorKind] = mapped_column(StrEnumType(ActorKind))
    mandate_id: Mapped[UUID | None]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ending: Mapped[Ending | None] = mapped_column(StrEnumType(Ending))
    outcome: Mapped[Outcome] = mapped_column(StrEnumType(Outcome), default=Outcome.NOT_ASKED)
    code: Mapped[str] = mapped_column(String(80), default="")
    asked_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    fresh_until: Mapped[datetime | None]
    source: Mapped[str] = mapped_column(String(40), default="")
    period: Mapped[str] = mapped_column(String(7), default="")
    data_key_id: Mapped[UUID] = mapped_column(ForeignKey("data_key.id"))
    sealed_value: Mapped[bytes | None] = mapped_column(LargeBinary)
