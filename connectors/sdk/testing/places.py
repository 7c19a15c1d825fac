"""Rules for connectors that tell where bikes and addresses are, while somebody waits for the page."""

# ruff: noqa: D102, S101 - each rule is an assertion whose name is its sentence

import logging
import time
from collections.abc import Sequence
from typing import ClassVar, Protocol, cast

import pytest

from connectors.sdk import (
    ConnectorType,
    FindsPlaces,
    LocatesVehicles,
    PlaceFound,
    RetryableError,
    VehicleStations,
)
from connectors.sdk.testing.doubles import NOW, Bench, PartnerDouble, failure_of, told_by
from connectors.sdk.testing.wrongs import check_wrongs

LONGEST_WAIT = 5.0


class VehiclesDouble(PartnerDouble, Protocol):
    """A fake operator of shared bikes."""

    stations: VehicleStations  # what it publishes

    def spoil_a_station(self) -> None:
        """From now on, publish among the others stations that cannot be."""
        ...


class PlacesDouble(PartnerDouble, Protocol):
    """A fake geocoder. ``records`` counts the questions it answered."""

    question: str  # a text that finds ``places``
    places: Sequence[PlaceFound]

    def forget_everywhere(self) -> None:
        """From now on, no address is known."""
        ...

    def spoil_a_place(self) -> None:
        """From now on, answer among the others places that cannot be."""
        ...


class VehicleRules:
    """One test per rule."""

    kind: ClassVar[ConnectorType]

    def test_stations_are_told(self, bench: Bench) -> None:
        assert _fetch(bench) == cast("VehiclesDouble", bench.double).stations

    def test_station_that_cannot_be_hides_no_other(self, bench: Bench) -> None:
        double = cast("VehiclesDouble", bench.double)
        double.spoil_a_station()
        told = _fetch(bench)
        assert set(told.stations) >= set(double.stations.stations)
        for station in told.stations:
            assert station.id
            assert station.name
            assert abs(station.latitude) <= 90
            assert abs(station.longitude) <= 180
            assert all(count is None or count >= 0 for count in (station.vehicles, station.electric, station.docks))
        assert len({station.id for station in told.stations}) == len(told.stations)

    def test_times_of_stations_are_aware_and_past(self, bench: Bench) -> None:
        told = _fetch(bench)
        times = [told.published_at, *(one.reported_at for one in told.stations if one.reported_at)]
        assert all(time.tzinfo is not None and time <= NOW for time in times)
        assert told.fresh_for >= 0

    def test_slow_operator_is_left_before_the_person_gives_up(self, bench: Bench) -> None:
        bench.double.answer_slowly()
        started = time.monotonic()
        assert isinstance(failure_of(lambda: _fetch(bench)), RetryableError)
        assert time.monotonic() - started < LONGEST_WAIT

    def test_what_the_operator_does_wrong_is_told_as_elsewhere(self, bench: Bench) -> None:
        check_wrongs(bench, lambda connector: connector.fetch_stations())


class PlaceRules:
    """One test per rule."""

    kind: ClassVar[ConnectorType]

    def test_places_are_found_best_first(self, bench: Bench) -> None:
        double = cast("PlacesDouble", bench.double)
        assert list(_search(bench)) == list(double.places)
        assert list(_search(bench, limit=1)) == list(double.places)[:1]

    def test_nothing_found_is_an_answer(self, bench: Bench) -> None:
        cast("PlacesDouble", bench.double).forget_everywhere()
        assert list(_search(bench)) == []
        assert cast("FindsPlaces", bench.connect()).locate_place(45.2, 5.7) is None

    def test_nearest_place_of_a_point_is_found(self, bench: Bench) -> None:
        best = cast("PlacesDouble", bench.double).places[0]
        assert cast("FindsPlaces", bench.connect()).locate_place(best.latitude, best.longitude) == best

    def test_text_that_cannot_be_searched_finds_nothing(self, bench: Bench) -> None:
        connector = cast("FindsPlaces", bench.connect())
        for text in ("", "   ", "?", "\x00\x00", "a"):
            assert list(connector.search_places(text)) == []
        assert list(connector.search_places("’(« " + "rue du Lac & « ? » #%\n" * 200)) == list(
            cast("PlacesDouble", bench.double).places
        )

    def test_place_that_cannot_be_hides_no_other(self, bench: Bench) -> None:
        double = cast("PlacesDouble", bench.double)
        double.spoil_a_place()
        found = _search(bench, limit=20)
        assert [one for one in found if one in double.places] == list(double.places)
        assert all(one.label and abs(one.latitude) <= 90 and abs(one.longitude) <= 180 for one in found)
        assert all(0 <= one.score <= 1 for one in found)

    def test_slow_geocoder_is_left_before_the_person_gives_up(self, bench: Bench) -> None:
        bench.double.answer_slowly()
        started = time.monotonic()
        assert isinstance(failure_of(lambda: _search(bench)), RetryableError)
        assert time.monotonic() - started < LONGEST_WAIT

    def test_what_the_geocoder_does_wrong_is_told_as_elsewhere(self, bench: Bench) -> None:
        text = cast("PlacesDouble", bench.double).question
        check_wrongs(bench, lambda connector: connector.search_places(text))

    def test_what_is_searched_shows_in_no_log_nor_error(self, bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        text = cast("PlacesDouble", bench.double).question
        connector = cast("FindsPlaces", bench.connect())
        connector.search_places(text)
        told = ""
        for status in (*bench.double.busy_answers, *bench.double.refusals):
            bench.double.answer(status)
            told += told_by(failure_of(lambda: connector.search_places(text)))
        assert text not in told + caplog.text


def _fetch(bench: Bench) -> VehicleStations:
    return cast("LocatesVehicles", bench.connect()).fetch_stations()


def _search(bench: Bench, limit: int = 5) -> Sequence[PlaceFound]:
    double = cast("PlacesDouble", bench.double)
    return cast("FindsPlaces", bench.connect()).search_places(double.question, limit=limit)
