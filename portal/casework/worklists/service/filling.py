"""The fields of a text of the department, for one request."""

from sqlalchemy.orm import Session

from portal.casework.requests.deadlines import recourse_end
from portal.casework.requests.service import RequestView
from portal.ground import clock
from portal.ground.web.formats import format_date
from portal.people.accounts.service import get_authority


def values_of(session: Session, view: RequestView, writer: str) -> dict[str, str]:
    """What each field of the closed list is replaced by. ``writer``: the name of the agent."""
    values = {
        "reference": view.reference,
        "titre": view.procedure_title,
        "prenom_nom": view.applicant_name,
        "date_demande": format_date(clock.local(view.submitted_at).date()),
        "date_du_jour": format_date(clock.today()),
        "service": view.department.designation,
        "telephone_service": view.department.phone,
        "collectivite": get_authority(session).name,
        "agent": writer,
    }
    return values | _recourse(view)


def _recourse(view: RequestView) -> dict[str, str]:
    """Where and until when a refusal notified today may be contested (CJA, R421-1)."""
    recourse = view.document.acknowledgement.recourse
    if recourse is None:
        return {}
    return {
        "date_recours": format_date(recourse_end(clock.today(), recourse.delay)),
        "voie_recours": f"{recourse.court}, {recourse.address}",
    }
