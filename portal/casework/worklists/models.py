"""The tables of the room, private to it: how agents work. Of residents, ids of requests and nothing else in clear."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.casework.worklists.enums import BulkKind, BulkState, ListFormat, ListState, Outcome, Skipped
from portal.ground.clock import now
from portal.ground.db import Base, JsonData, StrEnumType, new_id


class SavedView(Base):
    """Filters of the queue under a name: ``query`` is what stands in the address, without the words searched.

    ``department_id``: shared with it by its head; empty for the view of one agent. ``removed_at``: may be taken back.
    """

    __tablename__ = "saved_view"
    __table_args__ = (
        Index("ix_saved_view_owner_id", "owner_id"),
        Index("ix_saved_view_department_id", "department_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id"))
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("department.id"))
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(String(1000))
    created_at: Mapped[datetime] = mapped_column(default=now)
    removed_at: Mapped[datetime | None]


class DefaultView(Base):
    """The view an agent starts from; none: the usual list."""

    __tablename__ = "default_view"

    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id"), primary_key=True)
    view_id: Mapped[UUID] = mapped_column(ForeignKey("saved_view.id"))


class BulkAct(Base):
    """One act on many requests. ``sealed`` holds what was chosen and written, under a key of its own."""

    __tablename__ = "bulk_act"
    __table_args__ = (
        UniqueConstraint("agent_id", "form_key"),
        Index("ix_bulk_act_state", "state"),
        Index("ix_bulk_act_purge_after", "purge_after"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id"))
    form_key: Mapped[str] = mapped_column(String(64))
    kind: Mapped[BulkKind] = mapped_column(StrEnumType(BulkKind))
    data_key_id: Mapped[UUID] = mapped_column(ForeignKey("data_key.id"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[BulkState] = mapped_column(StrEnumType(BulkState), default=BulkState.WAITING)
    asked_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]
    purge_after: Mapped[datetime]


class BulkItem(Base):
    """One request of a lot, as it stood when the agent confirmed; ``outcome`` is written in the unit of the act."""

    __tablename__ = "bulk_item"
    __table_args__ = (UniqueConstraint("bulk_act_id", "position"), UniqueConstraint("bulk_act_id", "request_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    bulk_act_id: Mapped[UUID] = mapped_column(ForeignKey("bulk_act.id"))
    position: Mapped[int]
    request_id: Mapped[UUID]
    reference: Mapped[str] = mapped_column(String(20))
    seen: Mapped[str] = mapped_column(String(160))
    outcome: Mapped[Outcome | None] = mapped_column(StrEnumType(Outcome))
    why: Mapped[Skipped | None] = mapped_column(StrEnumType(Skipped))
    done_at: Mapped[datetime | None]


class ListExport(Base):
    """A list that an agent takes away once. Filters and file are sealed under a key that goes with the taking."""

    __tablename__ = "list_export"
    __table_args__ = (Index("ix_list_export_agent_id", "agent_id"), Index("ix_list_export_expires_at", "expires_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id"))
    data_key_id: Mapped[UUID] = mapped_column(ForeignKey("data_key.id"))
    sealed_query: Mapped[bytes] = mapped_column(LargeBinary)
    columns: Mapped[list[str]] = mapped_column(JsonData)
    format: Mapped[ListFormat] = mapped_column(StrEnumType(ListFormat))
    state: Mapped[ListState] = mapped_column(StrEnumType(ListState), default=ListState.PREPARING)
    rows: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime] = mapped_column(default=now)
    ready_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]


class Presence(Base):
    """An agent who has a request open: since when, and when last seen there."""

    __tablename__ = "presence"
    __table_args__ = (Index("ix_presence_seen_at", "seen_at"),)

    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agent.id"), primary_key=True)
    opened_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)
