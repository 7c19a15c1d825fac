"""The door of the room: measuring, reading, and saying who waits for longer than usual. Nothing commits."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.casework.catalogue.service import get_version
from portal.casework.delays.models import DelayFigure
from portal.casework.delays.policy import LEAST_CASES, MEASURED_OVER, at_share
from portal.casework.delays.shapes import Delays
from portal.casework.requests.deadlines import usual_days
from portal.casework.requests.service import decided_days, open_procedures
from portal.ground import clock

__all__ = ["Delays", "delays_of", "measure_delays", "usual_days_of"]


def delays_of(session: Session, procedure_ids: Collection[UUID]) -> dict[UUID, Delays]:
    """The measured delays of these procedures; one that had too few decisions in a year is left out. One statement."""
    if not procedure_ids:
        return {}
    rows = session.scalars(select(DelayFigure).where(DelayFigure.procedure_id.in_(list(procedure_ids))))
    return {row.procedure_id: Delays(row.median_days, row.p90_days, row.cases, row.computed_at) for row in rows}


def measure_delays(session: Session) -> int:
    """Work out the figures again from the decisions of the last twelve months; for how many procedures.

    What has too few cases has no figure, not even an older one.
    """
    now = clock.now()
    found = {
        procedure_id: days
        for procedure_id, days in decided_days(session, now - MEASURED_OVER).items()
        if len(days) >= LEAST_CASES
    }
    session.execute(delete(DelayFigure).where(DelayFigure.procedure_id.not_in(list(found))))
    for procedure_id, days in sorted(found.items()):
        figure = DelayFigure(
            procedure_id=procedure_id,
            median_days=at_share(days, 0.5),
            p90_days=at_share(days, 0.9),
            cases=len(days),
            computed_at=now,
        )
        session.merge(figure)
    session.flush()
    return len(found)


def usual_days_of(session: Session) -> dict[UUID, tuple[int, str]]:
    """After how many days a request is late, for the procedures that have open ones: what was measured, else announced.

    The second value says which: ``measured`` or ``announced``. A procedure with neither is left out.
    """
    versions = dict(open_procedures(session))
    measured = delays_of(session, versions.keys())
    found: dict[UUID, tuple[int, str]] = {}
    for procedure_id, version in versions.items():
        announced = get_version(session, procedure_id, version).document.usual_delay
        if procedure_id in measured:
            found[procedure_id] = (measured[procedure_id].p90_days, "measured")
        elif announced is not None:
            found[procedure_id] = (usual_days(announced), "announced")
    return found
