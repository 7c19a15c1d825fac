"""Looking up addresses and the bikes near a point, from a page. A partner is called within five seconds or not at all.

Pages call these outside any unit of their own (``end_unit()`` first if they wrote). An address never blocks anybody:
whatever comes back, what the person typed is theirs to keep.
"""

from datetime import datetime

from connectors.sdk import VehicleStations
from portal.engine.addresses import policy
from portal.engine.addresses.asking import ask_first
from portal.engine.addresses.memory import memory_of
from portal.engine.addresses.shapes import (
    NO_CONNECTION,
    TOO_SHORT,
    Address,
    AddressAnswer,
    NearStation,
    Source,
    StationsAnswer,
)
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.dictionary.service import clean_line
from portal.records.connections.service import ConnectionRegistry
from portal.records.territory import service as territory

__all__ = [
    "NO_CONNECTION",
    "TOO_SHORT",
    "Address",
    "AddressAnswer",
    "NearStation",
    "Source",
    "StationsAnswer",
    "locate",
    "search_addresses",
    "stations_near",
]


def search_addresses(
    database: Database, registry: ConnectionRegistry, text: str, *, city_code: str = "", limit: int = 5
) -> AddressAnswer:
    """Addresses like ``text``, best first. Never raises for a partner.

    The first connection that finds places is asked, and its answer remembered for ten minutes in this process. When
    there is none, or when it does not answer, our own list of communes is searched instead: its places have no point.

    :param text: what the person typed; 3 to 200 characters are used.
    :param city_code: INSEE code of the commune to stay in; the answer is not filtered again.
    """
    wanted = clean_line(text)[: policy.MAX_TEXT]
    if len(wanted) < policy.MIN_TEXT:
        return AddressAnswer((), Source.NONE, TOO_SHORT)
    memory, question = memory_of(registry), ("text", wanted.casefold(), city_code, limit)
    kept = memory.recall(question)
    if kept is not None:
        return AddressAnswer(kept, Source.BAN)
    asked = ask_first(
        database,
        registry,
        "finds_places",
        lambda connector: connector.search_places(wanted, city_code=city_code, limit=limit),
    )
    if asked.value is None:
        return _offline(database, wanted, limit, asked.reason)
    places = tuple(policy.address_of(place) for place in asked.value)
    memory.keep(question, places, clock.now() + policy.PLACES_HOLD)
    return AddressAnswer(places, Source.BAN)


def _offline(database: Database, text: str, limit: int, reason: str) -> AddressAnswer:
    with database.reading() as session:
        found = territory.find_communes(session, text, limit)
    places = tuple(policy.address_of_commune(commune) for commune in found)
    return AddressAnswer(places, Source.OFFLINE if places else Source.NONE, reason)


def locate(database: Database, registry: ConnectionRegistry, latitude: float, longitude: float) -> AddressAnswer:
    """The address nearest to a point, one at most, remembered like a search. Never raises for a partner.

    :param latitude: in degrees (WGS 84); a point off the globe has no address.
    """
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return AddressAnswer((), Source.NONE, "off_the_globe")
    memory, question = memory_of(registry), ("point", round(latitude, 5), round(longitude, 5))
    kept = memory.recall(question)
    if kept is not None:
        return AddressAnswer(kept, Source.BAN)
    # A list, because the call's None means « nothing near », which is an answer.
    asked = ask_first(
        database, registry, "finds_places", lambda connector: [connector.locate_place(latitude, longitude)]
    )
    if asked.value is None:
        return AddressAnswer((), Source.NONE, asked.reason)
    places = tuple(policy.address_of(place) for place in asked.value if place is not None)
    memory.keep(question, places, clock.now() + policy.PLACES_HOLD)
    return AddressAnswer(places, Source.BAN)


def stations_near(
    database: Database, registry: ConnectionRegistry, latitude: float, longitude: float, limit: int = 5
) -> StationsAnswer:
    """The bike stations nearest to a point, with their figures. Never raises for a partner.

    The operator's answer is remembered as long as it says that it holds (15 seconds to 5 minutes). When it does not
    answer, its last answer is given, with its age and the reason; figures older than 15 minutes are left out.

    :param latitude: in degrees (WGS 84).
    """
    memory = memory_of(registry)
    known, reason = memory.fresh_stations(), ""
    if known is None:
        asked = ask_first(database, registry, "locates_vehicles", lambda connector: connector.fetch_stations())
        known, reason = asked.value or memory.stations, asked.reason
        if asked.value is not None:
            memory.keep_stations(asked.value, _held_until(asked.value))
    if known is None:
        return StationsAnswer((), reason=reason)
    return policy.nearest(known, latitude, longitude, limit, now=clock.now(), reason=reason)


def _held_until(stations: VehicleStations) -> datetime:
    return clock.now() + policy.hold_of(stations)
