"""What the resident's pages read across rooms. Read-only; a constant number of statements."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, bindparam, func, select, true
from sqlalchemy.orm import Session

from portal.casework.catalogue.models import ProcedureVersion
from portal.casework.notifications.enums import DeliveryProgress, NoticeChannel, NotificationEvent
from portal.casework.notifications.models import Notification, NotificationDelivery
from portal.casework.notifications.service.inbox import unread_column
from portal.casework.requests.enums import MessageKind
from portal.casework.requests.models import RequestMessage, ServiceRequest
from portal.casework.requests.reference import normalise
from portal.ground.audit.service import AuditView, list_entries
from portal.ground.clock import local
from portal.ground.errors import NotFound
from portal.ground.permissions import ActorKind
from portal.people.accounts.models import Agent, AgentDepartment, Department

READINGS = ("request_read", "messages_read", "acknowledgement_read", "decision_read", "document_read")
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
    """One agent's readings of a request in one day: the last moment, and how many times."""

    name: str
    at: datetime
    times: int


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
        select(RequestMessage.id, RequestMessage.request_id, RequestMessage.kind, RequestMessage.posted_at, mine.c.at)
        .join(ServiceRequest, ServiceRequest.id == RequestMessage.request_id)
        .outerjoin(mine, mine.c.request_id == RequestMessage.request_id)
        .where(ServiceRequest.account_id == account_id, RequestMessage.author_kind != ActorKind.RESIDENT)
        .order_by(RequestMessage.posted_at.desc(), RequestMessage.id.desc())
        .limit(MESSAGES_SHOWN)
    )


def _with_unread(latest: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """The same rows with the number of notices not read; one row at least, empty where there is no message."""
    unread = select(unread_column(bindparam("account_id", type_=Uuid())).label("unread")).subquery()
    found = latest.subquery()
    return (
        select(unread.c.unread, found)
        .select_from(unread)
        .outerjoin(found, true())
        .order_by(found.c.posted_at.desc(), found.c.id.desc())
    )


_LATEST_RECEIVED = _with_unread(_latest_received())


def latest_received(session: Session, account_id: UUID) -> tuple[list[Received], int]:
    """The last messages sent to this account, the newest first; and how many notices it has not read."""
    rows = session.execute(_LATEST_RECEIVED, {"account_id": account_id}).all()
    received = [
        Received(row.request_id, row.kind, row.posted_at, row.at is not None and row.at >= row.posted_at)
        for row in rows
        if row.request_id is not None
    ]
    return received, rows[0].unread


@dataclass(frozen=True, slots=True)
class Notice:
    """One line of the person's notifications. ``reference`` is empty when it is about no request."""

    id: UUID
    event: NotificationEvent
    at: datetime
    read: bool
    reference: str
    title: str
    path: str


def list_notices(
    session: Session, account_id: UUID, *, limit: int, before: datetime | None = None, only: UUID | None = None
) -> list[Notice]:
    """What the account was told, the newest first; or the ``only`` one asked for. One statement."""
    version = and_(
        ProcedureVersion.procedure_id == ServiceRequest.procedure_id,
        ProcedureVersion.version == ServiceRequest.procedure_version,
    )
    query = (
        select(Notification, ServiceRequest.reference, ProcedureVersion.title)
        .outerjoin(ServiceRequest, ServiceRequest.id == Notification.request_id)
        .outerjoin(ProcedureVersion, version)
        .where(Notification.account_id == account_id)
        .order_by(Notification.created_at.desc(), Notification.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(Notification.created_at < before)
    if only is not None:
        query = query.where(Notification.id == only)
    return [
        Notice(
            id=row.Notification.id,
            event=row.Notification.event,
            at=row.Notification.created_at,
            read=row.Notification.read_at is not None,
            reference=row.reference or "",
            title=row.title or row.Notification.title,
            path=f"/demandes/{row.reference}" if row.reference else row.Notification.path,
        )
        for row in session.execute(query)
    ]


def progress_of(session: Session, ids: Collection[UUID]) -> dict[UUID, list[tuple[NoticeChannel, DeliveryProgress]]]:
    """How far each of these notices got, by channel. One statement."""
    query = select(
        NotificationDelivery.notification_id, NotificationDelivery.channel, NotificationDelivery.progress
    ).where(NotificationDelivery.notification_id.in_(ids))
    found: dict[UUID, list[tuple[NoticeChannel, DeliveryProgress]]] = {}
    for row in session.execute(query.order_by(NotificationDelivery.channel)):
        found.setdefault(row.notification_id, []).append((row.channel, row.progress))
    return found


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
        gathered[key] = Reading(name, seen.at if seen else entry.occurred_at, (seen.times if seen else 0) + 1)
    return list(gathered.values())
