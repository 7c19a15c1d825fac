"""Booking: what is asked once a time is chosen, and what is answered when it was taken meanwhile."""

from datetime import datetime, timedelta
from typing import Any, Final

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.appointments import service as appointments
from portal.casework.appointments.enums import Means, Refusal, Reminder
from portal.casework.appointments.service import AppointmentView, Booking, Contact, KindOffer, PlaceView
from portal.casework.appointments.wording import REMINDERS
from portal.casework.requests import service as requests
from portal.engine.journey_kit.following import open_following
from portal.ground import clock
from portal.ground.dictionary.service import clean_line
from portal.ground.errors import Conflict, Forbidden, Invalid
from portal.ground.web import actor, background_unit, page, redirect_to, take, undo, unit
from portal.ground.web.access import public
from portal.ground.web.limits import client_network
from portal.ground.web.sent import key_sent, read_instant
from portal.screens.booking import wording
from portal.screens.booking.blueprint import blueprint
from portal.screens.booking.choosing import ADDRESS, asked_for, choose, place_of, trail_of

HERE: Final = f"{ADDRESS}/<slug>/reserver"
# A library lends its network to many people; a robot that would take every time is slowed down long before.
PER_NETWORK: Final = 30
PER: Final = timedelta(hours=1)
# What is shown again of what was typed, by field; the service says how much of it is kept.
MOST_SHOWN: Final = {"name": 300, "email": 300, "phone": 60, "remark": 4_000}


@blueprint.get(HERE)
@public
def ask(slug: str) -> Response:
    """The chosen time, how to meet, and what is needed to tell of a change."""
    offer = appointments.find_offer(unit(), slug)
    place, at = place_of(offer, request.args.get("lieu", "")), read_instant(request.args.get("heure", ""))
    if at is None:
        return redirect_to("booking.one_kind", slug=slug)
    return _show(offer, place, at)


def _show(
    offer: KindOffer,
    place: PlaceView,
    at: datetime,
    *,
    errors: list[tuple[str, str]] | None = None,
    refusal: str = "",
    status: int = 200,
    **extra: Any,
) -> Response:
    """``refusal``: why nothing was booked; when the time is gone, other ones are shown with what was typed."""
    title, is_taken = _("Réserver cette heure"), refusal == Refusal.SLOT_TAKEN
    return page(
        "booking/ask.html",
        title=title,
        status=status,
        offer=offer,
        place=place,
        at=at,
        errors=errors or [],
        refusal=wording.say_refusal(refusal) if refusal else "",
        offered=choose(offer, place, clock.local(at).date(), "") if is_taken else None,
        asked=asked_for(),
        base=f"{ADDRESS}/{offer.kind.facts.slug}",
        trail=trail_of(offer, title),
        **about_person(offer),
        **extra,
    )


def about_person(offer: KindOffer) -> dict[str, Any]:
    """What the fields about the person are shown with, in each form where one says who one is."""
    form, is_sent, ways = request.form, request.method == "POST", offer.kind.facts.means
    return {
        "typed": {name: form.get(name, "")[:most] for name, most in MOST_SHOWN.items()} if is_sent else {},
        "means": form.get("means", "") or (ways[0].value if len(ways) == 1 else ""),
        "every_reminder": [(code.value, label) for code, label in REMINDERS.items()],
        "reminders": form.getlist("reminders") if is_sent else [one.value for one in Reminder],
        "words": wording,
        "Means": Means,
        "has_account": actor().is_resident,
        "key": key_sent(),
    }


@blueprint.post(HERE)
@public
def book(slug: str) -> Response:
    """Book the time. The key of the form makes a second press the same appointment."""
    count_visitor()
    offer = appointments.find_offer(unit(), slug)
    place, at = place_of(offer, request.form.get("lieu", "")), read_instant(request.form.get("heure", ""))
    if at is None:
        return redirect_to("booking.one_kind", slug=slug)
    means = means_of(offer)
    if (missing := missing_of(means)) is not None:
        return _show(offer, place, at, errors=[missing], status=422)
    try:
        made = appointments.book(unit(), actor(), booking_of(offer, place, at, means), idempotency_key=key_sent())
    except Invalid as refused:
        undo()
        return _show(offer, place, at, errors=list(refused.fields.items()), status=refused.status)
    except (Conflict, Forbidden) as refused:
        undo()
        theirs = getattr(refused, "theirs", None)
        same = theirs if isinstance(theirs, AppointmentView) else None
        return _show(offer, place, at, refusal=refused.code, status=refused.status, same=same)
    return show_made(made, "pris")


def count_visitor() -> None:
    """Count a form of who has no account.

    :raises Busy: too many from their network.
    """
    if not actor().is_resident:  # counted before the unit of the page is opened: units that write wait for each other
        with background_unit() as session:
            take(session, "appointment", client_network(request.remote_addr), limit=PER_NETWORK, per=PER)


def show_made(made: AppointmentView, done: str) -> Response:
    """To the page of what was made: in their space, or opened by its code on this browser."""
    if made.account_id is not None:
        return redirect_to("booking.show_own", appointment_id=made.id, fait=done)
    open_following(made.reference, requests.follower(made.person_id), code=made.code)
    return redirect_to("booking.show_followed", reference=made.reference, fait=done)


def means_of(offer: KindOffer) -> Means | None:
    """How they want to meet: one of what is offered, the only one when there is one; None: still to be said."""
    ways = offer.kind.facts.means
    wanted = request.form.get("means") if len(ways) > 1 else ways[0].value
    return next((one for one in ways if one.value == wanted), None)


def missing_of(means: Means | None) -> tuple[str, str] | None:
    """The field that has to be filled first, and why."""
    if means is None:
        return ("means", _("Choisissez comment nous nous parlons."))
    if means is Means.PHONE and not clean_line(request.form.get("phone", "")):
        return ("phone", _("Donnez le numéro auquel vous appeler."))
    return None


def booking_of(offer: KindOffer, place: PlaceView, at: datetime, means: Means | None) -> Booking:
    """What the form asks for."""
    contact = Contact(*(request.form.get(name, "")[: MOST_SHOWN[name]] for name in ("name", "email", "phone")))
    wanted = request.form.getlist("reminders")
    return Booking(
        offer.kind.id,
        place.id,
        at,
        means or offer.kind.facts.means[0],
        contact,
        remark=request.form.get("remark", ""),
        reminders=tuple(one for one in Reminder if one.value in wanted),
        request_reference=asked_for(),
    )
