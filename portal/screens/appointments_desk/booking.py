"""Booking for somebody: the person whose file is open, the applicant of a request, or who calls and has no account."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from flask import request
from flask_babel import gettext as _
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from portal.casework.appointments import choices
from portal.casework.appointments import service as appointments
from portal.casework.appointments.enums import Means, Refusal
from portal.casework.appointments.policy import can_keep
from portal.casework.appointments.service import AppointmentView, Booking, Contact, KindOffer
from portal.casework.appointments.wording import MEANS
from portal.casework.openings import service as openings
from portal.casework.openings.service import OpeningClosed, OpeningView
from portal.ground import clock
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.ground.web import actor, page, undo, unit
from portal.people.accounts.service import identity_lines
from portal.screens.appointments_desk.blueprint import HOME, blueprint, may_keep
from portal.screens.appointments_desk.typed import read_day, read_id

NEW = f"{HOME}/nouveau"
FILE = "/agents/guichet/personne"
NAMES = ("creneau", "facon", "nom", "email", "phone", "remarque")
# What the service calls a field → where it stands in the form.
PLACES = {"name": "nom", "remark": "remarque", "means": "facon"}


@blueprint.get(NEW)
@may_keep
def new() -> Response:
    """First what it is about, then the free times, and whom it is for."""
    offer, opened = _offer(request.args.get("type", "")), _opened(request.args.get("fiche", ""))
    if isinstance(opened, Response):
        return opened
    return _form(offer, opened) if offer else _choose_kind(opened)


def _mine() -> list[KindOffer]:
    found = appointments.list_offers(unit(), invited=True)
    return [one for one in found if can_keep(actor(), one.kind.facts.department_id)]


def _offer(slug: str) -> KindOffer | None:
    return next((one for one in _mine() if one.kind.facts.slug == slug), None)


def _opened(text: str) -> OpeningView | Response | None:
    """The file that is open; the page of the desk tells when it is closed or locked."""
    opening_id = read_id(text)
    if opening_id is None:
        return None
    found = openings.get_opening(unit(), actor(), opening_id)
    return redirect(f"{FILE}/{opening_id}", 303) if found.ended is not None or found.locked else found


def _kept(opened: OpeningView | None) -> dict[str, str]:
    """What goes from one page to the next: the file, or the request, for which one books."""
    told = {"fiche": str(opened.id) if opened else "", "dossier": request.values.get("dossier", "")[:40]}
    return {name: value for name, value in told.items() if value}


def _choose_kind(opened: OpeningView | None) -> Response:
    kept = _kept(opened)
    return page(
        "appointments_desk/choose.html",
        title=_("Prendre un rendez-vous pour quelqu’un"),
        service=_("Agents"),
        offers=[(one, f"{NEW}?{urlencode({'type': one.kind.facts.slug, **kept})}") for one in _mine()],
        who=_name_of(opened),
        dossier=kept.get("dossier", ""),
        trail=[(_("Rendez-vous"), HOME), (_("Prendre un rendez-vous"), None)],
    )


def _name_of(opened: OpeningView | None) -> str:
    who = identity_lines(unit(), [opened.person_id]).get(opened.person_id) if opened else None
    return who.display_name if who else ""


def _form(
    offer: KindOffer,
    opened: OpeningView | None,
    errors: Mapping[str, str] | None = None,
    *,
    status: int = 200,
    notice: str = "",
) -> Response:
    first, kept = read_day(request.values.get("du", "")) or clock.today(), _kept(opened)
    options, more = choices.offered(unit(), offer, first, at_once=True)
    address = {"type": offer.kind.facts.slug, **kept}
    found: dict[str, Any] = {name: request.form.get(name, "") for name in NAMES}
    return page(
        "appointments_desk/new.html",
        title=_("Rendez-vous : %(kind)s", kind=offer.kind.say_title()),
        status=422 if errors else status,
        service=_("Agents"),
        offer=offer,
        options=options,
        more=f"{NEW}?{urlencode({**address, 'du': more.isoformat()})}" if more else None,
        means=[(one.value, str(MEANS[one])) for one in offer.kind.facts.means],
        kept=address | {"du": first.isoformat()},
        who=_name_of(opened),
        known=bool(kept),
        dossier=kept.get("dossier", ""),
        key=request.form.get("cle") or str(uuid4()),
        typed=found,
        errors=list((errors or {}).items()),
        notice=notice,
        action=NEW,
        trail=[(_("Rendez-vous"), HOME), (_("Prendre un rendez-vous"), NEW), (offer.kind.say_title(), None)],
    )


@blueprint.post(NEW)
@may_keep
def book() -> Response:
    """Book. When the time was taken meanwhile, others are proposed and what was typed stays."""
    form = request.form
    offer, opened = _offer(form.get("type", "")), _opened(form.get("fiche", ""))
    if isinstance(opened, Response):
        return opened
    if offer is None:
        raise NotFound("kind_unknown")
    try:
        booking = _booking(offer, form)
        made = appointments.book(
            unit(),
            actor(),
            booking,
            idempotency_key=f"{actor().id}:{form.get('cle', '')[:60]}",
            opening_id=opened.id if opened else None,
        )
    except Invalid as refused:
        undo()
        return _form(offer, opened, {PLACES.get(name, name): text for name, text in refused.fields.items()})
    except OpeningClosed:
        undo()
        return redirect(f"{FILE}/{opened.id}" if opened else NEW, 303)
    except Conflict as conflict:
        undo()
        return _form(offer, opened, status=409, notice=_say_conflict(conflict.code))
    if made.code:  # never in an address: it is shown here, and the same form sent again shows it again
        return _given(made)
    return redirect(f"{HOME}/{made.id}?fait=pris", 303)


def _given(made: AppointmentView) -> Response:
    """The reference and the code, to be said to the person, once."""
    return page(
        "appointments_desk/given.html",
        title=_("Rendez-vous pris"),
        service=_("Agents"),
        view=made,
        address=HOME,
        trail=[(_("Rendez-vous"), HOME), (made.reference, None)],
    )


def _booking(offer: KindOffer, form: Mapping[str, str]) -> Booking:
    place_id, starts_at = choices.chosen(form.get("creneau", ""))
    means = next((one for one in Means if one.value == form.get("facon")), None)
    if means is None:
        raise Invalid({"means": _("Choisissez une des façons proposées.")})
    return Booking(
        kind_id=offer.kind.id,
        place_id=place_id,
        starts_at=starts_at,
        means=means,
        contact=Contact(form.get("nom", ""), form.get("email", ""), form.get("phone", "")),
        remark=form.get("remarque", ""),
        request_reference=form.get("dossier", ""),
    )


def _say_conflict(code: str) -> str:
    said = {
        Refusal.SLOT_TAKEN: _(
            "Cette heure vient d’être prise. Choisissez-en une autre : le reste de la page est gardé."
        ),
        Refusal.ONE_PER_KIND: _("Cette personne a déjà un rendez-vous de ce type. Déplacez-le plutôt."),
        Refusal.TOO_MANY: _("Cette personne a déjà trois rendez-vous à venir. Il faut en annuler un d’abord."),
    }
    return said.get(Refusal(code), _("Ce rendez-vous ne peut pas être pris."))
