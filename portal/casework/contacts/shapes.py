"""What the room takes and gives: plain immutable values, never rows."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from portal.casework.contacts.enums import AnswerWay, ContactState, Medium
from portal.casework.letters.enums import LetterState
from portal.casework.openings.enums import IdentityCheck


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """What an agent notes. ``name`` is how the person gave it, ``where`` the address or number to answer to."""

    department_id: UUID
    medium: Medium
    occurred_on: date
    theme: str
    words: str
    answer_by: AnswerWay
    name: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class ContactView:
    """A contact. ``late``: its answer is awaited beyond the day promised."""

    id: UUID
    reference: str
    facts: ContactFacts
    state: ContactState
    due_on: date
    late: bool
    person_id: UUID | None
    proof: IdentityCheck | None
    holder_id: UUID
    scans: tuple[UUID, ...]
    logged_by: UUID
    logged_at: datetime
    answered_by: UUID | None
    answered_at: datetime | None
    replied_by: AnswerWay | None
    reply: str
    posted_on: date | None
    version: int


@dataclass(frozen=True, slots=True)
class AnswerLetter:
    """A printed answer: to whom, what it says, whether it was posted. Nothing of what the person had said."""

    id: UUID
    reference: str
    state: LetterState
    department_id: UUID
    medium: Medium
    occurred_on: date
    name: str
    where: str
    text: str
    answered_by: UUID | None
    answered_at: datetime
    posted_on: date | None
    version: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the list stopped."""

    at: str
    id: UUID


@dataclass(frozen=True, slots=True)
class ContactPage:
    """One page of the log. ``next``: where the following one starts."""

    contacts: tuple[ContactView, ...]
    next: Place | None


@dataclass(frozen=True, slots=True)
class Figures:
    """The log of some departments in figures. Of those answered in ninety days, how many on time."""

    to_answer: int
    late: int
    to_post: int
    answered: int
    on_time: int
