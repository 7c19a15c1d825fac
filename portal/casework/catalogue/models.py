"""Tables of the catalogue, private to it. Documents are public texts: nothing here is sealed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.casework.catalogue.enums import ProposalState, VersionState
from portal.ground.clock import now
from portal.ground.db import Base, JsonData, StrEnumType, new_id, only_where


class Procedure(Base):
    """One procedure through its versions. ``slug`` is its address; ``published_version`` is empty when closed."""

    __tablename__ = "procedure"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    local_authority_id: Mapped[UUID] = mapped_column(ForeignKey("local_authority.id"))
    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"))
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    latest_version: Mapped[int]
    published_version: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class ProcedureVersion(Base):
    """One version. Its document changes while it is a draft, never afterwards.

    ``revision`` counts the changes of a draft, ``former_document`` is what the last of them replaced. ``note``: why it
    was published, for colleagues.
    """

    __tablename__ = "procedure_version"
    __table_args__ = (
        UniqueConstraint("procedure_id", "version"),
        Index("ix_procedure_version_state", "state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    procedure_id: Mapped[UUID] = mapped_column(ForeignKey("procedure.id"))
    version: Mapped[int]
    state: Mapped[VersionState] = mapped_column(StrEnumType(VersionState), default=VersionState.DRAFT)
    title: Mapped[str] = mapped_column(String(200))
    document: Mapped[dict[str, Any]] = mapped_column(JsonData)
    created_at: Mapped[datetime] = mapped_column(default=now)
    published_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=0, server_default="0")
    edited_at: Mapped[datetime | None]
    edited_by: Mapped[UUID | None] = mapped_column(ForeignKey("agent.id"))
    former_document: Mapped[dict[str, Any] | None] = mapped_column(JsonData)
    note: Mapped[str] = mapped_column(String(1000), default="", server_default="")


class ConceptProposal(Base):
    """A datum of one department, proposed for the common dictionary: as it was described that day, and why.

    One proposal of a concept at a time waits for an answer; a refused one may be proposed again.
    """

    __tablename__ = "concept_proposal"
    __table_args__ = (
        Index(
            "uq_concept_proposal_waiting",
            "concept_id",
            unique=True,
            **only_where("state = 'proposed'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    concept_id: Mapped[str] = mapped_column(String(60))
    concept: Mapped[dict[str, Any]] = mapped_column(JsonData)
    reason: Mapped[str] = mapped_column(String(1000))
    state: Mapped[ProposalState] = mapped_column(StrEnumType(ProposalState), default=ProposalState.PROPOSED)
    answer: Mapped[str] = mapped_column(String(1000), default="")
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("agent.id"))
    proposed_at: Mapped[datetime] = mapped_column(default=now)
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("agent.id"))
    decided_at: Mapped[datetime | None]
