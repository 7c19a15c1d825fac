"""Measuring how long procedures take, and knowing after how long a request is late. Nothing commits."""

from uuid import UUID

from sqlalchemy.orm import Session

from portal.casework.catalogue.service import get_version
from portal.casework.delays.service import MEASURED_OVER, keep_figures
from portal.casework.requests.deadlines import usual_days
from portal.casework.requests.service import decided_days, open_procedures
from portal.ground import clock


def measure_delays(session: Session) -> int:
    """Work out the figures again from the decisions of the last twelve months; for how many procedures."""
    return keep_figures(session, decided_days(session, clock.now() - MEASURED_OVER))


def usual_days_of(session: Session) -> dict[UUID, tuple[int, str]]:
    """After how many days a request is late, for the procedures that have open ones: what was measured, else announced.

    The second value says which: ``measured`` or ``announced``. A procedure with neither is left out.
    """
    found: dict[UUID, tuple[int, str]] = {}
    for procedure_id, version in open_procedures(session):
        procedure = get_version(session, procedure_id, version)
        announced = procedure.document.usual_delay
        if procedure.delays is not None:
            found[procedure_id] = (procedure.delays.p90_days, "measured")
        elif announced is not None:
            found[procedure_id] = (usual_days(announced), "announced")
    return found
