"""What the room gives: plain immutable values, never rows."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from portal.casework.documents.enums import DocumentState, Refusal
from portal.casework.documents.examiner import Examined
from portal.ground.dictionary.files import FileKind


@dataclass(frozen=True, slots=True)
class Received:
    """A file examined and looked at by the antivirus, or waiting for it (``scanned_at`` empty and ``pending``)."""

    examined: Examined
    state: DocumentState
    scanned_at: datetime | None


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document. ``size`` in bytes, ``sha256`` of what is given out; ``used``: a request was sent with it."""

    id: UUID
    owner_id: UUID
    concept: str
    name: str
    kind: FileKind
    size: int
    sha256: str
    state: DocumentState
    refusal: Refusal | None
    created_at: datetime
    scanned_at: datetime | None
    keep_until: date
    used: bool = False

    @property
    def is_clean(self) -> bool:
        """It may be given out."""
        return self.state is DocumentState.CLEAN

    @property
    def is_refused(self) -> bool:
        """It is not kept."""
        return self.state is DocumentState.REFUSED

    @property
    def without_antivirus(self) -> bool:
        """Only the portal's own checks were made: there is no antivirus here."""
        return self.is_clean and self.scanned_at is None


@dataclass(frozen=True, slots=True)
class OpenedDocument:
    """A clean document with its content."""

    view: DocumentView
    content: bytes
    media_type: str
