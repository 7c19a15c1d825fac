"""What the room takes and gives: plain immutable values."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.casework.figures.service import Obtained
from portal.casework.satisfaction.enums import Origin


@dataclass(frozen=True, slots=True)
class Asked:
    """A decided request whose applicant may be asked: found, and its access checked, by who holds requests.

    ``account_id``: None for a person without an account.
    """

    request_id: UUID
    reference: str
    person_id: UUID
    department_id: UUID
    procedure_id: UUID
    account_id: UUID | None
    data_key_id: UUID
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class AnswerView:
    """What was answered. ``hidden``: the department hid the words from its own list; the person still reads them."""

    obtained: Obtained
    ease: int
    words: str
    origin: Origin
    changed_at: datetime
    hidden: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether somebody is asked about one request: until when, if they answered, if they refuse to be asked."""

    open_until: datetime
    answered: bool
    refused: bool
