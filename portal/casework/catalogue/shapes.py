"""What the catalogue gives: plain immutable values."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.enums import VersionState


@dataclass(frozen=True, slots=True)
class ProcedureView:
    """One version of a procedure, with its document. ``archived_at``: when it stopped being offered."""

    id: UUID
    slug: str
    version: int
    state: VersionState
    title: str
    summary: str
    document: ProcedureDocument
    department_id: UUID
    local_authority_id: UUID
    archived_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ProcedureSummary:
    """A procedure in a list."""

    id: UUID
    slug: str
    version: int
    title: str
    summary: str
    theme: str
    duration_minutes: int
    department_id: UUID
