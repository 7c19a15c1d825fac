"""What the catalogue gives: plain immutable values."""

from dataclasses import dataclass
from uuid import UUID

from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.enums import VersionState


@dataclass(frozen=True, slots=True)
class ProcedureView:
    """One version of a procedure, with its document."""

    id: UUID
    slug: str
    version: int
    state: VersionState
    title: str
    summary: str
    document: ProcedureDocument
    department_id: UUID
    local_authority_id: UUID


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
