"""What the resident's pages read across rooms. Read-only; a constant number of statements."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, bindparam, func, select
from sqlalchemy.orm import Session

from portal.casework.catalogue.models import ProcedureVersion
from portal.casework.requests.enums import MessageKind
from portal.casework.requests.models import RequestMessage, ServiceRequest
from portal.casework.requests.reference import normalise
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


@dataclass(frozen=True, slots=True)
class Received:
    """A message from the other side, without its words. ``answered``: the person has written since."""

    request_id: UUID
    kind: MessageKind
    posted_at: datetime
    answered: bool


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
    version = and_(
        ProcedureVersion.procedure_id == ServiceRequest.procedure_id,
        ProcedureVersion.version == ServiceRequest.procedure_version,
    )
    query = (
        select(ServiceRequest.id, ServiceRequest.reference, ProcedureVersion.title, ServiceRequest.account_id)
        .join(ProcedureVersion, version)
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


def _latest_received() -> Select[*tuple[Any, ...]]:
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
        select(RequestMessage.request_id, RequestMessage.kind, RequestMessage.posted_at, mine.c.at)
        .join(ServiceRequest, ServiceRequest.id == RequestMessage.request_id)
        .outerjoin(mine, mine.c.request_id == RequestMessage.request_id)
        .where(ServiceRequest.account_id == account_id, RequestMessage.author_kind != ActorKind.RESIDENT)
        .order_by(RequestMessage.posted_at.desc(), RequestMessage.id.desc())
        .limit(MESSAGES_SHOWN)
    )


_LATEST_RECEIVED = _latest_received()


def latest_received(session: Session, account_id: UUID) -> list[Received]:
    """The last messages sent to this account, the newest first."""
    return [
        Received(row.request_id, row.kind, row.posted_at, row.at is not None and row.at >= row.posted_at)
        for row in session.execute(_LATEST_RECEIVED, {"account_id": account_id})
    ]


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
