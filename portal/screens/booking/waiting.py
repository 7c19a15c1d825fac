"""Waiting for a time, when none is free or none suits: until when, how to meet, and whom to tell."""

from datetime import timedelta
from typing import Final

from flask import request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from portal.casework.appointments import service as appointments
from portal.casework.appointments.enums import Audience
from portal.casework.appointments.service import AppointmentView, KindOffer, PlaceView
from portal.ground import clock
from portal.ground.errors import Conflict, Forbidden, Invalid
from portal.ground.web import actor, page, undo, unit
from portal.ground.web.access import public
from portal.ground.web.formats import format_date
from portal.ground.web.sent import key_sent
from portal.screens.booking import wording
from portal.screens.booking.asking import (
    about_person,
    booking_of,
    count_visitor,
    means_of,
    missing_of,
    show_made,
)
from portal.screens.booking.blueprint import blueprint
from portal.screens.booking.choosing import ADDRESS, place_of, trail_of

HERE: Final = f"{ADDRESS}/<slug>/attendre"
WEEKS: Final = (1, 2, 4, 8)


@blueprint.get(HERE)
@public
def ask_to_wait(slug: str) -> Response:
    """Until when one would wait, and how one is told."""
    offer = appointments.find_offer(unit(), slug)
    place = place_of(offer, request.args.get("lieu", ""))
    if offer.kind.facts.audience is not Audience.PUBLIC:  # one is invited to it, and books from the request
        return _show(offer, place, refusal="invitation_needed", status=403)
    return _show(offer, place)


def _untils(offer: KindOffer) -> list[tuple[str, str]]:
    """Until when one may wait, as (weeks, words): no further than what may be booked."""
    today, last = clock.today(), appointments.last_wait(offer.kind.facts.horizon_days)
    found = []
    for weeks in WEEKS:
        day = today + timedelta(weeks=weeks)
        if weeks == WEEKS[0] or appointments.end_of(day) <= last:
            at = min(appointments.end_of(day), last)
            found.append((str(weeks), _said(weeks, format_date(at))))
    return found


def _said(weeks: int, day: str) -> str:
    return ngettext("dans %(num)d semaine, le %(day)s", "dans %(num)d semaines, le %(day)s", weeks, day=day)


def _show(
    offer: KindOffer,
    place: PlaceView,
    *,
    errors: list[tuple[str, str]] | None = None,
    refusal: str = "",
    status: int = 200,
    same: AppointmentView | None = None,
) -> Response:
    title, untils = _("Être prévenu quand une heure se libère"), _untils(offer)
    return page(
        "booking/wait.html",
        title=title,
        status=status,
        offer=offer,
        place=place,
        untils=untils,
        until=request.form.get("until", untils[-1][0]),
        errors=errors or [],
        refusal=wording.say_refusal(refusal) if refusal else "",
        base=f"{ADDRESS}/{offer.kind.facts.slug}",
        trail=trail_of(offer, title),
        same=same,
        **about_person(offer),
    )


@blueprint.post(HERE)
@public
def wait_for_time(slug: str) -> Response:
    """Join the line. The key of the form makes a second press the same wish."""
    count_visitor()
    offer = appointments.find_offer(unit(), slug)
    place, means, typed = place_of(offer, request.form.get("lieu", "")), means_of(offer), request.form.get("until", "")
    if typed not in dict(_untils(offer)):
        return _show(offer, place, errors=[("until", _("Choisissez jusqu’à quand attendre."))], status=422)
    if (missing := missing_of(means)) is not None:
        return _show(offer, place, errors=[missing], status=422)
    last = appointments.last_wait(offer.kind.facts.horizon_days)
    until = min(appointments.end_of(clock.today() + timedelta(weeks=int(typed))), last)
    try:
        booking = booking_of(offer, place, until, means)
        made = appointments.wait_for_any(unit(), actor(), booking, idempotency_key=key_sent())
    except Invalid as refused:
        undo()
        return _show(offer, place, errors=list(refused.fields.items()), status=refused.status)
    except (Conflict, Forbidden) as refused:
        undo()
        theirs = getattr(refused, "theirs", None)
        same = theirs if isinstance(theirs, AppointmentView) else None
        return _show(offer, place, refusal=refused.code, status=refused.status, same=same)
    return show_made(made, "attendu")
