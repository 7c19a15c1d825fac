"""What the room gives: plain immutable values, never rows."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from portal.casework.assistance.enums import AnswerBy, Closing, Proof
from portal.casework.mandates.enums import Theme
from portal.casework.requests.enums import Channel


@dataclass(frozen=True, slots=True)
class CodeView:
    """The code of a draft, as it is said: two groups of four letters."""

    code: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class AssistanceView:
    """An agent let in to a draft. ``ended`` tells why it is over, None while it holds."""

    id: UUID
    agent_id: UUID
    account_id: UUID | None
    person_id: UUID
    draft_id: UUID | None
    channel: Channel
    proof: Proof
    opened_at: datetime
    seen_at: datetime
    closed_at: datetime | None
    ended: Closing | None
    request_id: UUID | None
    procedure_id: UUID
    mandate_id: UUID | None = None
    theme: Theme | None = None
    read_id: UUID | None = None

    @property
    def is_paper(self) -> bool:
        """Whether it is a paper form being typed in, rather than somebody helped."""
        return self.account_id is None and self.mandate_id is None


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """What an agent types before a paper form: ``contact`` is an e-mail address, a telephone or a postal address."""

    channel: Channel
    received_on: date
    applicant: str
    answer_by: AnswerBy
    contact: str = ""


@dataclass(frozen=True, slots=True)
class EntryLine:
    """A paper form begun and not sent, in the list of its agent."""

    id: UUID
    procedure_id: UUID
    facts: EntryFacts
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class EntryView:
    """A paper form being typed in, or just sent: ``code`` follows the request, once there is one."""

    facts: EntryFacts
    scans: tuple[UUID, ...]
    code: str = ""
