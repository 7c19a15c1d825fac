"""What the room gives: plain immutable values."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from connectors.sdk import LetterPurpose
from portal.casework.letters.enums import LetterState


@dataclass(frozen=True, slots=True)
class LetterView:
    """A letter. ``size`` of its PDF, in bytes."""

    id: UUID
    number: str
    connection: str
    purpose: LetterPurpose
    state: LetterState
    cites: str
    made_at: datetime
    posted_on: date | None
    tracking: str
    size: int


@dataclass(frozen=True, slots=True)
class LetterFile:
    """The PDF of a letter."""

    name: str
    pdf: bytes
