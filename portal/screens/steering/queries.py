"""Reading the figures across rooms. Read-only; never a request is looked at, whatever their number."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from portal.casework.catalogue.models import Procedure, ProcedureVersion
from portal.casework.figures.models import FigureBacklog, FigureCell, FigureProgress
from portal.casework.figures.service import LISTS, PLAIN, Cell, Obtained, OpenGroup, Tally
from portal.casework.requests.models import ServiceRequest
from portal.casework.satisfaction.models import SatisfactionAnswer
from portal.casework.satisfaction.service import read_words
from portal.ground.permissions import Actor, Permission
from portal.people.accounts.models import Department
from portal.screens.steering.figures import Figures, Names, ProcedureName
from portal.screens.steering.filters import Filters, View

WORDS_PAGE = 20
_CURRENT = and_(
    ProcedureVersion.procedure_id == Procedure.id,
    ProcedureVersion.version == func.coalesce(Procedure.published_version, Procedure.latest_version),
)
_COUNTED_AT = select(FigureProgress.finished_at).where(FigureProgress.name == "requests").scalar_subquery()
_CELLS = (
    select(
        *(getattr(FigureCell, name) for name in (*Cell._fields, *PLAIN, *LISTS)),
        ProcedureVersion.title,
        _COUNTED_AT.label("counted_at"),
    )
    .join(Procedure, Procedure.id == FigureCell.procedure_id)
    .join(ProcedureVersion, _CURRENT)
)


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody wrote after a request, as the department reads it: neither who, nor about which request."""

    id: UUID
    person_id: UUID
    request_id: UUID
    title: str
    ended_at: datetime
    obtained: Obtained
    ease: int
    text: str


def read_names(session: Session, actor: Actor) -> Names:
    """The departments whose figures the actor may read, and their procedures, withdrawn ones too. Two statements."""
    everything = actor.can(Permission.STEERING_READ_ALL)
    departments = select(Department.slug, Department.id, Department.title).order_by(Department.slug)
    procedures = select(
        Procedure.id, Procedure.slug, Procedure.department_id, Procedure.published_version, ProcedureVersion.title
    ).join(ProcedureVersion, _CURRENT)
    if not everything:
        departments = departments.where(Department.id.in_(actor.department_ids))
        procedures = procedures.where(Procedure.department_id.in_(actor.department_ids))
    return Names(
        {row.slug: (row.id, row.title.get("fr", row.slug)) for row in session.execute(departments)},
        {
            row.id: ProcedureName(row.id, row.slug, row.title, row.department_id, row.published_version is not None)
            for row in session.execute(procedures.order_by(ProcedureVersion.title))
        },
    )


def read_figures(session: Session, names: Names, filters: Filters) -> Figures:
    """The figures of one state of the dashboard. Two statements."""
    chosen = [row_id for slug, (row_id, _title) in names.departments.items() if filters.department in ("", slug)]
    procedures = [one.id for one in names.procedures.values() if one.slug == filters.procedure]
    wanted = [FigureCell.month >= filters.since, *_narrow(FigureCell, filters, chosen, procedures)]
    backlog: Sequence[OpenGroup] = ()
    if filters.view is View.OPEN:
        backlog = _backlog(session, _narrow(FigureBacklog, filters, chosen, procedures))
    found = _figures(session, wanted, backlog)
    if found.counted_at is not None:
        return found
    return Figures((), {}, session.scalar(select(_COUNTED_AT)), backlog)


def _narrow(
    table: type[FigureCell] | type[FigureBacklog],
    filters: Filters,
    departments: Collection[UUID],
    procedures: Collection[UUID],
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [table.department_id.in_(departments)]
    if filters.procedure:
        found.append(table.procedure_id.in_(procedures))
    if filters.channel:
        found.append(table.channel == filters.channel)
    return found


def read_public_figures(session: Session, since: date, before: date) -> Figures:
    """The figures of the whole authority over whole months. One statement."""
    return _figures(session, [FigureCell.month >= since, FigureCell.month < before], ())


def _figures(session: Session, wanted: Sequence[ColumnElement[bool]], backlog: Sequence[OpenGroup]) -> Figures:
    rows = session.execute(_CELLS.where(*wanted)).all()
    cells = [(Cell(*row[:5]), _tally(row)) for row in rows]
    titles = {row.procedure_id: row.title for row in rows}
    return Figures(cells, titles, rows[0].counted_at if rows else None, backlog)


def _tally(row: Any) -> Tally:
    values: dict[str, Any] = {name: getattr(row, name) for name in PLAIN}
    values |= {name: tuple(getattr(row, name)) for name in LISTS}
    return Tally(**values)


def _backlog(session: Session, wanted: Sequence[ColumnElement[bool]]) -> list[OpenGroup]:
    return [
        OpenGroup(
            row.department_id, row.procedure_id, row.channel, row.assisted, tuple(row.ages), row.awaited, row.late
        )
        for row in session.scalars(select(FigureBacklog).where(*wanted))
    ]


def read_words_page(session: Session, actor: Actor, before: UUID | None) -> list[Words]:
    """What persons wrote to the actor's own departments, the newest first: one more than a page. One statement.

    What cannot be read any more, its key being destroyed, is not there either: the row goes with the request.
    """
    query = (
        select(SatisfactionAnswer, ServiceRequest.person_id, ServiceRequest.data_key_id, ProcedureVersion.title)
        .join(ServiceRequest, ServiceRequest.id == SatisfactionAnswer.request_id)
        .join(Procedure, Procedure.id == SatisfactionAnswer.procedure_id)
        .join(ProcedureVersion, _CURRENT)
        .where(
            SatisfactionAnswer.department_id.in_(actor.department_ids),
            SatisfactionAnswer.sealed_words.is_not(None),
            SatisfactionAnswer.hidden_at.is_(None),
            *([SatisfactionAnswer.id < before] if before else []),
        )
        .order_by(SatisfactionAnswer.id.desc())
        .limit(WORDS_PAGE + 1)
    )
    return [_words(session, row) for row in session.execute(query)]


def _words(session: Session, row: Any) -> Words:
    kept: SatisfactionAnswer = row.SatisfactionAnswer
    return Words(
        id=kept.id,
        person_id=row.person_id,
        request_id=kept.request_id,
        title=row.title,
        ended_at=kept.ended_at,
        obtained=kept.obtained,
        ease=kept.ease,
        text=read_words(session, kept.request_id, row.data_key_id, kept.sealed_words),
    )
