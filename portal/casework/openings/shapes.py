"""What the room gives: plain immutable values, never rows."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.casework.openings.enums import IdentityCheck, OpeningEnd, Outcome, Reason, Sought


@dataclass(frozen=True, slots=True)
class Query:
    """What was typed, understood: ``words`` folded and ``birthdate`` for a name, else ``text``."""

    sought: Sought
    text: str = ""
    words: tuple[str, ...] = ()
    birthdate: str = ""


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """One line of a list. ``rank`` chooses it; day and commune only once namesakes are to be told apart."""

    rank: int
    name: str
    year: str
    namesake: bool
    birthdate: str = ""
    commune: str = ""


@dataclass(frozen=True, slots=True)
class LookupView:
    """What a search gave. ``reference``: of a request without an account, which no file of a person holds."""

    id: UUID
    reason: Reason
    note: str
    outcome: Outcome
    persons: tuple[FoundPerson, ...]
    told_apart: bool
    is_over: bool
    reference: str = ""


@dataclass(frozen=True, slots=True)
class OpeningView:
    """A file open at the desk. ``ended`` tells why it is closed, None while it is open; ``locked``: nobody looks."""

    id: UUID
    person_id: UUID
    reason: Reason
    note: str
    opened_at: datetime
    locked: bool
    ended: OpeningEnd | None
    identity_check: IdentityCheck | None
