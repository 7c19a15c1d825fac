"""Makes sense of GBFS 2.3 and 3.0 feeds, and of what real operators make of them. Pure.

Nothing that one station says can hide the others: what cannot be is left out, or unknown (None).
"""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.partners.mobility.wire import Feed
from connectors.sdk import ProtocolError, VehicleStation, VehicleStations
from connectors.sdk.mapping import one_line

MAX_STATIONS = 5_000
MAX_TYPES = 200
MAX_COUNT = 1_000
MAX_NAME = 120
USUAL_TTL, LONGEST_TTL = 60, 3_600
_WITH_A_MOTOR = frozenset({"electric", "electric_assist"})
_VEHICLES = ("num_vehicles_available", "num_bikes_available", "numBikesAvailable")
_DOCKS = ("num_docks_available", "numDocksAvailable")
_MILLISECONDS_FROM = 100_000_000_000


def feed_addresses(discovery: Feed) -> dict[str, str]:
    """Name → address of each file (``gbfs.json``): one list in 3.0, one per language in 2.x, of which French first."""
    lists = [discovery.data, *(discovery.data.get(language) for language in ("fr", "en")), *discovery.data.values()]
    for candidate in lists:
        feeds = candidate.get("feeds") if isinstance(candidate, Mapping) else None
        if isinstance(feeds, list):
            pairs = ((_text(_of(feed, "name")), _of(feed, "url")) for feed in feeds[:100])
            return {name: url for name, url in pairs if name and _is_address(url)}
    return {}


def to_stations(information: Feed, status: Feed, types: Feed | None, *, now: datetime) -> VehicleStations:
    """The stations that have a place on the map, with what each says it has.

    :raises ProtocolError: ``answer_unreadable`` (no list of stations), ``time_missing`` (nobody says when).
    """
    electric_types = _electric_types(types)
    said = {_id(one): one for one in _stations(status)}
    kept: dict[str, VehicleStation] = {}
    for one in _stations(information):
        station = _to_station(one, said.get(_id(one), {}), electric_types, now)
        if station is not None:
            kept.setdefault(station.id, station)
    return VehicleStations(tuple(kept.values()), _published_at(status, kept.values(), now), _ttl(status.ttl))


def _stations(feed: Feed) -> Iterator[Mapping[str, Any]]:
    stations = feed.data.get("stations")
    if not isinstance(stations, list):
        raise ProtocolError("answer_unreadable", ambiguous=False)
    return (one for one in stations[:MAX_STATIONS] if isinstance(one, Mapping))


def _to_station(
    place: Mapping[str, Any], said: Mapping[str, Any], electric_types: frozenset[str] | None, now: datetime
) -> VehicleStation | None:
    id_, latitude, longitude = _id(place), _degrees(place.get("lat"), 90), _degrees(place.get("lon"), 180)
    if not id_ or latitude is None or longitude is None or (latitude, longitude) == (0.0, 0.0):
        return None
    vehicles = _count(said, _VEHICLES)
    return VehicleStation(
        id=id_,
        name=_name(place.get("name")) or id_,
        latitude=latitude,
        longitude=longitude,
        vehicles=vehicles,
        electric=_electric(said, vehicles, electric_types),
        docks=_count(said, _DOCKS),
        renting=_yes(said.get("is_renting")) and _yes(said.get("is_installed")),
        reported_at=_instant(said.get("last_reported"), now),
    )


def _id(station: Mapping[str, Any]) -> str:
    """A text in the standard; a number with some operators."""
    value = station.get("station_id")
    return str(value)[:100] if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _name(value: Any) -> str:
    """A text in 2.x; texts with their language in 3.0, of which French first."""
    if isinstance(value, list):
        texts = {_of(one, "language"): _text(_of(one, "text")) for one in value[:50] if isinstance(one, Mapping)}
        return texts.get("fr") or next((text for text in texts.values() if text), "")
    return _text(value)


def _text(value: Any) -> str:
    return one_line(value, MAX_NAME) if isinstance(value, str) else ""


def _of(value: Any, name: str) -> Any:
    found = value.get(name) if isinstance(value, Mapping) else None
    return found if isinstance(found, str | int | float) else None


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(("https://", "http://")) and len(value) <= 500


def _number(value: Any) -> float | None:
    """A finite number, also when it is written as a text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _degrees(value: Any, limit: int) -> float | None:
    number = _number(value)
    return number if number is not None and abs(number) <= limit else None


def _count(said: Mapping[str, Any], names: Sequence[str]) -> int | None:
    """The first of these members that is a plausible count; None when none is."""
    for name in names:
        number = _number(said.get(name))
        if number is not None and 0 <= number <= MAX_COUNT and number == int(number):
            return int(number)
    return None


def _yes(value: Any) -> bool:
    """True unless the operator says no, with a boolean or with 0."""
    return value not in (False, 0, "false", "0")


def _electric_types(types: Feed | None) -> frozenset[str] | None:
    """The types of vehicles that have a motor; None when the operator does not describe its types."""
    listed = types.data.get("vehicle_types") if types else None
    if not isinstance(listed, list):
        return None
    pairs = ((_of(one, "vehicle_type_id"), _of(one, "propulsion_type")) for one in listed[:MAX_TYPES])
    return frozenset(str(id_) for id_, propulsion in pairs if id_ is not None and propulsion in _WITH_A_MOTOR)


def _electric(said: Mapping[str, Any], vehicles: int | None, electric_types: frozenset[str] | None) -> int | None:
    """How many have a motor, told by type, or in a list of one-key objects; never more than there are vehicles."""
    by_type, by_word = said.get("vehicle_types_available"), said.get("num_bikes_available_types")
    found: int | None = None
    if isinstance(by_word, list):
        words = [one.get("ebike") for one in by_word[:MAX_TYPES] if isinstance(one, Mapping) and "ebike" in one]
        found = _sum(words)
    elif isinstance(by_type, list) and electric_types is not None:
        found = _sum(
            [_of(one, "count") for one in by_type[:MAX_TYPES] if str(_of(one, "vehicle_type_id")) in electric_types]
        )
    return found if found is None or vehicles is None or found <= vehicles else None


def _sum(counts: Sequence[Any]) -> int | None:
    known = [_count({"n": count}, ("n",)) for count in counts]
    return None if None in known else sum(count for count in known if count is not None)


def _instant(value: Any, now: datetime) -> datetime | None:
    """Seconds or milliseconds since 1970, or RFC 3339. A moment still to come is a clock that is fast: it is now."""
    number = _number(value)
    try:
        if number is not None:
            at = datetime.fromtimestamp(number / 1_000 if number >= _MILLISECONDS_FROM else number, UTC)
        else:
            at = datetime.fromisoformat(str(value))
    except (ValueError, OverflowError, OSError):
        return None
    if at.tzinfo is None or at.year < 2000:
        return None
    return min(at.astimezone(UTC), now)


def _published_at(status: Feed, stations: Collection[VehicleStation], now: datetime) -> datetime:
    """When the operator published: as it says, else the latest word of a station."""
    for value in (status.last_updated, status.last_updated_other):
        at = _instant(value, now)
        if at is not None:
            return at
    spoken = [one.reported_at for one in stations if one.reported_at is not None]
    if not spoken:
        raise ProtocolError("time_missing", ambiguous=False)
    return max(spoken)


def _ttl(value: Any) -> int:
    seconds = _number(value)
    return USUAL_TTL if seconds is None or seconds < 0 else int(min(seconds, LONGEST_TTL))
