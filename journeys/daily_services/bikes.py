"""Shared bikes near an address: what the operator says, how old it is, and what is said when somebody does not answer.

The address base and the operator are asked while the person waits, five seconds each at most, outside any transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from babel.numbers import format_decimal
from flask import Blueprint, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from connectors.sdk import VehicleStation
from journeys.daily_services.journey import JOURNEY
from portal.engine.addresses import service as addresses
from portal.engine.addresses.service import Address, Source, StationsAnswer
from portal.engine.journey_kit.offers import registry
from portal.ground.dictionary.service import clean_line
from portal.ground.web import database, end_unit, page, unit
from portal.ground.web.access import public
from portal.records.territory.service import PlaceKind, PlaceView, list_places

ADDRESS: Final = "adresse"
PLACE: Final = "lieu"
MAX_ADDRESS: Final = 200
STATIONS_SHOWN: Final = 5
OTHERS_SHOWN: Final = 3
# Places offered when the address base does not answer: those that people name to say where they are.
LANDMARKS: Final = frozenset(
    {PlaceKind.TOWN_HALL, PlaceKind.HELP, PlaceKind.LIBRARY, PlaceKind.MARKET, PlaceKind.SPORT}
)


@dataclass(frozen=True, slots=True)
class Search:
    """What was looked for and what came of it. ``near`` is where the stations are looked for from, if anywhere.

    ``others``: addresses like the one typed. ``landmarks``: places to choose instead. ``silent``: the base of addresses
    did not answer.
    """

    typed: str = ""
    near: str = ""
    stations: StationsAnswer | None = None
    others: Sequence[str] = ()
    landmarks: Sequence[PlaceView] = ()
    silent: bool = False
    error: str = ""


def is_served() -> bool:
    """Whether some connection tells where bikes are."""
    return registry().with_capability("locates_vehicles") is not None


def without_bikes() -> str:
    """What people do not have when no connection tells where bikes are."""
    return next(str(need.without) for need in JOURNEY.needs if need.capability == "locates_vehicles")


@public
def show() -> Response:
    """The form and, once an address or a place is given, the nearest stations."""
    found = _look() if is_served() else Search()
    here = _("Vélos partagés")
    return page(
        "daily_services/bikes.html",
        title=_("Vélos près de %(place)s", place=found.near) if found.near else here,
        heading=here,
        served=is_served(),
        without=without_bikes(),
        found=found,
        errors=[(ADDRESS, found.error)] if found.error else [],
        say_distance=say_distance,
        say_age=say_age,
        say_bikes=say_bikes,
        say_docks=say_docks,
        max_address=MAX_ADDRESS,
        trail=[(_("Accueil"), "/"), (str(JOURNEY.title), f"/{JOURNEY.slug}"), (here, None)],
    )


def _look() -> Search:
    place = _place_asked()
    if place is not None:
        return _around(Search(), place.name, place.latitude, place.longitude)
    if ADDRESS not in request.args:
        return Search()
    typed = clean_line(request.args[ADDRESS])[:MAX_ADDRESS]
    return _around_address(typed)


def _around_address(typed: str) -> Search:
    end_unit()
    answer = addresses.search_addresses(database(), registry(), typed, limit=OTHERS_SHOWN + 1)
    if answer.reason == addresses.TOO_SHORT:
        return Search(typed, error=_("Écrivez au moins trois lettres d’une adresse. Exemple : 12 quai des Moulins."))
    if answer.source is not Source.BAN:
        return Search(typed, silent=True, landmarks=_landmarks())
    if not answer.places:
        return Search(typed, landmarks=_landmarks())
    best, others = answer.places[0], [one.label for one in answer.places[1:]]
    return _around(Search(typed, others=others), best.label, *_point(best))


def _point(place: Address) -> tuple[float, float]:
    if place.latitude is None or place.longitude is None:
        raise ValueError("an answer of the address base has a point")
    return place.latitude, place.longitude


def _around(search: Search, near: str, latitude: float, longitude: float) -> Search:
    stations = addresses.stations_near(database(), registry(), latitude, longitude, limit=STATIONS_SHOWN)
    return Search(search.typed, near, stations, search.others)


def _place_asked() -> PlaceView | None:
    """The place chosen in the list; None when none is, or when it is no longer there."""
    try:
        wanted = UUID(request.args.get(PLACE, ""))
    except ValueError:
        return None
    found = next((one for one in list_places(unit()) if one.id == wanted), None)
    end_unit()
    return found


def _landmarks() -> list[PlaceView]:
    return [one for one in list_places(unit()) if one.kind in LANDMARKS]


def say_distance(metres: int) -> str:
    """« 120 m », « 1,4 km »: tens of metres below a kilometre, for nobody counts closer."""
    if metres < 1_000:
        return _("%(count)d m", count=max(10, round(metres, -1)))
    return _("%(count)s km", count=format_decimal(round(metres / 1_000, 1), locale="fr"))


def say_age(minutes: int) -> str:
    """« il y a moins d’une minute », « il y a 4 minutes », « il y a 2 heures »."""
    if minutes < 1:
        return _("il y a moins d’une minute")
    if minutes >= 60:
        return ngettext("il y a %(num)d heure", "il y a %(num)d heures", minutes // 60)
    return ngettext("il y a %(num)d minute", "il y a %(num)d minutes", minutes)


def say_bikes(station: VehicleStation) -> str:
    """« 7 vélos, dont 3 électriques ». ``station`` has at least one."""
    bikes = ngettext("%(num)d vélo", "%(num)d vélos", station.vehicles or 0)
    if station.electric is None:
        return bikes
    if station.electric == 0:
        return _("%(bikes)s, aucun électrique", bikes=bikes)
    return ngettext(
        "%(bikes)s, dont %(num)d électrique", "%(bikes)s, dont %(num)d électriques", station.electric, bikes=bikes
    )


def say_docks(count: int) -> str:
    """« 11 places libres pour rendre un vélo »."""
    if count == 0:
        return _("Aucune place libre pour rendre un vélo")
    return ngettext("%(num)d place libre pour rendre un vélo", "%(num)d places libres pour rendre un vélo", count)


def register(blueprint: Blueprint) -> None:
    """Add the page to the journey's blueprint."""
    blueprint.get("/velos", endpoint="bikes")(show)
