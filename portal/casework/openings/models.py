"""Tables of the room, private to it, and kept a day: what was done is told by the journal.

``person_id`` is no foreign key, and ``found`` holds ids: a person may be erased while an agent looks at a list.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from portal.casework.openings.enums import IdentityCheck, OpeningEnd, Outcome, Reason
from portal.ground.clock import now
from portal.ground.db import Base, JsonData, StrEnumType, new_id


class PersonLookup(Base):
    """One search of an agent, with its reason. What was typed is not kept.

    ``sealed`` holds the agent's own words and the reference of a request without an account. ``told_apart_at``: the
    agent asked for what tells namesakes apart.
    """

    __tablename__ = "person_lookup"
    __table_args__ = (Index("ix_person_lookup_searched_at", "searched_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id"))
    reason: Mapped[Reason] = mapped_column(StrEnumType(Reason))
    outcome: Mapped[Outcome] = mapped_column(StrEnumType(Outcome))
    found: Mapped[list[str]] = mapped_column(JsonData, default=list)
    data_key_id: Mapped[UUID] = mapped_column(ForeignKey("data_key.id"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    searched_at: Mapped[datetime] = mapped_column(default=now)
    told_apart_at: Mapped[datetime | None]


class PersonOpening(Base):
    """A file opened by an agent from a search: its id is the handle in the addresses, worth nothing to anybody else."""

    __tablename__ = "person_opening"
    __table_args__ = (Index("ix_person_opening_agent", "agent_id", "closed_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    lookup_id: Mapped[UUID] = mapped_column(ForeignKey("person_lookup.id"), index=True)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id"))
    person_id: Mapped[UUID]
    reason: Mapped[Reason] = mapped_column(StrEnumType(Reason))
    opened_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)
    closed_at: Mapped[datetime | None]
    closing: Mapped[OpeningEnd | None] = mapped_column(StrEnumType(OpeningEnd))
    identity_check: Mapped[IdentityCheck | None] = mapped_column(StrEnumType(IdentityCheck))
