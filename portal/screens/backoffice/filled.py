"""A text of the department filled for one request: what an answer starts from."""

from collections.abc import Mapping
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from portal.casework.catalogue.service import get_version
from portal.casework.requests import service as requests
from portal.casework.requests.deadlines import recourse_end
from portal.casework.wordings import service as wordings
from portal.casework.wordings.service import WordingKind
from portal.ground import clock, web
from portal.ground.errors import NotFound
from portal.ground.web.formats import format_date
from portal.people.accounts.service import get_authority

KINDS: Mapping[WordingKind, LazyString] = {
    WordingKind.ACCEPTED: _l("Décision : accepter"),
    WordingKind.REJECTED: _l("Décision : refuser"),
    WordingKind.CLOSED: _l("Décision : clore"),
    WordingKind.INFORMATION: _l("Demande de précision"),
    WordingKind.MESSAGE: _l("Message"),
    WordingKind.LETTER: _l("Courrier postal : première phrase"),
}
DECISIVE = (WordingKind.ACCEPTED, WordingKind.REJECTED, WordingKind.CLOSED)


def filled_text(view: requests.RequestView) -> tuple[WordingKind, str] | None:
    """The text chosen in the address (``modele``), filled for this request; None without one of theirs."""
    asked = request.args.get("modele", "")
    try:
        chosen = wordings.get_wording(web.unit(), web.actor(), UUID(asked)) if asked else None
    except (ValueError, NotFound):
        return None
    if chosen is None or chosen.department_id != view.department.id or chosen.archived_at is not None:
        return None
    return chosen.kind, wordings.fill(chosen.text, _values(view))


def _values(view: requests.RequestView) -> dict[str, str]:
    today = clock.today()
    values = {
        "reference": view.reference,
        "titre": view.procedure_title,
        "prenom_nom": view.applicant_name,
        "date_demande": format_date(clock.local(view.submitted_at).date()),
        "date_du_jour": format_date(today),
        "service": view.department.designation,
        "telephone_service": view.department.phone,
        "collectivite": get_authority(web.unit()).name,
        "agent": web.actor().label,
    }
    return values | _recourse(view)


def _recourse(view: requests.RequestView) -> dict[str, str]:
    """Where and until when a refusal notified today may be contested (CJA, R421-1)."""
    version = get_version(web.unit(), view.procedure_id, view.procedure_version)
    recourse = version.document.acknowledgement.recourse
    if recourse is None:
        return {}
    return {
        "date_recours": format_date(recourse_end(clock.today(), recourse.delay)),
        "voie_recours": f"{recourse.court}, {recourse.address}",
    }


def gaps_error(text: str, target: str) -> list[tuple[str, str]]:
    """What is wrong with a text that still has gaps, for the summary of errors; empty when it has none."""
    gaps = wordings.gaps_in(text)
    return [(target, _("Complétez d’abord : %(gaps)s.", gaps=", ".join(gaps)))] if gaps else []
