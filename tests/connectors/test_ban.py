"""Looking for addresses: what is asked, and what is made of what comes back."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.partners.ban import CONNECTOR
from connectors.partners.ban.connector import BanConnector
from connectors.partners.ban.mapping import to_places, to_question
from connectors.sdk import PlaceFound, ProtocolError
from connectors.sdk.testing import Bench
from tests.connectors.fake_http import json_answer
from tests.connectors.mobility_doubles import PLACES, BanDouble, feature

SAMPLE = Path(os.environ.get("PARVIS_SPECS_DIR") or "nowhere") / "ban" / "search.sample.json"


@pytest.fixture
def bench() -> Iterator[Bench]:
    opened = Bench(CONNECTOR, BanDouble())
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        (" 12  bis\nrue de l’Œuvre ", "12 bis rue de l’Œuvre"),
        ("« Les Halles »", "Les Halles »"),
        ("--- ?", ""),
        ("ab", ""),
        ("x" * 500, "x" * 200),
        ("rue\x00du\u2028Lac", "rue du Lac"),
    ],
)
def test_what_is_asked_is_one_bounded_line(typed: str, asked: str) -> None:
    assert to_question(typed) == asked


def test_the_question_and_nothing_else_leaves(bench: Bench) -> None:
    connector = bench.connect()
    assert isinstance(connector, BanConnector)
    connector.search_places("8 bd du Port & Cie", city_code="38999", limit=3)
    connector.locate_place(45.2049, 5.7004)
    double = bench.double
    assert isinstance(double, BanDouble)
    search, reverse = double.server.requests
    assert search.query == {
        "q": ["8 bd du Port & Cie"],
        "limit": ["3"],
        "autocomplete": ["1"],
        "index": ["address"],
        "citycode": ["38999"],
    }
    assert reverse.query == {"lat": ["45.204900"], "lon": ["5.700400"], "limit": ["1"], "index": ["address"]}
    assert not {"authorization", "cookie", "referer"} & (search.headers.keys() | reverse.headers.keys())


@pytest.mark.parametrize(
    ("changes", "read"),
    [
        ({"citycode": "2A004"}, {"city_code": "2A004"}),
        ({"citycode": "2C004", "postcode": "3899"}, {"city_code": "", "postcode": ""}),
        ({"postcode": 38999}, {"postcode": "38999"}),
        ({"score": -3}, {"score": 0.0}),
        ({"score": "0.9"}, {"score": 0.0}),
        ({"name": None}, {"line": PLACES[0].label}),
        ({"type": "planet"}, {"kind": ""}),
        ({"city": "x" * 900}, {"city": "x" * 200}),
    ],
)
def test_what_cannot_be_is_left_out_of_a_place(changes: dict[str, Any], read: dict[str, Any]) -> None:
    answer = feature(PLACES[0])
    answer["properties"].update(changes)
    (place,) = to_places([answer], 5)
    assert {name: getattr(place, name) for name in read} == read


def test_a_great_many_places_are_bounded(bench: Bench) -> None:
    assert len(to_places([feature(PLACES[0])] * 5_000, 1_000)) == 20


@pytest.mark.parametrize("body", [{"type": "FeatureCollection"}, {"type": "Feature", "features": []}, {"features": {}}])
def test_an_answer_of_another_shape_is_told(bench: Bench, body: Any) -> None:
    double = bench.double
    assert isinstance(double, BanDouble)
    double.server.respond = lambda _request: json_answer(200, body)
    connector = bench.connect()
    assert isinstance(connector, BanConnector)
    with pytest.raises(ProtocolError):
        connector.search_places("rue du Lac")


@pytest.mark.skipif(not SAMPLE.is_file(), reason="PARVIS_SPECS_DIR does not name the interface descriptions")
def test_the_published_sample_is_read() -> None:
    features = json.loads(SAMPLE.read_text(encoding="utf-8"))["features"]
    assert to_places(features, 5) == [
        PlaceFound(
            "8 Boulevard du Port 80000 Amiens",
            "8 Boulevard du Port",
            "80000",
            "Amiens",
            "80021",
            49.897442,
            2.290084,
            "housenumber",
            0.49,
        )
    ]
