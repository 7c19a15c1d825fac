"""Choosing: what one may come for, then where, then the day and the hour."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.appointments import service as appointments
from portal.casework.appointments.enums import Audience
from portal.casework.appointments.service import FreeSlot, KindOffer, PlaceView
from portal.casework.requests.reference import MAX_TYPED
from portal.ground import clock
from portal.ground.dictionary.service import clean_line
from portal.ground.web import actor, page, unit
from portal.ground.web.access import public
from portal.ground.web.sent import day_to_come
from portal.screens.booking import wording
from portal.screens.booking.blueprint import blueprint

ADDRESS: Final = "/rendez-vous"
# A fortnight at a time: a page stays short, and who looks further asks for the next one.
DAYS: Final = 14
# Of one day. More would be a page too long to read: the list of places or the next day is nearer.
TIMES: Final = 48
Trail = list[tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class Day:
    """A day with free times: when the first one begins, and how many there are."""

    first: datetime
    count: int

    @property
    def value(self) -> str:
        """The day as an address writes it."""
        return clock.local(self.first).date().isoformat()


@dataclass(frozen=True, slots=True)
class Choice:
    """What is shown of the free times of a kind at a place. ``before`` and ``after``: where another fortnight begins.

    ``day``: whose times are shown; None when the fortnight has none.
    """

    place: PlaceView
    days: tuple[Day, ...]
    times: tuple[FreeSlot, ...]
    day: Day | None
    before: date | None
    after: date | None


def trail_of(offer: KindOffer | None = None, here: str | None = None) -> Trail:
    """The way to a page of booking."""
    start: Trail = [(_("Accueil"), "/")]
    if offer is None:
        return [*start, (_("Prendre rendez-vous"), None)]
    start.append((_("Prendre rendez-vous"), ADDRESS))
    title = wording.say_title(offer.kind)
    if here is None:
        return [*start, (title, None)]
    return [*start, (title, f"{ADDRESS}/{offer.kind.facts.slug}"), (here, None)]


@blueprint.get(ADDRESS)
@public
def list_kinds() -> Response:
    """Everything that anybody may come for."""
    here = _("Prendre rendez-vous")
    return page(
        "booking/kinds.html",
        title=here,
        offers=appointments.list_offers(unit()),
        words=wording,
        address=ADDRESS,
        has_account=actor().is_resident,
        trail=trail_of(),
    )


@blueprint.get(f"{ADDRESS}/<slug>")
@public
def one_kind(slug: str) -> Response:
    """The days and the times of one kind. Without a choice: the first place, its first free day."""
    offer = appointments.find_offer(unit(), slug)
    place = place_of(offer, request.args.get("lieu", ""))
    choice = choose(offer, place, day_to_come(request.args.get("du", "")), request.args.get("jour", ""))
    title = wording.say_title(offer.kind)
    return page(
        "booking/kind.html",
        title=title,
        offer=offer,
        offered=choice,
        words=wording,
        here=f"{ADDRESS}/{slug}",
        to=f"{ADDRESS}/{slug}/reserver",
        wait=f"{ADDRESS}/{slug}/attendre?lieu={place.id}" if offer.kind.facts.audience is Audience.PUBLIC else "",
        kept={"demande": asked} if (asked := asked_for()) else {},
        trail=trail_of(offer),
    )


def asked_for() -> str:
    """The request that the appointment is for, as an address or a form says."""
    return clean_line(request.values.get("demande", ""))[:MAX_TYPED]


def place_of(offer: KindOffer, typed: str) -> PlaceView:
    """The place that is named; else the first one."""
    return next((one for one in offer.places if str(one.id) == typed), offer.places[0])


def choose(offer: KindOffer, place: PlaceView, start: date, wanted: str) -> Choice:
    """The days of a fortnight with their counts, and the times of the one that is wanted, else of the first."""
    session, today = unit(), clock.today()
    horizon = today + timedelta(days=offer.kind.facts.horizon_days)
    start = min(start, horizon)
    found = appointments.free_slots(session, offer.kind.id, place.id, start, DAYS)
    after = start + timedelta(days=DAYS)
    by_day: dict[date, list[FreeSlot]] = {}
    for one in found:
        by_day.setdefault(clock.local(one.starts_at).date(), []).append(one)
    days = {day: Day(slots[0].starts_at, len(slots)) for day, slots in by_day.items()}
    chosen = next((day for day in days if day.isoformat() == wanted), next(iter(days), None))
    return Choice(
        place,
        tuple(days.values()),
        tuple(by_day[chosen][:TIMES]) if chosen else (),
        days[chosen] if chosen else None,
        max(today, start - timedelta(days=DAYS)) if start > today else None,
        after if after <= horizon else None,
    )
