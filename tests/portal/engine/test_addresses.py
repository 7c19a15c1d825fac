"""Addresses and bikes looked up for a page: who answers, how long it holds, and what is said when nobody does."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest

from connectors.sdk.testing.doubles import NOW
from portal.engine.addresses import service as addresses
from portal.engine.addresses.memory import MAX_CALLS, memory_of
from portal.engine.addresses.service import AddressAnswer, Source
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.permissions import SYSTEM
from portal.ground.settings import Settings
from portal.records.connections import service as connections
from portal.records.connections.service import ConnectionRegistry, load_connections
from portal.records.territory import service as territory
from tests.connectors.mobility_doubles import PLACES, BanDouble, MobilityDouble
from tests.connectors.test_contract_ban import CONNECTOR as BAN
from tests.connectors.test_contract_mobility import CONNECTOR as MOBILITY
from tests.support.mobility import ban, connected, mobility
from tests.support.town import counted

__all__ = ["ban", "mobility"]

GARE = (45.2102, 5.7024)


@pytest.fixture
def registry(settings: Settings, ban: BanDouble, mobility: MobilityDouble) -> Iterator[ConnectionRegistry]:
    known = connected(settings, adresses=ban, mobilite=mobility)
    opened = load_connections(known, connectors={"ban": BAN, "mobility": MOBILITY})
    with clock.frozen(NOW):
        yield opened
    opened.close()


@pytest.fixture
def stocked(database: Database) -> Database:
    with database.writing() as session:
        row = {"code": "38999", "nom": "Valmont-sur-Iselle", "codesPostaux": ["38999"]}
        territory.import_communes(session, [row])
    return database


def test_an_address_is_found_and_remembered_for_ten_minutes(
    stocked: Database, registry: ConnectionRegistry, ban: BanDouble
) -> None:
    answer = addresses.search_addresses(stocked, registry, "rue du Lac")
    assert (answer.source, answer.reason) == (Source.BAN, "")
    assert [(one.label, one.latitude) for one in answer.places] == [(one.label, one.latitude) for one in PLACES]
    with counted(stocked) as statements:
        assert addresses.search_addresses(stocked, registry, "  RUE du  Lac ") == answer
    assert (statements, ban.records()) == ([], 1)
    with clock.frozen(NOW + timedelta(minutes=11)):
        addresses.search_addresses(stocked, registry, "rue du Lac")
    assert len(ban.server.requests) == 2


def test_nothing_found_by_the_partner_is_its_answer(
    stocked: Database, registry: ConnectionRegistry, ban: BanDouble
) -> None:
    ban.forget_everywhere()
    assert addresses.search_addresses(stocked, registry, "valmont") == AddressAnswer((), Source.BAN)
    assert addresses.locate(stocked, registry, 45.2, 5.7) == AddressAnswer((), Source.BAN)


@pytest.mark.parametrize("text", ["", " x ", "\u202e"])
def test_too_short_a_text_asks_nobody(
    stocked: Database, registry: ConnectionRegistry, ban: BanDouble, text: str
) -> None:
    assert addresses.search_addresses(stocked, registry, text).reason == addresses.TOO_SHORT
    assert ban.server.requests == []


@pytest.mark.parametrize("wrong", ["down", "busy", "refuses", "nonsense", "key"])
def test_our_own_communes_are_there_when_the_partner_is_not(
    stocked: Database, registry: ConnectionRegistry, ban: BanDouble, wrong: str
) -> None:
    acts = {
        "down": ban.stop_listening,
        "busy": lambda: ban.answer(429),
        "refuses": lambda: ban.answer(400),
        "nonsense": lambda: ban.choose_nonsense("page"),
        "key": lambda: ban.answer(403),
    }
    acts[wrong]()
    answer = addresses.search_addresses(stocked, registry, "valmont")
    assert (answer.source, [one.label for one in answer.places]) == (Source.OFFLINE, ["Valmont-sur-Iselle (38999)"])
    assert answer.reason
    assert answer.places[0].latitude is None
    assert addresses.search_addresses(stocked, registry, "zzz").source is Source.NONE
    with stocked.reading() as session:
        state = connections.state(session, "adresses")
    assert (state.paused, state.failures > 0) == (wrong == "key", True)


def test_a_paused_connection_and_an_open_breaker_are_respected(
    stocked: Database, registry: ConnectionRegistry, ban: BanDouble
) -> None:
    ban.answer(503)
    for number in range(7):
        addresses.search_addresses(stocked, registry, f"rue {number}")
    assert len(ban.server.requests) == 5  # the breaker opens at the fifth failure
    assert addresses.locate(stocked, registry, 45.2, 5.7).reason == "breaker_open"
    ban._mode = None
    with clock.frozen(NOW + timedelta(seconds=31)):  # one probe, which closes it
        assert addresses.locate(stocked, registry, 45.2, 5.7).places
    with stocked.writing() as session:
        connections.pause(session, "adresses", SYSTEM, "essai")
    assert addresses.search_addresses(stocked, registry, "rue neuve").reason == "connection_paused"


def test_without_a_connection_the_list_of_communes_answers(stocked: Database, settings: Settings) -> None:
    alone = load_connections(settings.model_copy(update={"connections": {}}), connectors={})
    answer = addresses.search_addresses(stocked, alone, "38999")
    assert (answer.source, answer.reason) == (Source.OFFLINE, addresses.NO_CONNECTION)
    assert addresses.stations_near(stocked, alone, *GARE).reason == addresses.NO_CONNECTION


def test_the_point_of_a_phone_has_an_address(database: Database, registry: ConnectionRegistry) -> None:
    answer = addresses.locate(database, registry, 45.20491, 5.70042)
    assert [one.city for one in answer.places] == ["Valmont-sur-Iselle"]
    assert addresses.locate(database, registry, 200.0, 5.7).reason == "off_the_globe"


def test_the_nearest_stations_come_first_with_their_age(
    database: Database, registry: ConnectionRegistry, mobility: MobilityDouble
) -> None:
    answer = addresses.stations_near(database, registry, *GARE, limit=1)
    assert [(one.station.name, one.metres, one.station.vehicles) for one in answer.stations] == [
        ("Gare de Valmont", 14, 7)
    ]
    assert (answer.age_minutes, answer.stale, answer.reason) == (2, False, "")
    asked = len(mobility.server.requests)
    addresses.stations_near(database, registry, *GARE)
    assert len(mobility.server.requests) == asked  # the operator said that its figures hold two minutes
    with clock.frozen(NOW + timedelta(seconds=121)):
        addresses.stations_near(database, registry, *GARE)
    assert len(mobility.server.requests) == 2 * asked


def test_old_figures_are_told_with_their_age_then_hidden(
    database: Database, registry: ConnectionRegistry, mobility: MobilityDouble
) -> None:
    addresses.stations_near(database, registry, *GARE)
    mobility.answer(503)
    with clock.frozen(NOW + timedelta(minutes=10)):
        answer = addresses.stations_near(database, registry, *GARE)
        assert (answer.age_minutes, answer.stale, answer.reason) == (12, False, "http_503")
        assert answer.stations[0].station.vehicles == 7
    with clock.frozen(NOW + timedelta(minutes=14)):
        answer = addresses.stations_near(database, registry, *GARE)
        assert (answer.age_minutes, answer.stale) == (16, True)
        shown = answer.stations[0].station
        assert (shown.name, shown.vehicles, shown.electric, shown.docks) == ("Gare de Valmont", None, None, None)


def test_a_page_rarely_writes(database: Database, registry: ConnectionRegistry) -> None:
    """The state of the connection is read, and a success written down once in five minutes."""
    with ExitStack() as stack:
        first = stack.enter_context(counted(database))
        addresses.search_addresses(database, registry, "rue une")
    with counted(database) as second:
        addresses.search_addresses(database, registry, "rue deux")
    assert len(first) > len(second) == 1


def test_pages_that_wait_are_few(stocked: Database, registry: ConnectionRegistry, ban: BanDouble) -> None:
    """A slow partner never holds every thread of the portal: the next page goes on without it."""
    calls = memory_of(registry).calls
    for _one in range(MAX_CALLS):
        assert calls.acquire(blocking=False)
    answer = addresses.search_addresses(stocked, registry, "valmont")
    assert (answer.source, answer.reason) == (Source.OFFLINE, "too_many")
    assert ban.server.requests == []
    calls.release()
    assert addresses.search_addresses(stocked, registry, "valmont").source is Source.BAN
