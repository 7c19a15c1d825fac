"""A text of the department filled for one request: what an answer starts from."""

from collections.abc import Mapping
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from portal.casework.requests import service as requests
from portal.casework.wordings import service as wordings
from portal.casework.wordings.service import WordingKind
from portal.casework.worklists.service import values_of
from portal.ground import web
from portal.ground.errors import NotFound

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
    return chosen.kind, wordings.fill(chosen.text, values_of(web.unit(), view, web.actor().label))


def gaps_error(text: str, target: str) -> list[tuple[str, str]]:
    """What is wrong with a text that still has gaps, for the summary of errors; empty when it has none."""
    gaps = wordings.gaps_in(text)
    return [(target, _("Complétez d’abord : %(gaps)s.", gaps=", ".join(gaps)))] if gaps else []
