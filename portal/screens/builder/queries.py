"""Reading across rooms for the builder. Read-only; a constant number of statements whatever there is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from portal.casework.catalogue.enums import VersionState
from portal.casework.catalogue.models import Procedure, ProcedureVersion
from portal.casework.requests.models import Draft, ServiceRequest
from portal.casework.requests.policy import OPEN
from portal.ground.errors import NotFound
from portal.people.accounts.models import Agent, Department

LIMIT = 500


@dataclass(frozen=True, slots=True)
class Line:
    """A procedure in the officers' list. ``state``: open, closed, or draft when it was never published."""

    slug: str
    title: str
    department: str
    state: str
    version: int
    published: int | None
    has_draft: bool
    edited_at: datetime | None
    editor: str | None


@dataclass(frozen=True, slots=True)
class Use:
    """What hangs on a procedure: all its requests, and the drafts residents are filling in."""

    slug: str
    title: str
    published: int | None
    was_published: bool
    requests: int
    drafts: int


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version of a procedure."""

    version: int
    state: VersionState
    created_at: datetime
    published_at: datetime | None
    archived_at: datetime | None
    requests: int


def list_procedures(session: Session) -> list[Line]:
    """Every procedure with its newest version and who last wrote in it, in one statement."""
    latest = and_(ProcedureVersion.procedure_id == Procedure.id, ProcedureVersion.version == Procedure.latest_version)
    ever = _ever_published()
    query = (
        select(
            Procedure.slug,
            Procedure.published_version,
            ProcedureVersion.version,
            ProcedureVersion.title,
            ProcedureVersion.state,
            ProcedureVersion.edited_at,
            Department.title.label("department"),
            Agent.display_name,
            ever.label("ever"),
        )
        .join(ProcedureVersion, latest)
        .join(Department, Department.id == Procedure.department_id)
        .outerjoin(Agent, Agent.id == ProcedureVersion.edited_by)
        .order_by(Procedure.slug)
        .limit(LIMIT)
    )
    return [
        Line(
            slug=row.slug,
            title=row.title,
            department=row.department.get("fr", ""),
            state=_state(row.published_version, row.ever),
            version=row.version,
            published=row.published_version,
            has_draft=row.state is VersionState.DRAFT,
            edited_at=row.edited_at,
            editor=row.display_name,
        )
        for row in session.execute(query)
    ]


def _ever_published() -> Any:
    other = aliased(ProcedureVersion)
    return (
        select(func.count())
        .select_from(other)
        .where(other.procedure_id == Procedure.id, other.state != VersionState.DRAFT)
        .correlate(Procedure)
        .scalar_subquery()
    )


def _state(published: int | None, ever: int) -> str:
    if published is not None:
        return "open"
    return "closed" if ever else "draft"


def read_use(session: Session, slug: str) -> Use:
    """What hangs on a procedure.

    :raises NotFound: there is none.
    """
    of_requests = select(func.count()).where(ServiceRequest.procedure_id == Procedure.id).correlate(Procedure)
    of_drafts = select(func.count()).where(Draft.procedure_id == Procedure.id).correlate(Procedure)
    latest = and_(ProcedureVersion.procedure_id == Procedure.id, ProcedureVersion.version == Procedure.latest_version)
    row = session.execute(
        select(
            Procedure.slug,
            Procedure.published_version,
            ProcedureVersion.title,
            _ever_published().label("ever"),
            of_requests.scalar_subquery().label("requests"),
            of_drafts.scalar_subquery().label("drafts"),
        )
        .join(ProcedureVersion, latest)
        .where(Procedure.slug == slug)
    ).one_or_none()
    if row is None:
        raise NotFound("procedure_unknown")
    return Use(row.slug, row.title, row.published_version, bool(row.ever), row.requests, row.drafts)


def list_versions(session: Session, slug: str) -> list[VersionLine]:
    """Every version, the newest first, with how many requests were made under it."""
    made = (
        select(func.count())
        .where(
            ServiceRequest.procedure_id == ProcedureVersion.procedure_id,
            ServiceRequest.procedure_version == ProcedureVersion.version,
        )
        .correlate(ProcedureVersion)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            ProcedureVersion.version,
            ProcedureVersion.state,
            ProcedureVersion.created_at,
            ProcedureVersion.published_at,
            ProcedureVersion.archived_at,
            made.label("requests"),
        )
        .join(Procedure, Procedure.id == ProcedureVersion.procedure_id)
        .where(Procedure.slug == slug)
        .order_by(ProcedureVersion.version.desc())
        .limit(LIMIT)
    )
    return [VersionLine(*row) for row in rows]


def find_version(session: Session, slug: str, version: int | None = None) -> tuple[UUID, int]:
    """The ids of a version, of the newest one when no number is given.

    :raises NotFound: there is none.
    """
    row = session.execute(select(Procedure.id, Procedure.latest_version).where(Procedure.slug == slug)).one_or_none()
    if row is None:
        raise NotFound("procedure_unknown")
    return row.id, version if version is not None else row.latest_version


def agent_name(session: Session, agent_id: UUID | None) -> str:
    """How an agent is called, "" for nobody."""
    if agent_id is None:
        return ""
    return session.scalar(select(Agent.display_name).where(Agent.id == agent_id)) or ""


def count_in_progress(session: Session, slug: str) -> dict[str, int]:
    """Status of the workflow → how many open requests of the procedure stand there, whatever their version."""
    rows = session.execute(
        select(ServiceRequest.workflow_state, func.count())
        .join(Procedure, Procedure.id == ServiceRequest.procedure_id)
        .where(Procedure.slug == slug, ServiceRequest.status.in_(OPEN))
        .group_by(ServiceRequest.workflow_state)
    )
    return {state or "": count for state, count in rows}
