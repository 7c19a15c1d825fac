"""Reading the journal back, for the person concerned."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from portal.ground.audit.models import AuditEntry
from portal.ground.permissions import ActorKind


@dataclass(frozen=True, slots=True)
class AuditView:
    """One line of the journal."""

    id: UUID
    occurred_at: datetime
    action: str
    actor_kind: ActorKind
    actor_id: UUID | None
    request_id: UUID | None
    connection: str | None
    details: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of lines stopped."""

    occurred_at: datetime
    id: UUID


def list_entries(
    session: Session, request_id: UUID, *, actions: tuple[str, ...] = (), limit: int = 50
) -> list[AuditView]:
    """The latest lines about one request, newest first, optionally of the given actions only."""
    query = select(*_COLUMNS).where(AuditEntry.request_id == request_id)
    if actions:
        query = query.where(AuditEntry.action.in_(actions))
    rows = session.execute(query.order_by(AuditEntry.occurred_at.desc(), AuditEntry.id.desc()).limit(limit))
    return [AuditView(*row) for row in rows]


def list_about(
    session: Session,
    subject_id: UUID,
    *,
    kinds: Collection[ActorKind],
    request_id: UUID | None = None,
    after: Place | None = None,
    limit: int = 20,
) -> list[AuditView]:
    """The lines about one person by actors of the given kinds, newest first.

    :param request_id: only those about this request.
    :param after: only those older than the last line of the page before.
    """
    query = select(*_COLUMNS).where(AuditEntry.subject_id == subject_id, AuditEntry.actor_kind.in_(kinds))
    if request_id is not None:
        query = query.where(AuditEntry.request_id == request_id)
    if after is not None:
        query = query.where(tuple_(AuditEntry.occurred_at, AuditEntry.id) < tuple_(after.occurred_at, after.id))
    rows = session.execute(query.order_by(AuditEntry.occurred_at.desc(), AuditEntry.id.desc()).limit(limit))
    return [AuditView(*row) for row in rows]


def list_acts(session: Session, actor_id: UUID, action: str, *, limit: int = 10) -> list[AuditView]:
    """The latest times that an account or an agent did this, newest first: their sign-ins, for instance."""
    query = select(*_COLUMNS).where(AuditEntry.actor_id == actor_id, AuditEntry.action == action)
    rows = session.execute(query.order_by(AuditEntry.occurred_at.desc(), AuditEntry.id.desc()).limit(limit))
    return [AuditView(*row) for row in rows]


def count_acts(session: Session, actions: Collection[str], *, since: datetime) -> dict[str, int]:
    """How many times each of these was done since then, by anybody; what was never done is absent."""
    query = select(AuditEntry.action, func.count()).where(
        AuditEntry.action.in_(actions), AuditEntry.occurred_at >= since
    )
    rows = session.execute(query.group_by(AuditEntry.action))
    return {row[0]: row[1] for row in rows}


def subjects_of(
    session: Session, actor_id: UUID, action: str, *, among: Collection[UUID], since: datetime
) -> set[UUID]:
    """Those of these persons whose journal already says since then that this actor did this."""
    query = select(AuditEntry.subject_id).where(
        AuditEntry.actor_id == actor_id,
        AuditEntry.action == action,
        AuditEntry.occurred_at >= since,
        AuditEntry.subject_id.in_(among),
    )
    return {one for one in session.scalars(query) if one is not None} if among else set()


def count_acts_of(session: Session, actor_ids: Collection[UUID], action: str, *, since: datetime) -> dict[UUID, int]:
    """How many times each of these agents did this since then; who never did is absent."""
    query = select(AuditEntry.actor_id, func.count()).where(
        AuditEntry.actor_id.in_(actor_ids), AuditEntry.action == action, AuditEntry.occurred_at >= since
    )
    rows = session.execute(query.group_by(AuditEntry.actor_id))
    return {row[0]: row[1] for row in rows if row[0] is not None}


_COLUMNS = (
    AuditEntry.id,
    AuditEntry.occurred_at,
    AuditEntry.action,
    AuditEntry.actor_kind,
    AuditEntry.actor_id,
    AuditEntry.request_id,
    AuditEntry.connection,
    AuditEntry.details,
)
