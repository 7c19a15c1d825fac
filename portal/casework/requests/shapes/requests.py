"""A request, whole or in a list."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from portal.casework.catalogue.document import Delay, ProcedureDocument
from portal.casework.catalogue.enums import Regime
from portal.casework.catalogue.service import Transition, Workflow
from portal.casework.delays.service import Delays
from portal.casework.documents.service import DocumentView
from portal.casework.requests.enums import Act, Channel, MessageKind, RequestStatus
from portal.casework.requests.shapes.answers import AnswerStep
from portal.casework.requests.shapes.corrections import AmendmentView
from portal.casework.requests.shapes.departments import DuplicateView, NoteView, TwinRequest
from portal.casework.requests.shapes.forwardings import FollowUpView, ForwardingView
from portal.casework.requests.shapes.opinions import OpinionView
from portal.ground.permissions import ActorKind
from portal.records.timeline.service import EventView


@dataclass(frozen=True, slots=True)
class DepartmentContact:
    """The department in charge, as the procedure names it."""

    id: UUID
    designation: str
    postal_address: str
    email: str
    phone: str


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
class DecisionView:
    """How the request ended, when somebody decided. ``agent_name`` is empty when a partner did."""

    decision: RequestStatus
    reason: str
    agent_name: str
    decided_at: datetime


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
    ``notes``, ``twins`` and ``duplicate`` are for agents: what they noted, what may be the same request, what is.
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
    document: ProcedureDocument = field(repr=False)
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
    notes: tuple[NoteView, ...] = ()
    twins: tuple[TwinRequest, ...] = ()
    duplicate: DuplicateView | None = None
