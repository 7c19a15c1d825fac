"""How long answers hold, and what may still be shown. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from connectors.sdk import PlaceFound, VehicleStation, VehicleStations
from portal.engine.addresses.shapes import Address, NearStation, StationsAnswer
from portal.records.territory.service import CommuneView, distance_metres

MIN_TEXT: Final = 3
MAX_TEXT: Final = 200
PLACES_HOLD: Final = timedelta(minutes=10)
# The operator says how long its figures hold; between these bounds, whatever it says.
LEAST_HOLD, MOST_HOLD = timedelta(seconds=15), timedelta(minutes=5)
TOO_OLD: Final = timedelta(minutes=15)


def address_of(place: PlaceFound) -> Address:
    """A place of the address base."""
    return Address(
        label=place.label,
        line=place.line,
        postcode=place.postcode,
        city=place.city,
        city_code=place.city_code,
        latitude=place.latitude,
        longitude=place.longitude,
        kind=place.kind,
        score=place.score,
    )


def address_of_commune(commune: CommuneView) -> Address:
    """A commune of our own list: it has no point, and no line."""
    postcode = commune.postcodes[0] if len(commune.postcodes) == 1 else ""
    return Address(
        label=f"{commune.name} ({postcode or commune.department})",
        line="",
        postcode=postcode,
        city=commune.name,
        city_code=commune.code,
        latitude=None,
        longitude=None,
        kind="municipality",
        score=0.0,
    )


def hold_of(stations: VehicleStations) -> timedelta:
    """For how long asking again is of no use."""
    return min(max(timedelta(seconds=stations.fresh_for), LEAST_HOLD), MOST_HOLD)


def nearest(
    known: VehicleStations, latitude: float, longitude: float, limit: int, *, now: datetime, reason: str = ""
) -> StationsAnswer:
    """The nearest stations, with their figures as long as those are worth showing."""
    age = max(now - known.published_at, timedelta())
    stale = age > TOO_OLD
    found = sorted(_measured(known.stations, latitude, longitude), key=lambda one: (one.metres, one.station.name))
    shown = (replace(one, station=_without_counts(one.station)) if stale else one for one in found[:limit])
    return StationsAnswer(tuple(shown), known.published_at, int(age.total_seconds() // 60), stale, reason)


def _measured(stations: Iterable[VehicleStation], latitude: float, longitude: float) -> Iterable[NearStation]:
    return (
        NearStation(one, round(distance_metres(latitude, longitude, one.latitude, one.longitude))) for one in stations
    )


def _without_counts(station: VehicleStation) -> VehicleStation:
    return replace(station, vehicles=None, electric=None, docks=None)
