"""The journal's tables; the migrations set the triggers that keep them append-only."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.clock import now
from portal.ground.db import Base, JsonData, StrEnumType, new_id
from portal.ground.permissions import ActorKind


class AuditEntry(Base):
    """One act. ``actor_id`` is an account or an agent, ``subject_id`` the person concerned."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_request_id_occurred_at", "request_id", "occurred_at"),
        Index("ix_audit_entry_subject", "subject_id", "occurred_at", "id"),
        Index("ix_audit_entry_actor", "actor_id", "action", "occurred_at"),
        Index("ix_audit_entry_occurred_at", "occurred_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    occurred_at: Mapped[datetime] = mapped_column(default=now)
    action: Mapped[str] = mapped_column(String(60))
    actor_kind: Mapped[ActorKind] = mapped_column(StrEnumType(ActorKind))
    actor_id: Mapped[UUID | None]
    subject_id: Mapped[UUID | None]
    mandate_id: Mapped[UUID | None]
    request_id: Mapped[UUID | None]
    connection: Mapped[str | None] = mapped_column(String(60))
    details: Mapped[dict[str, str]] = mapped_column(JsonData, default=dict)


class AuditSeal(Base):
    """One link of the chain, for one line of the journal. ``hash`` covers the line, this link and the link before.

    ``position`` counts from 1 without a gap, in the order of sealing: lines are committed in another order than that of
    their ids. ``caught_up``: the batch left no line unsealed behind it, so an older line that turns up was slipped in.
    ``entry_id`` is no foreign key: a line that was removed must leave its link behind.
    """

    __tablename__ = "audit_seal"

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[UUID] = mapped_column(unique=True)
    sealed_at: Mapped[datetime]
    caught_up: Mapped[bool]
    hash: Mapped[str] = mapped_column(String(64))


class JournalSearch(Base):
    """A search that an agent made in the journal about one person, and why; the reason is sealed."""

    __tablename__ = "journal_search"
    __table_args__ = (Index("ix_journal_search_searched_at", "searched_at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    agent_id: Mapped[UUID]
    request_id: Mapped[UUID | None]
    subject_id: Mapped[UUID]
    data_key_id: Mapped[UUID] = mapped_column(ForeignKey("data_key.id"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    searched_at: Mapped[datetime] = mapped_column(default=now)
