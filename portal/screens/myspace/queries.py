"""What the resident's pages read across rooms. Read-only; a constant number of statements."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, bindparam, case, func, literal, select
from sqlalchemy.orm import Session

from portal.casework.catalogue.models import Procedure, ProcedureVersion
from portal.casework.requests.enums import MessageKind, RequestStatus
from portal.casework.requests.models import RequestMessage, ServiceRequest
from portal.casework.requests.reference import normalise
from portal.casework.requests.service import RequestSummary
from portal.ground.audit.service import AuditView, list_entries
from portal.ground.clock import local
from portal.ground.errors import NotFound
from portal.ground.permissions import ActorKind
from portal.people.accounts.models import Agent, AgentDepartment, Department

READINGS = (
    "request_read",
    "messages_read",
    "acknowledgement_read",
    "decision_read",
    "document_read",
    "opinion_read",
)
READINGS_SHOWN = 200
MESSAGES_SHOWN = 3
SHOWN_OF_EACH = 5
WAITING, MOVING, OVER = "waiting", "moving", "over"
ENDED = (RequestStatus.ACCEPTED, RequestStatus.REJECTED, RequestStatus.CLOSED, RequestStatus.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Exchanged:
    """A message, without its words. ``answered``: the person has written since. ``read_at``: by the other side."""

    reference: str
    title: str
    kind: MessageKind
    mine: bool
    posted_at: datetime
    read_at: datetime | None
    answered: bool


@dataclass(frozen=True, slots=True)
class ListedRequest(RequestSummary):
    """A request in the lists of « Mon espace »."""

    procedure_id: UUID = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class HomeRequests:
    """The newest requests of each group; ``totals`` by group."""

    waiting: tuple[ListedRequest, ...]
    moving: tuple[ListedRequest, ...]
    over: tuple[ListedRequest, ...]
    totals: Mapping[str, int]

    @property
    def hidden(self) -> int:
        """How many are in no list of the page."""
        return sum(self.totals.values()) - len(self.waiting) - len(self.moving) - len(self.over)


@dataclass(frozen=True, slots=True)
class MeasuredDelay:
    """How many days half of the requests took, and nine out of ten; the time they waited for the person left out."""

    median_days: int
    ninth_days: int


@dataclass(frozen=True, slots=True)
class Reading:
    """One agent's readings of a request in one day: the last moment, and how many times.

    ``for_opinion``: an agent of another department, who was asked what they think of it.
    """

    name: str
    at: datetime
    times: int
    for_opinion: bool = False


@dataclass(frozen=True, slots=True)
class Concerned:
    """A request as the list of consultations names it. ``mine``: made from this very account, so that it opens."""

    id: UUID
    reference: str
    title: str
    mine: bool


def _version_of_request() -> ColumnElement[bool]:
    return and_(
        ProcedureVersion.procedure_id == ServiceRequest.procedure_id,
        ProcedureVersion.version == ServiceRequest.procedure_version,
    )


def find_concerned(session: Session, person_id: UUID, account_id: UUID, reference: str) -> Concerned:
    """A request of this person by its reference, loosely typed or not.

    :raises NotFound: none, or none of theirs.
    """
    exact = normalise(reference)
    found = _concerned(session, person_id, account_id, ServiceRequest.reference == exact) if exact else {}
    if not found:
        raise NotFound("request_unknown")
    return next(iter(found.values()))


def concerned(session: Session, person_id: UUID, account_id: UUID, ids: Collection[UUID]) -> dict[UUID, Concerned]:
    """Requests of this person by id, in one statement."""
    return _concerned(session, person_id, account_id, ServiceRequest.id.in_(ids)) if ids else {}


def _concerned(
    session: Session, person_id: UUID, account_id: UUID, wanted: ColumnElement[bool]
) -> dict[UUID, Concerned]:
    query = (
        select(ServiceRequest.id, ServiceRequest.reference, ProcedureVersion.title, ServiceRequest.account_id)
        .join(ProcedureVersion, _version_of_request())
        .where(ServiceRequest.person_id == person_id, wanted)
    )
    return {
        row.id: Concerned(row.id, row.reference, row.title, row.account_id == account_id)
        for row in session.execute(query)
    }


def agents_presented(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    """Name and departments of agents, as CRPA L111-2 has them presented, in one statement."""
    if not ids:
        return {}
    query = (
        select(Agent.id, Agent.display_name, Department.title)
        .outerjoin(AgentDepartment, AgentDepartment.agent_id == Agent.id)
        .outerjoin(Department, Department.id == AgentDepartment.department_id)
        .where(Agent.id.in_(ids))
        .order_by(Agent.id, Department.slug)
    )
    names: dict[UUID, list[str]] = {}
    for row in session.execute(query):
        said = names.setdefault(row.id, [row.display_name])
        if row.title:
            said.append(row.title["fr"])
    return {agent_id: ", ".join(said) for agent_id, said in names.items()}


def _received() -> Select[*tuple[Any, ...]]:
    account_id = bindparam("account_id", type_=Uuid())
    mine = (
        select(RequestMessage.request_id, func.max(RequestMessage.posted_at).label("at"))
        .where(RequestMessage.author_kind == ActorKind.RESIDENT)
        .join(ServiceRequest, ServiceRequest.id == RequestMessage.request_id)
        .where(ServiceRequest.account_id == account_id)
        .group_by(RequestMessage.request_id)
        .subquery()
    )
    return (
        select(
            RequestMessage.request_id,
            RequestMessage.kind,
            RequestMessage.author_kind,
            RequestMessage.posted_at,
            RequestMessage.read_at,
            ServiceRequest.reference,
            ProcedureVersion.title,
            mine.c.at,
        )
        .join(ServiceRequest, ServiceRequest.id == RequestMessage.request_id)
        .join(ProcedureVersion, _version_of_request())
        .outerjoin(mine, mine.c.request_id == RequestMessage.request_id)
        .where(ServiceRequest.account_id == account_id)
        .order_by(RequestMessage.posted_at.desc(), RequestMessage.id.desc())
    )


_MESSAGES = _received()
_LATEST_RECEIVED = _MESSAGES.where(RequestMessage.author_kind != ActorKind.RESIDENT).limit(MESSAGES_SHOWN)


def latest_received(session: Session, account_id: UUID) -> list[Exchanged]:
    """The last messages sent to this account, the newest first."""
    return [_exchanged(row) for row in session.execute(_LATEST_RECEIVED, {"account_id": account_id})]


def messages_of(session: Session, account_id: UUID, *, skip: int, limit: int) -> list[Exchanged]:
    """The messages of every request of this account, from both sides, the newest first, without their words."""
    rows = session.execute(_MESSAGES.offset(skip).limit(limit), {"account_id": account_id})
    return [_exchanged(row) for row in rows]


def _exchanged(row: Any) -> Exchanged:
    return Exchanged(
        reference=row.reference,
        title=row.title,
        kind=row.kind,
        mine=row.author_kind is ActorKind.RESIDENT,
        posted_at=row.posted_at,
        read_at=row.read_at,
        answered=row.at is not None and row.at >= row.posted_at,
    )


def _own_requests() -> tuple[Select[*tuple[Any, ...]], ColumnElement[str]]:
    """The requests of an account as lists show them, and the group that each stands in. No answer is read."""
    status = ServiceRequest.status
    group = case(
        (status == RequestStatus.WAITING_FOR_RESIDENT, literal(WAITING)),
        (status.in_(list(ENDED)), literal(OVER)),
        else_=literal(MOVING),
    )
    query = (
        select(
            ServiceRequest.id,
            ServiceRequest.reference,
            ServiceRequest.procedure_id,
            status,
            ServiceRequest.submitted_at,
            ServiceRequest.updated_at,
            ServiceRequest.transmitted_at,
            ServiceRequest.received_at,
            ServiceRequest.taken_into_account_at,
            Procedure.slug,
            ProcedureVersion.title,
            group.label("place"),
        )
        .join(ProcedureVersion, _version_of_request())
        .join(Procedure, Procedure.id == ServiceRequest.procedure_id)
        .where(ServiceRequest.account_id == bindparam("account_id", type_=Uuid()))
    )
    return query, group


def _home_requests() -> Select[*tuple[Any, ...]]:
    """Ranked by what is small in each row; the few that are shown are then read whole."""
    query, group = _own_requests()
    newest = (ServiceRequest.submitted_at.desc(), ServiceRequest.id.desc())
    ranked = (
        select(
            ServiceRequest.id,
            func.row_number().over(partition_by=group, order_by=newest).label("rank"),
            func.count().over(partition_by=group).label("total"),
        )
        .where(ServiceRequest.account_id == bindparam("account_id", type_=Uuid()))
        .subquery("ranked")
    )
    shown = query.add_columns(ranked.c.total).join(ranked, ranked.c.id == ServiceRequest.id)
    return shown.where(ranked.c.rank <= SHOWN_OF_EACH).order_by(*newest)


_HOME_REQUESTS = _home_requests()
_OWN_REQUESTS, _GROUP = _own_requests()
_PAGE_OF_REQUESTS = _OWN_REQUESTS.order_by(ServiceRequest.submitted_at.desc(), ServiceRequest.id.desc())


def home_requests(session: Session, account_id: UUID) -> HomeRequests:
    """The newest requests of each group, and how many there are in it: one statement, a few rows, whatever there is."""
    found: dict[str, list[ListedRequest]] = {WAITING: [], MOVING: [], OVER: []}
    totals = dict.fromkeys(found, 0)
    for row in session.execute(_HOME_REQUESTS, {"account_id": account_id}):
        found[row.place].append(_listed(row))
        totals[row.place] = row.total
    return HomeRequests(tuple(found[WAITING]), tuple(found[MOVING]), tuple(found[OVER]), totals)


def requests_of(session: Session, account_id: UUID, *, skip: int, limit: int) -> list[ListedRequest]:
    """Every request of this account, the newest first, a page at a time."""
    rows = session.execute(_PAGE_OF_REQUESTS.offset(skip).limit(limit), {"account_id": account_id})
    return [_listed(row) for row in rows]


def _listed(row: Any) -> ListedRequest:
    return ListedRequest(
        id=row.id,
        reference=row.reference,
        procedure_id=row.procedure_id,
        procedure_slug=row.slug,
        procedure_title=row.title,
        status=row.status,
        submitted_at=row.submitted_at,
        updated_at=row.updated_at,
        transmitted_at=row.transmitted_at,
        received_at=row.received_at,
        taken_into_account_at=row.taken_into_account_at,
        waiting_for_me=row.status is RequestStatus.WAITING_FOR_RESIDENT,
    )


def delays_for(session: Session, procedure_ids: Collection[UUID]) -> Mapping[UUID, MeasuredDelay]:  # noqa: ARG001
    """How long the same requests took lately, by procedure; one that was not measured is absent.

    The one place where the measure of delays is plugged in: one statement at most.
    """
    return {}


def agent_names(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    """The names of agents, in one statement."""
    if not ids:
        return {}
    query = select(Agent.id, Agent.display_name).where(Agent.id.in_(ids))
    return {row.id: row.display_name for row in session.execute(query)}


def who_read(session: Session, request_id: UUID) -> list[AuditView]:
    """The lines of the journal about readings of a request, newest first."""
    return list_entries(session, request_id, actions=READINGS, limit=READINGS_SHOWN)


def gather_readings(entries: Collection[AuditView], names: dict[UUID, str], unknown: str) -> list[Reading]:
    """One line per agent and day, newest first: reloading a page ten times is one visit."""
    gathered: dict[tuple[UUID | None, date], Reading] = {}
    for entry in entries:
        if entry.actor_kind is not ActorKind.AGENT:
            continue
        key = (entry.actor_id, local(entry.occurred_at).date())
        seen = gathered.get(key)
        name = names.get(entry.actor_id, unknown) if entry.actor_id else unknown
        at, times = (seen.at, seen.times + 1) if seen else (entry.occurred_at, 1)
        gathered[key] = Reading(name, at, times, entry.action == "opinion_read")
    return list(gathered.values())
