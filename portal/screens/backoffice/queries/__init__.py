"""Reading across rooms for the agents' lists. Read-only; a constant number of statements whatever the size."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    and_,
    case,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import Session

from portal.casework.catalogue.models import Procedure, ProcedureVersion
from portal.casework.requests.enums import Channel, RequestStatus
from portal.casework.requests.models import ServiceRequest
from portal.casework.requests.service import opinions_to_give
from portal.ground.clock import today
from portal.ground.permissions import Actor
from portal.people.accounts.models import Agent, AgentDepartment, Department
from portal.records.outbox.models import OutboxMessage
from portal.screens.backoffice.filters import Cursor, Filters, Order, View
from portal.screens.backoffice.queries.narrowing import FAR, agent_id, narrow
from portal.screens.backoffice.queries.searching import FOUND_LIMIT, Search, read_search

PAGE = 15
EXPORT_LIMIT = 5_000
# Ended requests are counted no further beside the name of their tab: each page of the queue counts them.
COUNT_LIMIT = 1_000
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
OPEN = (RequestStatus.SUBMITTED, RequestStatus.IN_PROGRESS, RequestStatus.WAITING_FOR_RESIDENT)
ENDED = tuple(status for status in RequestStatus if status not in OPEN)


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line of the queue."""

    id: UUID
    person_id: UUID
    reference: str
    title: str
    applicant_name: str
    channel: Channel
    status: RequestStatus
    submitted_at: datetime
    deadline: date | None
    agent_name: str | None
    mine: bool
    late: bool
    failed: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of the queue. ``next`` is where the following page starts, ``opinions`` how many we are asked.

    ``withdrawn``: the procedure filtered by is not offered any more, or not by these departments.
    ``agent_name``, ``office``: of the agent and of the department filtered by.

    Ended requests, which only ever grow in number, are counted up to one more than ``counted``; a search finds no more
    of them. ``exported``: the most lines of a file.
    ``near``: nobody is called what was typed, and the names shown are spelt nearly so.
    """

    view: View
    rows: tuple[QueueRow, ...]
    counts: dict[View, int]
    procedures: tuple[tuple[str, str], ...]
    total: int
    next: Cursor | None
    opinions: int = 0
    withdrawn: bool = False
    agent_name: str = ""
    office: str = ""
    counted: int = COUNT_LIMIT
    exported: int = EXPORT_LIMIT
    near: bool = False

    def bound_of(self, view: View) -> int:
        """How far a tab was counted: open requests, which are few, all are."""
        return self.counted if view is View.ENDED else max(self.counts[view], self.counted)

    @property
    def is_whole(self) -> bool:
        """Whether a file of this list holds all of it, as far as was counted."""
        return self.total <= min(self.exported, self.bound_of(self.view))


def _failed(session: Session) -> ColumnElement[bool]:
    """Something of the request waits for a person in « Envois ».

    There are few such messages. Their requests are looked up first: the outbox knows a request by the text of its id.
    """
    dead = select(OutboxMessage.group_key).where(
        OutboxMessage.dead_at.is_not(None), OutboxMessage.group_key.is_not(None)
    )
    keys = session.scalars(dead.distinct().order_by(OutboxMessage.group_key).limit(EXPORT_LIMIT))
    waiting = [UUID(key) for key in keys if key and ID.fullmatch(key)]
    # Said as plainly false when there is none: an engine reads every request to find one in an empty list.
    return ServiceRequest.id.in_(waiting) if waiting else false()


def count_sendings(session: Session, actor: Actor) -> tuple[int, int]:
    """How many sendings wait for a person, and how many requests of the actor's departments have one."""
    dead = select(func.count()).select_from(OutboxMessage).where(OutboxMessage.dead_at.is_not(None))
    mine = select(func.count()).select_from(ServiceRequest).where(_scope(actor), _failed(session))
    row = session.execute(select(dead.scalar_subquery(), mine.scalar_subquery())).one()
    return row[0], row[1]


def _condition(view: View, actor: Actor, failed: ColumnElement[bool]) -> ColumnElement[bool]:
    opened = ServiceRequest.status.in_(OPEN)
    conditions: dict[View, ColumnElement[bool]] = {
        View.TODO: opened,
        View.LATE: and_(opened, ServiceRequest.deadline < today()),
        View.MINE: and_(opened, ServiceRequest.assigned_agent_id == actor.id),
        View.UNASSIGNED: and_(opened, ServiceRequest.assigned_agent_id.is_(None)),
        View.WAITING: ServiceRequest.status == RequestStatus.WAITING_FOR_RESIDENT,
        View.FAILED: failed,
        View.ENDED: ServiceRequest.status.in_(ENDED),
    }
    return conditions[view]


def _scope(actor: Actor) -> ColumnElement[bool]:
    return ServiceRequest.department_id.in_(actor.department_ids)


def _sort_key(order: Order) -> ColumnElement[Any]:
    keys: dict[Order, ColumnElement[Any]] = {
        Order.DEADLINE: func.coalesce(ServiceRequest.deadline, FAR),
        Order.SUBMITTED: ServiceRequest.submitted_at.expression,
        Order.APPLICANT: ServiceRequest.applicant_key.expression,
    }
    return keys[order]


def _cursor_value(order: Order, text: str) -> Any:
    try:
        if order is Order.DEADLINE:
            return date.fromisoformat(text)
        if order is Order.SUBMITTED:
            return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return text


def _next_cursor(order: Order, row: Any) -> Cursor:
    values = {
        Order.DEADLINE: (row.deadline or FAR).isoformat(),
        Order.SUBMITTED: row.submitted_at.isoformat(),
        Order.APPLICANT: row.applicant_key,
    }
    return Cursor(values[order], row.id)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a list is asked: by whom, with which filters, and what they come to."""

    actor: Actor
    filters: Filters
    narrow: list[ColumnElement[bool]]
    search: Search | None
    failed: ColumnElement[bool]

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """For lists whose requests are few, or read in the order of an index."""
        return [_scope(self.actor), *self.narrow, *([self.search.condition] if self.search else [])]

    @property
    def ended(self) -> list[ColumnElement[bool]]:
        """For the archive, which is too long to be looked at: a search reads it from its words."""
        return [ServiceRequest.status.in_(ENDED), *self.narrow]


def _ask(session: Session, actor: Actor, filters: Filters, procedures: Sequence["Choice"]) -> _Asked:
    ids = [one.id for one in procedures if one.slug == filters.procedure]
    search = read_search(session, actor, filters.query) if filters.query else None
    return _Asked(actor, filters, narrow(filters, ids, actor), search, _failed(session))


def _rows(session: Session, asked: _Asked, limit: int) -> list[Any]:
    filters, key = asked.filters, _sort_key(asked.filters.order)
    wanted: Any = (
        select(
            ServiceRequest.id, ServiceRequest.person_id, ServiceRequest.reference, ProcedureVersion.title,
            ServiceRequest.applicant_name, ServiceRequest.applicant_key, ServiceRequest.channel, ServiceRequest.status,
            ServiceRequest.submitted_at, ServiceRequest.deadline, ServiceRequest.assigned_agent_id,
            Agent.display_name.label("agent_name"), asked.failed.label("failed"),
        )
        .join(ProcedureVersion, _is_version(ServiceRequest.procedure_id, ServiceRequest.procedure_version))
        .outerjoin(Agent, Agent.id == ServiceRequest.assigned_agent_id)
    )  # fmt: skip
    if asked.search and filters.view is View.ENDED:
        found = asked.search.among(asked.actor, asked.ended)
        wanted = wanted.join(found, found.c.id == ServiceRequest.id)
    else:
        wanted = wanted.where(_condition(filters.view, asked.actor, asked.failed), *asked.conditions)
    value = _cursor_value(filters.order, filters.after.value) if filters.after else None
    if filters.after is not None and value is not None:
        wanted = wanted.where(tuple_(key, ServiceRequest.id) > tuple_(value, filters.after.id))
    return list(session.execute(wanted.order_by(key, ServiceRequest.id).limit(limit)))


def _is_version(procedure_id: Any, version: Any) -> ColumnElement[bool]:
    return and_(ProcedureVersion.procedure_id == procedure_id, ProcedureVersion.version == version)


def _line(row: Any, actor: Actor) -> QueueRow:
    opened = row.status in OPEN
    return QueueRow(
        id=row.id,
        person_id=row.person_id,
        reference=row.reference,
        title=row.title,
        applicant_name=row.applicant_name,
        channel=row.channel,
        status=row.status,
        submitted_at=row.submitted_at,
        deadline=row.deadline if opened else None,
        agent_name=row.agent_name,
        mine=row.assigned_agent_id == actor.id,
        late=bool(opened and row.deadline and row.deadline < today()),
        failed=bool(row.failed),
    )


def read_queue(session: Session, actor: Actor, filters: Filters) -> Queue:
    """One page of the queue of the actor's departments, with the counts of the tabs."""
    choices = procedures_of(session, actor)
    asked = _ask(session, actor, filters, choices)
    counts, opinions, agent_name, office = _counts(session, asked)
    rows = _rows(session, asked, PAGE + 1)
    shown = rows[:PAGE]
    return Queue(
        view=filters.view,
        rows=tuple(_line(row, actor) for row in shown),
        counts=counts,
        procedures=tuple((one.slug, one.title) for one in choices),
        total=counts[filters.view],
        next=_next_cursor(filters.order, shown[-1]) if len(rows) > PAGE else None,
        opinions=opinions,
        withdrawn=bool(filters.procedure) and not any(one.slug == filters.procedure and one.offered for one in choices),
        agent_name=agent_name,
        office=office,
        counted=FOUND_LIMIT if asked.search else COUNT_LIMIT,
        exported=EXPORT_LIMIT if asked.search is None or filters.view is not View.ENDED else FOUND_LIMIT,
        near=bool(asked.search and asked.search.near),
    )


def _counts(session: Session, asked: _Asked) -> tuple[dict[View, int], int, str, str]:
    """How many each tab holds, how many opinions are asked, the names of the agent and of the department filtered by.

    In one statement, which reads the open requests, and the archive up to the bound.
    """
    actor, filters, conditions = asked.actor, asked.filters, asked.conditions
    views = [view for view in View if view not in {View.ENDED, View.FAILED}]
    sums = [func.sum(case((_condition(view, actor, asked.failed), 1), else_=0)).label(view.name) for view in views]
    waiting = select(func.count()).select_from(ServiceRequest).where(asked.failed, *conditions)
    sums.append(waiting.scalar_subquery().label(View.FAILED.name))
    archive = _count_ended(asked).label(View.ENDED.name)
    given = opinions_to_give(actor).label("asked")
    who = select(Agent.display_name).where(Agent.id == agent_id(filters, actor)).scalar_subquery().label("named")
    office = select(Department.title).where(Department.slug == filters.department).limit(1)
    office_name = office.scalar_subquery().label("office")
    counted = session.execute(
        select(*sums, archive, given, who, office_name).where(ServiceRequest.status.in_(OPEN), *conditions)
    )
    numbers = counted.mappings().one()
    counts = {view: int(numbers[view.name] or 0) for view in View}
    if asked.search and not asked.narrow:
        # All that is found was counted, from its words alone.
        counts[View.ENDED] = min(counts[View.ENDED] - counts[View.TODO], FOUND_LIMIT + 1)
    title: dict[str, str] = numbers["office"] or {}
    return counts, int(numbers["asked"] or 0), str(numbers["named"] or ""), title.get("fr", "")


def _count_ended(asked: _Asked) -> ScalarSelect[int]:
    """How many ended requests, up to the bound; of a search without filters, how many requests."""
    if asked.search:
        return asked.search.count(asked.actor, asked.ended if asked.narrow else ())
    ended = (
        select(literal_column("1"))  # nothing of the row: the index alone is read
        .select_from(ServiceRequest)
        .where(_scope(asked.actor), *asked.ended)
        .limit(COUNT_LIMIT + 1)
        .subquery()
    )
    return select(func.count()).select_from(ended).scalar_subquery()


def read_export(
    session: Session, actor: Actor, filters: Filters, limit: int = EXPORT_LIMIT, after: Cursor | None = None
) -> list[QueueRow]:
    """The whole of the list on screen, within a bound, for the spreadsheet: one statement reads all the rows.

    A search finds no more ended requests there than on the screen.
    """
    asked = _ask(session, actor, replace(filters, after=after), procedures_of(session, actor))
    return [_line(row, actor) for row in _rows(session, asked, min(limit, FOUND_LIMIT) if asked.search else limit)]


def read_references(session: Session, actor: Actor, filters: Filters, limit: int) -> list[str]:
    """The references of the whole list, in its order, within a bound."""
    return [row.reference for row in read_export(session, actor, filters, limit)]


@dataclass(frozen=True, slots=True)
class Choice:
    """A procedure to filter by. ``offered``: it may be asked for today."""

    id: UUID
    slug: str
    title: str
    offered: bool


def procedures_of(session: Session, actor: Actor) -> list[Choice]:
    """The procedures of the actor's departments; one that is withdrawn has the title of its last version."""
    shown = func.coalesce(Procedure.published_version, Procedure.latest_version)
    rows = session.execute(
        select(
            Procedure.id, Procedure.slug, Procedure.published_version,
            func.coalesce(ProcedureVersion.title, Procedure.slug).label("title"),
        )
        .outerjoin(ProcedureVersion, _is_version(Procedure.id, shown))
        .where(Procedure.department_id.in_(actor.department_ids))
        .order_by(Procedure.slug)
    )  # fmt: skip
    return [Choice(row.id, row.slug, row.title, row.published_version is not None) for row in rows]


@dataclass(frozen=True, slots=True)
class Team:
    """The departments of an agent, by slug, and the active agents of them, by name."""

    departments: tuple[tuple[UUID, str, str], ...]
    agents: tuple[tuple[UUID, str], ...]


def read_team(session: Session, actor: Actor) -> Team:
    """Who works with this agent. Two statements."""
    rows = session.execute(
        select(Department.id, Department.slug, Department.title)
        .where(Department.id.in_(actor.department_ids))
        .order_by(Department.slug)
    )
    links = select(AgentDepartment.agent_id).where(AgentDepartment.department_id.in_(actor.department_ids))
    agents = session.execute(
        select(Agent.id, Agent.display_name)
        .where(Agent.id.in_(links), Agent.active)
        .order_by(Agent.display_name, Agent.id)
    )
    return Team(
        tuple((row.id, row.slug, row.title["fr"]) for row in rows), tuple((row.id, row.display_name) for row in agents)
    )


def read_departments(session: Session) -> list[tuple[UUID, str]]:
    """Every department, by name."""
    rows = session.execute(select(Department.id, Department.title).order_by(Department.slug))
    return [(row.id, row.title["fr"]) for row in rows]


def names_and_team(
    session: Session, agent_ids: Collection[UUID], department_id: UUID
) -> tuple[dict[UUID, str], list[UUID]]:
    """The names of these agents, active or not, and of the active agents of a department; who the latter are, by name.

    One statement.
    """
    member = exists().where(AgentDepartment.agent_id == Agent.id, AgentDepartment.department_id == department_id)
    in_team = and_(member, Agent.active).label("in_team")
    query = select(Agent.id, Agent.display_name, in_team).where(or_(in_team, Agent.id.in_(agent_ids)))
    rows = session.execute(query.order_by(Agent.display_name, Agent.id)).all()
    return {row.id: row.display_name for row in rows}, [row.id for row in rows if row.in_team]


def agent_names(session: Session, agent_ids: Collection[UUID]) -> dict[UUID, str]:
    """The names of agents, of whatever department, active or not."""
    if not agent_ids:
        return {}
    rows = session.execute(select(Agent.id, Agent.display_name).where(Agent.id.in_(agent_ids)))
    return {row.id: row.display_name for row in rows}
