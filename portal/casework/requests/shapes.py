"""What the room gives: plain immutable values, never rows."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from portal.casework.catalogue.document import Delay, Field, Recourse
from portal.casework.catalogue.enums import Regime
from portal.casework.catalogue.service import Transition, Workflow
from portal.casework.delays.service import Delays
from portal.casework.documents.service import DocumentView
from portal.casework.requests.acknowledgements import AcknowledgedService, AcknowledgementData
from portal.casework.requests.enums import Act, Channel, Closing, MessageKind, RequestStatus
from portal.ground.dictionary.service import Value
from portal.ground.permissions import ActorKind
from portal.people.accounts.enums import ValueSource
from portal.records.outbox.enums import MessageState
from portal.records.timeline.service import EventView


@dataclass(frozen=True, slots=True)
class DraftView:
    """Answers saved so far: field name → JSON value. ``version`` goes back with the next save."""

    id: UUID
    procedure_id: UUID
    procedure_slug: str
    procedure_version: int
    answers: Mapping[str, Value]
    done_steps: tuple[str, ...]
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class DraftOwner:
    """Whose draft it is, and of which procedure."""

    account_id: UUID
    procedure_id: UUID


@dataclass(frozen=True, slots=True)
class DraftSummary:
    """A draft in a list. ``purge_after``: erased then, unless it is taken up again."""

    id: UUID
    procedure_slug: str
    procedure_title: str
    done_steps: tuple[str, ...]
    created_at: datetime
    updated_at: datetime
    purge_after: datetime


@dataclass(frozen=True, slots=True)
class DiscardedView:
    """A draft given up, which can be taken back until ``purge_after``."""

    id: UUID
    discarded_at: datetime
    updated_at: datetime
    purge_after: datetime


@dataclass(frozen=True, slots=True)
class SubmittedView:
    """The request made by a submission; ``is_replay`` when the same form had already made it.

    ``code`` opens the request to a person without an account; empty for the others.
    """

    request_id: UUID
    reference: str
    is_replay: bool
    code: str = ""


@dataclass(frozen=True, slots=True)
class AmendedView:
    """A request that was corrected. ``amendment``: the number of its last correction, 0 when nothing was corrected."""

    request_id: UUID
    amendment: int


@dataclass(frozen=True, slots=True)
class CorrectionsView:
    """The questions that the resident is asked to answer again, and every answer given so far."""

    reference: str
    procedure_title: str
    fields: tuple[Field, ...]
    answers: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """What one answer was and became, as people read it; empty when there is none."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class AmendmentView:
    """One correction."""

    number: int
    amended_at: datetime
    changes: tuple[AnswerChange, ...]


@dataclass(frozen=True, slots=True)
class AcknowledgementView:
    """An acknowledgement as issued. ``data_key_id`` seals all that belongs to the request."""

    number: str
    data: AcknowledgementData
    content_hash: str
    request_id: UUID
    data_key_id: UUID


@dataclass(frozen=True, slots=True)
class DecisionLetterView:
    """A decision made by an agent, with what its letter says: reasons, author, contacts, ways to contest."""

    reference: str
    subject: str
    applicant: str
    submitted_at: datetime
    decision: RequestStatus
    reason: str
    agent_name: str
    agent_role: str
    decided_at: datetime
    service: AcknowledgedService
    recourse: Recourse | None
    language: str
    request_id: UUID
    data_key_id: UUID


@dataclass(frozen=True, slots=True)
class DepartmentContact:
    """The department in charge, as the procedure names it."""

    id: UUID
    designation: str
    postal_address: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class ForwardingView:
    """One recipient. ``delivery_state`` is the transport's, the instants are facts about the recipient.

    ``finished_at``: it decided, or stopped what was withdrawn. ``amendment_sent``: the number of the last correction it
    was sent, 0 for the request as submitted; ``amendment_pending``: it still has answers that were corrected since.
    ``prepared_at``: a letter is ready to be posted; ``posted_on``: the day it was.
    ``closing``, ``closed_at`` and ``closing_note``: what an agent did of a sending that failed, and in which words.
    """

    connection: str
    recipient: str
    external_ref: str | None
    transmitted_at: datetime | None
    received_at: datetime | None
    taken_into_account_at: datetime | None
    failed_at: datetime | None
    failure_code: str | None
    delivery_state: MessageState | None
    next_attempt_at: datetime | None
    finished_at: datetime | None = None
    amendment_sent: int = 0
    amendment_pending: bool = False
    closing: Closing | None = None
    closed_at: datetime | None = None
    closing_note: str = ""
    prepared_at: datetime | None = None
    posted_on: date | None = None

    @property
    def is_held_there(self) -> bool:
        """The recipient has the request, or a letter to it is ready: what follows must follow it there."""
        return self.transmitted_at is not None or self.prepared_at is not None or self.closing is Closing.OTHER_WAY


@dataclass(frozen=True, slots=True)
class FollowUpView:
    """What a recipient is told after it has the request. ``kind`` is one of ``FOLLOW_UP_KINDS``."""

    kind: str
    connection: str
    recipient: str
    state: MessageState
    code: str | None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an answer came from when it was sent: codes and days, never the value.

    ``as_of``: the day its source last confirmed it. ``reference``: of the earlier request that it was taken from.
    ``who`` and ``period`` (``YYYY-MM``): of a value that a partner answered.
    """

    source: ValueSource
    verified: bool
    as_of: date
    reference: str = ""
    who: str = ""
    period: str = ""


@dataclass(frozen=True, slots=True)
class EarlierAnswer:
    """What the person answered to a concept in an earlier request of theirs. ``group``: asked on one page together."""

    concept: str
    value: str
    group: str


@dataclass(frozen=True, slots=True)
class EarlierRequest:
    """A request already made, as what it may spare in the next ones."""

    reference: str
    submitted_at: datetime
    answers: tuple[EarlierAnswer, ...] = dataclasses.field(repr=False)


@dataclass(frozen=True, slots=True)
class ToldRecipient:
    """Somebody elsewhere that has a request, and since when."""

    connection: str
    recipient: str
    transmitted_at: datetime


@dataclass(frozen=True, slots=True)
class ToldRequest:
    """A request as what it made known: ``concepts`` are (concept id, label) of its answers, never their value.

    ``service`` is the department, which has all of them; each recipient has what its connection declares.
    """

    reference: str
    title: str
    submitted_at: datetime
    service: str
    basis: str
    concepts: tuple[tuple[str, str], ...]
    recipients: tuple[ToldRecipient, ...]


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message. ``author_name`` of an agent is followed by ``author_role``, the department (CRPA L111-2).

    ``read_at``: when the other side first opened it, None while it has not.
    """

    id: UUID
    kind: MessageKind
    author_kind: ActorKind
    author_name: str
    author_role: str
    text: str
    posted_at: datetime
    mine: bool
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One answer: ``text`` as people read it, ``value`` as it is kept, ``documents`` when it is files.

    ``origin`` is None in a request sent before origins were kept.
    """

    name: str
    concept: str
    label: str
    text: str
    value: Value
    documents: tuple[DocumentView, ...] = ()
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class AnswerStep:
    """The answers of one step."""

    slug: str
    title: str
    lines: tuple[AnswerLine, ...]


@dataclass(frozen=True, slots=True)
class DecisionView:
    """How the request ended, when somebody decided. ``agent_name`` is empty when a partner did."""

    decision: RequestStatus
    reason: str
    agent_name: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class OpinionView:
    """An opinion that another department was asked, for the department in charge. ``answer`` is empty until given."""

    id: UUID
    department_id: UUID
    asked_at: datetime
    question: str
    answered_by: UUID | None
    answered_at: datetime | None
    answer: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class OpinionLine:
    """An opinion to give, in a list: nothing of what the request says."""

    id: UUID
    asked_at: datetime
    reference: str
    deadline: date | None
    procedure_title: str


@dataclass(frozen=True, slots=True)
class OpinionCase:
    """What an agent of the department asked reads: the question, and the request as it was filled in."""

    id: UUID
    reference: str
    procedure_title: str
    department: str
    asked_by: UUID
    asked_at: datetime
    deadline: date | None
    question: str
    steps: tuple[AnswerStep, ...]
    documents: tuple[DocumentView, ...]


@dataclass(frozen=True, slots=True)
class RequestSummary:
    """A request in a list. ``waiting_for_me``: the next move is the resident's."""

    id: UUID
    reference: str
    procedure_slug: str
    procedure_title: str
    status: RequestStatus
    submitted_at: datetime
    updated_at: datetime
    transmitted_at: datetime | None
    received_at: datetime | None
    taken_into_account_at: datetime | None
    waiting_for_me: bool


@dataclass(frozen=True, slots=True)
class RequestStanding:
    """Where a request stands, without what it says: status, the facts about its recipients, what is on its way."""

    id: UUID
    reference: str
    procedure_id: UUID
    procedure_version: int
    status: RequestStatus
    submitted_at: datetime
    updated_at: datetime
    transmitted_at: datetime | None
    received_at: datetime | None
    taken_into_account_at: datetime | None
    decided_at: datetime | None
    forwardings: tuple[ForwardingView, ...]
    follow_ups: tuple[FollowUpView, ...]


@dataclass(frozen=True, slots=True)
class RequestView:
    """Everything about a request that its resident and its department see. ``acts`` is what this actor may do now.

    ``desk`` is the page where agents work on requests of this procedure, when its journey has one; empty otherwise.
    ``workflow`` is the procedure's own, None for the standard one; ``state`` is the code of its status there, ``moves``
    what this actor may choose from it. ``corrections`` names the answers that the resident is asked to correct.
    ``implicit_on``: the day silence decided (CRPA L231-1, L231-4); ``late_since``: it takes longer than usual.
    ``delays`` were measured on other requests of the procedure; ``usual_delay`` is what it announces.
    """

    id: UUID
    reference: str
    procedure_id: UUID
    procedure_slug: str
    procedure_title: str
    procedure_version: int
    status: RequestStatus
    channel: Channel
    applicant_name: str
    person_id: UUID
    submitted_at: datetime
    updated_at: datetime
    transmitted_at: datetime | None
    received_at: datetime | None
    taken_into_account_at: datetime | None
    decided_at: datetime | None
    assigned_agent_id: UUID | None
    department: DepartmentContact
    deadline: date | None
    deadline_regime: Regime
    clock_stopped: bool
    forwardings: tuple[ForwardingView, ...]
    next_attempt_at: datetime | None
    events: tuple[EventView, ...]
    messages: tuple[MessageView, ...]
    documents: tuple[DocumentView, ...]
    steps: tuple[AnswerStep, ...]
    decision: DecisionView | None
    acts: frozenset[Act]
    has_account: bool
    desk: str
    follow_ups: tuple[FollowUpView, ...] = ()
    amendments: tuple[AmendmentView, ...] = ()
    workflow: Workflow | None = None
    state: str = ""
    moves: tuple[Transition, ...] = ()
    corrections: tuple[str, ...] = ()
    opinions: tuple[OpinionView, ...] = ()
    implicit_on: date | None = None
    late_since: datetime | None = None
    delays: Delays | None = None
    usual_delay: Delay | None = None
