"""What the room takes and gives: plain immutable values."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.casework.wordings.enums import WordingKind


@dataclass(frozen=True, slots=True)
class WordingView:
    """A text as it stands. ``archived_at``: no longer proposed."""

    id: UUID
    department_id: UUID
    procedure_slug: str
    kind: WordingKind
    title: str
    version: int
    text: str
    written_at: datetime
    archived_at: datetime | None


@dataclass(frozen=True, slots=True)
class WordingDraft:
    """What an agent typed."""

    department_id: UUID
    kind: WordingKind
    title: str
    text: str
    procedure_slug: str = ""
