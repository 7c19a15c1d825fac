"""Figures put straight into the tables: a town with years of activity, without years of requests."""

from datetime import date
from uuid import UUID

from sqlalchemy import select

from portal.casework.catalogue.models import Procedure
from portal.casework.figures.models import FigureBacklog, FigureCell, FigureProgress
from portal.casework.figures.shapes import LENGTHS, OpenGroup
from portal.ground import clock
from portal.ground.db import Database


def put_cell(
    database: Database,
    slug: str,
    month: date,
    *,
    days: dict[int, int],
    channel: str = "web",
    assisted: bool = False,
    rejected: int = 0,
    **counts: object,
) -> None:
    """One cell: ``days`` is step → decisions; those that are not rejected are accepted."""
    decided = sum(days.values())
    values: dict[str, object] = {"obtained": [0, 0, 0], "ease": [0, 0, 0, 0, 0], "received": decided, **counts}
    for name in ("closed", "withdrawn", "late", "given_up", "partner_errors"):
        values.setdefault(name, 0)
    with database.writing() as session:
        procedure = session.scalars(select(Procedure).where(Procedure.slug == slug)).one()
        session.add(
            FigureCell(
                month=month,
                department_id=procedure.department_id,
                procedure_id=procedure.id,
                channel=channel,
                assisted=assisted,
                accepted=decided - rejected,
                rejected=rejected,
                days=[days.get(step, 0) for step in range(LENGTHS)],
                **values,
            )
        )
        if session.get(FigureProgress, "requests") is None:
            session.add(FigureProgress(name="requests", finished_at=clock.now()))


def put_backlog(database: Database, slug: str, ages: tuple[int, ...], *, awaited: int = 0, late: int = 0) -> None:
    """Open requests of one procedure."""
    with database.writing() as session:
        procedure = session.scalars(select(Procedure).where(Procedure.slug == slug)).one()
        group = OpenGroup(procedure.department_id, procedure.id, "web", False, ages, awaited, late)
        session.add(
            FigureBacklog(
                department_id=group.department_id,
                procedure_id=group.procedure_id,
                channel=group.channel,
                assisted=group.assisted,
                ages=list(group.ages),
                awaited=group.awaited,
                late=group.late,
            )
        )


def department_of(database: Database, slug: str) -> UUID:
    """The department of a procedure."""
    with database.reading() as session:
        return session.scalars(select(Procedure.department_id).where(Procedure.slug == slug)).one()
