"""Reading GBFS as it is written, in the standard and out of it: nothing that one station says hides the others."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.partners.mobility.gbfs import MAX_STATIONS, feed_addresses, to_stations
from connectors.partners.mobility.wire import Feed
from connectors.sdk import ProtocolError, VehicleStation, VehicleStations
from connectors.sdk.testing.doubles import NOW

SPECS = Path(os.environ.get("PARVIS_SPECS_DIR") or "nowhere") / "gbfs" / "samples"
AT = int(NOW.timestamp()) - 60
PLACE = {"station_id": "a", "name": "Halles", "lat": 45.2, "lon": 5.7}


def feed(data: Any, **more: Any) -> Feed:
    return Feed.model_validate({"last_updated": AT, "ttl": 60, "data": data, **more})


def read(place: dict[str, Any] | None = None, types: Any = None, head: Any = None, **said: Any) -> VehicleStations:
    """One station, described as ``place`` and saying ``said``."""
    information = feed({"stations": [{**PLACE, **(place or {})}]})
    status = feed({"stations": [{"station_id": (place or PLACE).get("station_id", "a"), **said}]}, **(head or {}))
    return to_stations(information, status, feed({"vehicle_types": types}) if types else None, now=NOW)


def one(*args: Any, **said: Any) -> VehicleStation:
    (station,) = read(*args, **said).stations
    return station


def test_what_some_operators_write_instead_of_the_standard() -> None:
    """Numeric ids, their own names for times and counts, types as a list of objects with one key, no version."""
    velib = {
        "num_bikes_available_types": [{"mechanical": 3}, {"ebike": 1}],
        "numBikesAvailable": 4,
        "num_bikes_available": 4,
        "numDocksAvailable": 20,
        "is_installed": 1,
        "is_renting": 1,
        "stationCode": "16107",
        "last_reported": AT - 30,
    }
    head = {"last_updated": None, "lastUpdatedOther": AT}
    told = read({"station_id": 213_688_169}, head=head, **velib)
    assert told.published_at == datetime.fromtimestamp(AT, UTC)
    assert told.stations == (
        VehicleStation(
            "213688169", "Halles", 45.2, 5.7, 4, 1, 20, True, datetime.fromtimestamp(AT - 30, UTC)
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "read_as"),
    [
        ("  Halles \n d’Été\x00", "Halles d’Été"),
        ([{"text": "Market", "language": "en"}, {"text": "Halles", "language": "fr"}], "Halles"),
        ([{"text": "Market", "language": "en"}], "Market"),
        ([{"text": 3}, "x", None], "a"),
        ({"fr": "Halles"}, "a"),
        (None, "a"),
        ("x" * 500, "x" * 120),
    ],
)
def test_names(name: Any, read_as: str) -> None:
    assert one({"name": name}).name == read_as


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        (AT, NOW - timedelta(seconds=60)),
        (float(AT), NOW - timedelta(seconds=60)),
        (str(AT), NOW - timedelta(seconds=60)),
        (AT * 1_000, NOW - timedelta(seconds=60)),
        ("2027-03-02T10:29:00+01:00", NOW - timedelta(seconds=60)),
        ("2027-03-02T09:29:00Z", NOW - timedelta(seconds=60)),
        (AT + 3_600, NOW),  # a clock that is fast
        ("2027-03-02T09:29:00", None),  # nobody knows where
        (0, None),
        (-5, None),
        (10**40, None),
        ("hier", None),
        (True, None),
        (None, None),
        ([AT], None),
    ],
)
def test_times(written: Any, moment: datetime | None) -> None:
    assert one(last_reported=written).reported_at == moment


def test_when_nobody_says_when_nothing_is_shown() -> None:
    silent = {"last_updated": None}
    assert read(head=silent, last_reported=AT).published_at == NOW - timedelta(seconds=60)
    with pytest.raises(ProtocolError, match="time_missing"):
        read(head=silent)


@pytest.mark.parametrize(
    ("written", "count"),
    [(0, 0), (7, 7), ("7", 7), (7.0, 7), (-1, None), (7.5, None), (10**9, None), (True, None), ("", None), ([], None)],
)
def test_counts(written: Any, count: int | None) -> None:
    station = one(num_bikes_available=written, num_docks_available=written)
    assert (station.vehicles, station.docks) == (count, count)


@pytest.mark.parametrize(
    ("said", "electric"),
    [
        ({"vehicle_types_available": [{"vehicle_type_id": "e", "count": 2}, {"vehicle_type_id": "b", "count": 3}]}, 2),
        ({"vehicle_types_available": [{"vehicle_type_id": "b", "count": 3}]}, 0),
        ({"vehicle_types_available": [{"vehicle_type_id": "e", "count": 9}]}, None),  # more than there are
        ({"vehicle_types_available": [{"vehicle_type_id": "e", "count": -2}]}, None),
        ({"vehicle_types_available": [None, 3, {"count": 2}]}, 0),
        ({"vehicle_types_available": "e"}, None),
        ({}, None),
    ],
)
def test_electric_bikes(said: dict[str, Any], electric: int | None) -> None:
    types = [
        {"vehicle_type_id": "e", "propulsion_type": "electric_assist"},
        {"vehicle_type_id": "b", "propulsion_type": "human"},
        "?",
    ]
    assert one(types=types, num_vehicles_available=5, **said).electric == electric
    assert one(num_vehicles_available=5, **said).electric is None  # the types are not described


@pytest.mark.parametrize("point", [{"lat": 91}, {"lon": "x"}, {"lat": None}, {"lat": 0, "lon": 0}, {"lon": "nan"}])
def test_a_station_that_is_nowhere_is_left_out(point: dict[str, Any]) -> None:
    assert read(point).stations == ()


def test_a_station_missing_on_one_side() -> None:
    information = feed({"stations": [PLACE, {**PLACE, "station_id": "quiet"}, PLACE]})
    status = feed({"stations": [{"station_id": "a", "num_bikes_available": 2}, {"station_id": "lost"}]})
    told = to_stations(information, status, None, now=NOW).stations
    assert [(station.id, station.vehicles) for station in told] == [("a", 2), ("quiet", None)]


def test_a_feed_is_read_up_to_a_bound() -> None:
    many = feed({"stations": [{**PLACE, "station_id": str(number)} for number in range(MAX_STATIONS + 50)]})
    assert len(to_stations(many, feed({"stations": []}), None, now=NOW).stations) == MAX_STATIONS


@pytest.mark.parametrize(("renting", "read_as"), [(True, True), (1, True), (None, True), (False, False), (0, False)])
def test_renting(renting: Any, read_as: bool) -> None:
    assert one(is_renting=renting).renting is read_as
    assert one(is_installed=False).renting is False


@pytest.mark.parametrize(
    "data",
    [
        {"feeds": [{"name": "station_status", "url": "https://velo.example/s"}]},
        {"en": {"feeds": []}, "fr": {"feeds": [{"name": "station_status", "url": "https://velo.example/s"}]}},
        {"nl": {"feeds": [None, {"name": "x", "url": "ftp://x"}, {"name": "station_status", "url": "https://velo.example/s"}]}},
    ],
)  # fmt: skip
def test_the_list_of_files_of_each_version(data: Any) -> None:
    assert feed_addresses(feed(data)) == {"station_status": "https://velo.example/s"}


@pytest.mark.parametrize("data", [{}, {"feeds": {}}, {"fr": []}, {"fr": {"feeds": [{"name": "a", "url": "x"}]}}])
def test_a_list_that_lists_nothing(data: Any) -> None:
    assert feed_addresses(feed(data)) == {}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
MEMBERS = st.sampled_from(
    ["station_id", "name", "lat", "lon", "num_bikes_available", "num_docks_available", "is_renting", "last_reported",
     "vehicle_types_available", "num_bikes_available_types"]
)  # fmt: skip


@given(
    st.lists(st.dictionaries(MEMBERS, JSON) | JSON, max_size=4), st.lists(st.dictionaries(MEMBERS, JSON), max_size=4)
)
def test_nothing_that_is_json_stops_the_reader(places: list[Any], states: list[Any]) -> None:
    told = to_stations(feed({"stations": [PLACE, *places]}), feed({"stations": states}), None, now=NOW)
    assert any(station.id == "a" for station in told.stations)


@pytest.mark.skipif(not SPECS.is_dir(), reason="PARVIS_SPECS_DIR does not name the interface descriptions")
@pytest.mark.parametrize("version", ["v2.3", "v3.0"])
def test_published_samples_are_read(version: str) -> None:
    files = {
        name: Feed.model_validate_json((SPECS / version / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("gbfs", "station_information", "station_status", "vehicle_types")
    }
    assert "station_information" in feed_addresses(files["gbfs"])
    told = to_stations(files["station_information"], files["station_status"], files["vehicle_types"], now=NOW)
    raw = json.loads((SPECS / version / "station_information.json").read_text(encoding="utf-8"))
    assert len(told.stations) == len(raw["data"]["stations"])
    assert all(station.name for station in told.stations)
