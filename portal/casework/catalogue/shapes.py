"""What the catalogue gives: plain immutable values."""

from dataclasses import dataclass
from uuid import UUID

from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.enums import VersionState
from portal.casework.delays.service import Delays


@dataclass(frozen=True, slots=True)
class ProcedureView:
    """One version of a procedure, with its document and how long it takes, where that could be measured."""

    id: UUID
    slug: str
    version: int
    state: VersionState
    title: str
    summary: str
    document: ProcedureDocument
    department_id: UUID
    local_authority_id: UUID
    delays: Delays | None = None


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
