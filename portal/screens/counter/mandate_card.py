"""The page of one mandate at the desk, whatever state it is in."""

from uuid import UUID

from flask import current_app, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.assistance import service as assistance
from portal.casework.assistance.service import Openable
from portal.casework.catalogue.service import list_published
from portal.casework.documents.policy import takes_files
from portal.casework.mandates import service as mandates
from portal.casework.mandates import wording as said
from portal.casework.mandates.enums import Duration, IdentityDocument
from portal.casework.mandates.service import ConsentView, MandateView
from portal.casework.notifications.service import SMS_LANE
from portal.ground.web import actor, background_unit, page, settings, unit
from portal.ground.web.context import refuse
from portal.people.accounts.service import get_department, present_agents
from portal.screens.counter.scans import SCAN_EXTENSIONS

JOURNAL = 15
LISTED = 8


def show_card(
    mandate_id: UUID, errors: list[tuple[str, str]] | None = None, status: int = 200, *, moved: bool = False
) -> Response:
    """The card of a mandate of the agent's department.

    :raises NotFound: none, or another department's.
    """
    if errors or moved:
        refuse()  # the journal of what is shown is written apart
    found = mandates.get_mandate(unit(), actor(), mandate_id)
    consent = mandates.find_consent(unit(), actor(), mandate_id) if found.is_waiting else None
    errors = errors or _after_code(request.args.get("fait", ""), consent)
    lines = mandates.journal_of(unit(), actor(), mandate_id, limit=JOURNAL)
    names = present_agents(unit(), {one.actor_id for one in lines if one.actor_id} | {found.opened_by})
    openable = _openable(found)
    return page(
        "counter/mandate.html",
        title=_("Mandat de %(name)s", name=found.person_name),
        status=status,
        service=_("Agents"),
        mandate=found,
        department=get_department(unit(), found.department_id).name,
        consent=consent,
        sms_open=SMS_LANE in current_app.extensions["parvis_connections"],
        openable=openable,
        procedures=_procedures(found),
        listed=LISTED,
        lines=[(one, said.say_line(one, names)) for one in lines],
        said=said,
        durations=[(one.value, str(said.DURATIONS[one])) for one in Duration],
        papers=[(one.value, str(said.IDENTITY_DOCUMENTS[one])) for one in IdentityDocument],
        accept=SCAN_EXTENSIONS,
        files_open=takes_files(settings()),
        base=f"/agents/guichet/mandats/{mandate_id}",
        done=request.args.get("fait", ""),
        moved=moved,
        closed=request.args.get("ferme") == "oui",
        typed=request.form,
        errors=errors or [],
        sentences=dict(errors or []),
        trail=[
            (_("Guichet"), "/agents/guichet"),
            (_("Mandats"), "/agents/guichet/mandats"),
            (_("Mandat de %(name)s", name=found.person_name), None),
        ],
    )


def _after_code(done: str, consent: ConsentView | None) -> list[tuple[str, str]]:
    """What to say of a code that was not right: it was counted, then the page was opened anew."""
    if consent is None or done not in {"faux", "passe"}:
        return []
    if done == "faux" and consent.is_open:
        return [("chiffres", _("Ce n’est pas le bon code. Essais restants : %(num)d.", num=consent.tries_left))]
    sentence = _("Ce code ne vaut plus rien : trop d’essais, ou plus de 10 minutes. Faites-en envoyer un autre.")
    return [("numero", sentence)]


def _openable(found: MandateView) -> Openable | None:
    if not found.is_active:
        return None
    with background_unit() as journal:
        return assistance.list_openable(unit(), actor(), found.id, journal=journal)


def _procedures(found: MandateView) -> list[tuple[str, str]]:
    """The procedures that may be started under it, as options of a list; none without an account."""
    if not found.is_active or found.account_id is None:
        return []
    return [(one.slug, one.title) for one in list_published(unit()) if mandates.perimeter_of(one.theme) in found.themes]


def show_moved(mandate_id: UUID) -> Response:
    """Somebody answered first: the card as it stands now, which says so."""
    return show_card(mandate_id, status=409, moved=True)
