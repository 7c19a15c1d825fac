"""The door of the room: keeping the figures and reading them. Nothing commits."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, delete, select
from sqlalchemy.orm import Session

from portal.casework.delays.models import DelayFigure
from portal.casework.delays.policy import LEAST_CASES, MEASURED_OVER, at_share
from portal.casework.delays.shapes import Delays
from portal.ground import clock

__all__ = ["LEAST_CASES", "MEASURED_OVER", "Delays", "delays_of", "keep_figures", "read_delays", "with_delays"]

_COLUMNS = (DelayFigure.median_days, DelayFigure.p90_days, DelayFigure.cases, DelayFigure.computed_at)


def delays_of(session: Session, procedure_ids: Collection[UUID]) -> dict[UUID, Delays]:
    """The measured delays of these procedures; one that had too few decisions in a year is left out. One statement."""
    if not procedure_ids:
        return {}
    rows = session.execute(
        select(DelayFigure.procedure_id, *_COLUMNS).where(DelayFigure.procedure_id.in_(list(procedure_ids)))
    )
    return {row.procedure_id: Delays(*row[1:]) for row in rows}


def with_delays(query: Select[*tuple[Any, ...]], procedure_id: ColumnElement[UUID]) -> Select[*tuple[Any, ...]]:
    """``query`` with the delays of the procedure that each row is about, for :func:`read_delays`."""
    joined = query.outerjoin(DelayFigure, DelayFigure.procedure_id == procedure_id)
    return joined.add_columns(*_COLUMNS)


def read_delays(row: Row[*tuple[Any, ...]]) -> Delays | None:
    """The delays in a row of :func:`with_delays`; None where there are none."""
    if row.computed_at is None:
        return None
    return Delays(row.median_days, row.p90_days, row.cases, row.computed_at)


def keep_figures(session: Session, taken: Mapping[UUID, Sequence[float]]) -> int:
    """Keep the figures of the last twelve months; for how many procedures.

    What has too few cases has no figure, not even an older one.

    :param taken: procedure → how many days each of its decided requests took.
    """
    enough = {one: days for one, days in taken.items() if len(days) >= LEAST_CASES}
    session.execute(delete(DelayFigure).where(DelayFigure.procedure_id.not_in(list(enough))))
    for procedure_id, days in sorted(enough.items()):
        figure = DelayFigure(
            procedure_id=procedure_id,
            median_days=at_share(days, 0.5),
            p90_days=at_share(days, 0.9),
            cases=len(days),
            computed_at=clock.now(),
        )
        session.merge(figure)
    session.flush()
    return len(enough)
