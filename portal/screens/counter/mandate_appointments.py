"""Appointments under a mandate: booked, moved or cancelled for the person who gave it, and told to them."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID, uuid4

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.appointments import choices
from portal.casework.appointments import service as appointments
from portal.casework.appointments.enums import Means, Refusal
from portal.casework.appointments.service import AppointmentView, Booking, Contact, KindOffer
from portal.casework.appointments.wording import MEANS, STATES
from portal.casework.mandates import service as mandates
from portal.ground.errors import Conflict, Forbidden, Invalid, NotFound
from portal.ground.web import actor, background_unit, page, redirect_to, undo, unit
from portal.ground.web.context import refuse
from portal.ground.web.sent import day_to_come, version_sent
from portal.screens.counter.blueprint import blueprint
from portal.screens.counter.mandates import MANDATES, may_hold

ALL: Final = "/guichet/mandats/<uuid:mandate_id>/rendez-vous"
ONE: Final = f"{ALL}/<uuid:appointment_id>"
NAMES: Final = ("creneau", "facon", "email", "phone", "remarque")
# What the service calls a field → where it stands in the form.
PLACES: Final = {"remark": "remarque", "means": "facon"}
MOST_TYPED: Final = 2_000


def _base(mandate_id: UUID) -> str:
    return f"{MANDATES}/{mandate_id}/rendez-vous"


def _name(mandate_id: UUID) -> str:
    return mandates.get_mandate(unit(), actor(), mandate_id).person_name


def _trail(mandate_id: UUID, who: str, here: str = "") -> list[tuple[str, str | None]]:
    start: list[tuple[str, str | None]] = [
        (_("Guichet"), "/agents/guichet"),
        (_("Mandat de %(name)s", name=who), f"{MANDATES}/{mandate_id}"),
    ]
    if not here:
        return [*start, (_("Rendez-vous"), None)]
    return [*start, (_("Rendez-vous"), _base(mandate_id)), (here, None)]


@blueprint.get(ALL)
@may_hold
def mandate_appointments(mandate_id: UUID) -> Response:
    """What the person has to come, and what may be booked for them; once a kind is chosen, its free times."""
    offer = next((one for one in _offers(mandate_id) if one.kind.facts.slug == request.args.get("type")), None)
    return _form(mandate_id, offer) if offer else _list(mandate_id)


def _offers(mandate_id: UUID) -> list[KindOffer]:
    return appointments.list_mandated_offers(unit(), actor(), mandate_id)


def _held(mandate_id: UUID) -> list[AppointmentView]:
    with background_unit() as journal:
        return appointments.list_mandated(unit(), actor(), mandate_id, journal=journal)


def _list(mandate_id: UUID, *, notice: str = "", status: int = 200) -> Response:
    who, base = _name(mandate_id), _base(mandate_id)
    return page(
        "counter/mandate_appointments.html",
        title=_("Rendez-vous de %(name)s", name=who),
        status=status,
        service=_("Agents"),
        held=_held(mandate_id),
        offers=[(one, f"{base}?{urlencode({'type': one.kind.facts.slug})}") for one in _offers(mandate_id)],
        words=STATES,
        base=base,
        mandate=f"{MANDATES}/{mandate_id}",
        notice=notice,
        done=request.args.get("fait", ""),
        trail=_trail(mandate_id, who),
    )


def _form(
    mandate_id: UUID, offer: KindOffer, errors: Mapping[str, str] | None = None, *, status: int = 200, notice: str = ""
) -> Response:
    first, who, slug = day_to_come(request.values.get("du", "")), _name(mandate_id), offer.kind.facts.slug
    options, more = choices.offered(unit(), offer, first, at_once=False)
    title = _("Rendez-vous : %(kind)s", kind=offer.kind.say_title())
    typed: dict[str, Any] = {name: request.form.get(name, "")[:MOST_TYPED] for name in NAMES}
    return page(
        "appointments_desk/new.html",
        title=title,
        status=422 if errors else status,
        service=_("Agents"),
        options=options,
        more=f"{_base(mandate_id)}?{urlencode({'type': slug, 'du': more.isoformat()})}" if more else None,
        means=[(one.value, str(MEANS[one])) for one in offer.kind.facts.means],
        kept={"type": slug, "du": first.isoformat()},
        who=who,
        known=True,
        dossier="",
        key=request.form.get("cle", "")[:60] or str(uuid4()),
        typed=typed,
        errors=list((errors or {}).items()),
        notice=notice,
        action=_base(mandate_id),
        trail=_trail(mandate_id, who, title),
    )


@blueprint.post(ALL)
@may_hold
def book_mandated(mandate_id: UUID) -> Response:
    """Book in the person's name, with the mandate held in the unit of the save."""
    form = request.form
    offer = next((one for one in _offers(mandate_id) if one.kind.facts.slug == form.get("type")), None)
    if offer is None:
        raise NotFound("kind_unknown")
    try:
        key = f"{actor().id}:{form.get('cle', '')[:60]}"
        appointments.book_mandated(unit(), actor(), mandate_id, _booking(offer, form), idempotency_key=key)
    except Invalid as refused:
        undo()
        return _form(mandate_id, offer, {PLACES.get(name, name): text for name, text in refused.fields.items()})
    except Conflict as refused:
        undo()
        return _form(mandate_id, offer, status=refused.status, notice=_say(refused.code))
    return redirect_to("counter.mandate_appointments", mandate_id=mandate_id, fait="pris")


def _booking(offer: KindOffer, form: Mapping[str, str]) -> Booking:
    place_id, starts_at = choices.chosen(form.get("creneau", ""))
    means = next((one for one in Means if one.value == form.get("facon")), None)
    if means is None:
        raise Invalid({"means": _("Choisissez une des façons proposées.")})
    contact = Contact("", form.get("email", ""), form.get("phone", ""))
    return Booking(offer.kind.id, place_id, starts_at, means, contact, remark=form.get("remarque", ""))


def _say(code: str) -> str:
    said = {
        Refusal.SLOT_TAKEN.value: _("Cette heure vient d’être prise. Choisissez-en une autre : le reste est gardé."),
        Refusal.ONE_PER_KIND.value: _("Cette personne a déjà un rendez-vous de ce type. Déplacez-le plutôt."),
        Refusal.TOO_MANY.value: _("Cette personne a déjà trois rendez-vous à venir. Il faut en annuler un d’abord."),
        Refusal.TOO_LATE.value: _("Il est trop tard pour le changer ainsi. Appelez le service qui reçoit."),
    }
    return said.get(code, _("Ce rendez-vous n’est plus comme vous l’aviez vu. Le voici tel qu’il est."))


def _one(mandate_id: UUID, appointment_id: UUID) -> AppointmentView:
    """An appointment of the person that the mandate covers.

    :raises NotFound: none.
    """
    found = next((one for one in _held(mandate_id) if one.id == appointment_id), None)
    if found is None:
        raise NotFound("appointment_unknown")
    return found


@blueprint.get(f"{ONE}/deplacer")
@may_hold
def ask_to_move_mandated(mandate_id: UUID, appointment_id: UUID) -> Response:
    """The free times to which it may be moved."""
    return _ask_to_move(mandate_id, _one(mandate_id, appointment_id))


def _ask_to_move(
    mandate_id: UUID, view: AppointmentView, errors: Mapping[str, str] | None = None, *, taken: bool = False
) -> Response:
    offer = next((one for one in _offers(mandate_id) if one.kind.id == view.kind.id), None)
    if offer is None:
        raise NotFound("kind_unknown")
    options, more = choices.offered(unit(), offer, day_to_come(request.values.get("du", "")), at_once=False)
    base, title = f"{_base(mandate_id)}/{view.id}", _("Choisir l’heure du rendez-vous %(ref)s", ref=view.reference)
    return page(
        "appointments_desk/move.html",
        title=title,
        status=409 if taken else 422 if errors else 200,
        service=_("Agents"),
        view=view,
        options=options,
        more=f"{base}/deplacer?du={more.isoformat()}" if more else None,
        typed=request.form.get("creneau", ""),
        version=view.version,
        errors=list((errors or {}).items()),
        taken=taken,
        base=base,
        back=_base(mandate_id),
        trail=_trail(mandate_id, view.contact.name, title),
    )


@blueprint.post(f"{ONE}/deplacer")
@may_hold
def move_mandated(mandate_id: UUID, appointment_id: UUID) -> Response:
    """Move it in the person's name. When the time was taken meanwhile, others are proposed."""
    try:
        place_id, starts_at = choices.chosen(request.form.get("creneau", ""))
    except Invalid as refused:
        refuse()  # the journal of what is shown is written apart
        return _ask_to_move(mandate_id, _one(mandate_id, appointment_id), refused.fields)

    def act() -> AppointmentView:
        return appointments.move_mandated(
            unit(),
            actor(),
            mandate_id,
            appointment_id,
            place_id=place_id,
            starts_at=starts_at,
            version=version_sent(),
        )

    return _done(mandate_id, appointment_id, act, "deplace")


@blueprint.get(f"{ONE}/annuler")
@may_hold
def ask_to_cancel_mandated(mandate_id: UUID, appointment_id: UUID) -> Response:
    """Before it is cancelled: what is given up."""
    view = _one(mandate_id, appointment_id)
    title = _("Annuler le rendez-vous %(reference)s", reference=view.reference)
    return page(
        "appointments_desk/cancel.html",
        title=title,
        service=_("Agents"),
        view=view,
        base=f"{_base(mandate_id)}/{view.id}",
        back=_base(mandate_id),
        with_reason=False,
        version=view.version,
        errors=[],
        trail=_trail(mandate_id, view.contact.name, title),
    )


@blueprint.post(f"{ONE}/annuler")
@may_hold
def cancel_mandated(mandate_id: UUID, appointment_id: UUID) -> Response:
    """Cancel it in the person's name."""

    def act() -> AppointmentView:
        return appointments.cancel_mandated(unit(), actor(), mandate_id, appointment_id, version=version_sent())

    return _done(mandate_id, appointment_id, act, "annule")


def _done(mandate_id: UUID, appointment_id: UUID, act: Callable[[], AppointmentView], done: str) -> Response:
    try:
        act()
    except (Conflict, Forbidden) as refused:
        refuse()
        if refused.code == Refusal.SLOT_TAKEN:
            return _ask_to_move(mandate_id, _one(mandate_id, appointment_id), taken=True)
        return _list(mandate_id, notice=_say(refused.code), status=409)
    return redirect_to("counter.mandate_appointments", mandate_id=mandate_id, fait=done)
