"""Who looked at what, under which name and of which department."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from portal.casework.catalogue.models import ProcedureVersion
from portal.casework.requests.models import ServiceRequest
from portal.casework.requests.reference import normalise
from portal.ground.audit.models import AuditEntry
from portal.ground.clock import local
from portal.ground.errors import NotFound
from portal.ground.permissions import ActorKind
from portal.ground.web import settings
from portal.people.accounts.models import Agent
from portal.people.accounts.service import present_agents
from portal.screens.myspace.queries.requests import version_of_request

READINGS = (
    "request_read",
    "messages_read",
    "acknowledgement_read",
    "decision_read",
    "document_read",
    "opinion_read",
)
READINGS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Access:
    """One line of the journal: an agent read something of a request. ``name`` is None for one who is gone."""

    agent_id: UUID | None
    at: datetime
    action: str
    name: str | None


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
    query = (
        select(ServiceRequest.id, ServiceRequest.reference, ProcedureVersion.title, ServiceRequest.account_id)
        .join(ProcedureVersion, version_of_request())
        .where(ServiceRequest.person_id == person_id, wanted)
    )
    return {
        row.id: Concerned(row.id, row.reference, row.title, row.account_id == account_id)
        for row in session.execute(query)
    }


def agents_presented(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    """Name and departments of agents, as CRPA L111-2 has them presented, in one statement."""
    return present_agents(session, ids, first_only=settings().agent_names == "first")


def agent_names(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    """The names of agents, in one statement."""
    if not ids:
        return {}
    query = select(Agent.id, Agent.display_name).where(Agent.id.in_(ids))
    return {row.id: row.display_name for row in session.execute(query)}


def who_read(session: Session, request_id: UUID) -> list[Access]:
    """The lines of the journal about readings of a request by agents, newest first. One statement."""
    query = (
        select(AuditEntry.actor_id, AuditEntry.occurred_at, AuditEntry.action, Agent.display_name)
        .outerjoin(Agent, Agent.id == AuditEntry.actor_id)
        .where(
            AuditEntry.request_id == request_id,
            AuditEntry.action.in_(READINGS),
            AuditEntry.actor_kind == ActorKind.AGENT,
        )
        .order_by(AuditEntry.occurred_at.desc(), AuditEntry.id.desc())
        .limit(READINGS_SHOWN)
    )
    return [Access(*row) for row in session.execute(query)]


def gather_readings(found: Collection[Access], unknown: str) -> list[Reading]:
    """One line per agent and day, newest first: reloading a page ten times is one visit."""
    gathered: dict[tuple[UUID | None, date], Reading] = {}
    for one in found:
        key = (one.agent_id, local(one.at).date())
        seen = gathered.get(key)
        at, times = (seen.at, seen.times + 1) if seen else (one.at, 1)
        gathered[key] = Reading(one.name or unknown, at, times, one.action == "opinion_read")
    return list(gathered.values())
