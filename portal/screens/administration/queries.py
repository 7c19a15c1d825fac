"""What the room reads across rooms, and the lists of agents. Read-only, and never an answer of a person."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select, tuple_
from sqlalchemy.orm import Session

from portal.casework.requests.models import ServiceRequest
from portal.ground.permissions import Role
from portal.people.accounts.models import Agent, AgentDepartment, AgentRelink, Department, Person
from portal.people.accounts.service import AgentRecord, RelinkView, name_key

PAGE = 18


class State(StrEnum):
    """The tabs above the list of agents."""

    ALL = "tous"
    ACTIVE = "actifs"
    INVITED = "invites"
    MOVED = "a-rattacher"
    SUSPENDED = "suspendus"


@dataclass(frozen=True, slots=True)
class After:
    """Where the page before stopped."""

    name: str
    id: UUID


@dataclass(frozen=True, slots=True)
class Sought:
    """What the list is narrowed to."""

    state: State = State.ALL
    words: str = ""
    role: Role | None = None
    department_id: UUID | None = None
    after: After | None = None


_WHERE: dict[State, ColumnElement[bool]] = {
    State.ALL: Agent.id.is_not(None),
    State.ACTIVE: and_(Agent.active, Agent.linked_at.is_not(None), AgentRelink.id.is_(None)),
    State.INVITED: and_(Agent.active, Agent.linked_at.is_(None)),
    State.MOVED: and_(Agent.active, AgentRelink.id.is_not(None)),
    State.SUSPENDED: Agent.active.is_(False),
}


def count_states(session: Session) -> dict[State, int]:
    """How many agents there are in each state."""
    columns = [func.count().filter(clause).label(state.name) for state, clause in _WHERE.items()]
    row = session.execute(
        select(*columns).select_from(Agent).outerjoin(AgentRelink, AgentRelink.agent_id == Agent.id)
    ).one()
    return dict(zip(_WHERE, row, strict=True))


def list_agents(session: Session, sought: Sought) -> tuple[Sequence[AgentRecord], After | None]:
    """A page of agents by name, and where the next one begins."""
    query = _narrowed(sought).order_by(Agent.display_name, Agent.id)
    if not sought.words:
        query = query.limit(PAGE + 1)
    found = [row for row in session.execute(query) if _fits(row[0], sought.words)][: PAGE + 1]
    shown = found[:PAGE]
    links = _departments(session, [row[0].id for row in shown])
    records = [_record(agent, relink, links.get(agent.id, frozenset())) for agent, relink in shown]
    last = records[-1] if len(found) > PAGE else None
    return records, After(last.display_name, last.id) if last is not None else None


def _narrowed(sought: Sought) -> Select[Agent, AgentRelink]:
    query = select(Agent, AgentRelink).outerjoin(AgentRelink, AgentRelink.agent_id == Agent.id)
    query = query.where(_WHERE[sought.state])
    if sought.role is not None:
        query = query.where(Agent.role == sought.role)
    if sought.department_id is not None:
        mine = select(AgentDepartment.agent_id).where(AgentDepartment.department_id == sought.department_id)
        query = query.where(Agent.id.in_(mine))
    if sought.after is not None:
        query = query.where(tuple_(Agent.display_name, Agent.id) > tuple_(sought.after.name, sought.after.id))
    return query


def _fits(agent: Agent, words: str) -> bool:
    """Whether every word typed is in the name or the address: engines of databases do not fold accents alike."""
    text = f"{name_key(agent.display_name)} {agent.email}"
    return all(name_key(word) in text or word.lower() in text for word in words.split())


def _departments(session: Session, ids: Collection[UUID]) -> dict[UUID, frozenset[UUID]]:
    rows = session.execute(
        select(AgentDepartment.agent_id, AgentDepartment.department_id).where(AgentDepartment.agent_id.in_(ids))
    )
    found: dict[UUID, set[UUID]] = {}
    for agent_id, department_id in rows:
        found.setdefault(agent_id, set()).add(department_id)
    return {agent_id: frozenset(departments) for agent_id, departments in found.items()}


def _record(row: Agent, relink: AgentRelink | None, departments: frozenset[UUID]) -> AgentRecord:
    return AgentRecord(
        id=row.id,
        display_name=row.display_name,
        email=row.email,
        siret=row.siret,
        role=row.role,
        department_ids=departments,
        active=row.active,
        linked_at=row.linked_at,
        invited_at=row.invited_at,
        version=row.version,
        relink=RelinkView(relink.id, relink.asked_at) if relink is not None else None,
    )


def count_members(session: Session) -> dict[UUID, int]:
    """Department → how many active agents work there."""
    query = (
        select(AgentDepartment.department_id, func.count())
        .join(Agent, Agent.id == AgentDepartment.agent_id)
        .where(Agent.active)
        .group_by(AgentDepartment.department_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def count_employed(session: Session, siret: str) -> int:
    """How many active agents an organisation has here."""
    query = select(func.count()).select_from(Agent)
    return session.scalar(query.where(Agent.active, Agent.siret.startswith(siret, autoescape=True))) or 0


def is_person(session: Session, person_id: UUID) -> bool:
    """Whether somebody is known under this identifier."""
    return session.scalar(select(Person.id).where(Person.id == person_id)) is not None


def references_of(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    """The references of requests; an erased one is absent."""
    if not ids:
        return {}
    rows = session.execute(select(ServiceRequest.id, ServiceRequest.reference).where(ServiceRequest.id.in_(ids)))
    return {row[0]: row[1] for row in rows}


def names_of(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    """Name and departments of agents, in one statement."""
    if not ids:
        return {}
    query = (
        select(Agent.id, Agent.display_name, Department.title)
        .outerjoin(AgentDepartment, AgentDepartment.agent_id == Agent.id)
        .outerjoin(Department, Department.id == AgentDepartment.department_id)
        .where(Agent.id.in_(ids))
        .order_by(Agent.id, Department.slug)
    )
    said: dict[UUID, str] = {}
    for agent_id, name, title in session.execute(query):
        said.setdefault(agent_id, name if title is None else f"{name}, {title['fr']}")
    return said
