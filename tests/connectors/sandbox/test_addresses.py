"""The simulated address base, asked by our own connector as a trial installation does."""

from collections.abc import Iterator

import pytest

from connectors.partners.ban import CONNECTOR
from connectors.partners.ban.connector import BanConnector
from connectors.sandbox.addresses.towns import TOWNS
from connectors.sdk import ConnectorContext, EgressPolicy, ProtocolError, RetryableError, Timeouts, build_connector
from connectors.sdk.testing.doubles import NOW
from tests.connectors.sandbox.support import Program


@pytest.fixture
def ban(bac: Program) -> Iterator[BanConnector]:
    context = ConnectorContext("adresses", EgressPolicy(["127.0.0.0/8"]), lambda: NOW, timeouts=Timeouts(2.0, 1.0, 2.0))
    built = build_connector(CONNECTOR, {"base_url": f"{bac.address}/adresses"}, {}, context)
    assert isinstance(built, BanConnector)
    yield built
    built.close()


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("12 quai des moulins", "12 Quai des Moulins 38999 Valmont-sur-Iselle"),
        ("12bis, Rue de l'Œuvre", "12bis Rue de l’Œuvre 38999 Valmont-sur-Iselle"),
        ("av de la gare valm", "Avenue de la Gare 38999 Valmont-sur-Iselle"),
        ("rue du lac saint aubin", "Rue du Lac 38998 Saint-Aubin-sur-Iselle"),
        ("3 montee de la tour", "3 Montée de la Tour 38999 Valmont-sur-Iselle"),
    ],
)
def test_addresses_are_found_as_people_type_them(ban: BanConnector, typed: str, found: str) -> None:
    assert ban.search_places(typed)[0].label == found


def test_a_place_found_is_found_again_by_its_point(ban: BanConnector) -> None:
    house = ban.search_places("7 quai des Moulins", city_code="38999")[0]
    assert (house.kind, house.city_code) == ("housenumber", "38999")
    again = ban.locate_place(house.latitude, house.longitude)
    assert again is not None
    assert again.label == house.label
    assert ban.locate_place(48.85, 2.35) is None
    assert ban.search_places("zzzz qqqq") == []


def test_the_base_goes_wrong_on_demand(bac: Program, ban: BanConnector) -> None:
    assert ban.check().ok
    for scenario, expected in {"down": RetryableError, "nonsense": ProtocolError}.items():
        bac.incident("adresses", scenario)
        with pytest.raises(expected):
            ban.search_places("rue du Lac")


def test_communes_are_told_as_the_api_tells_them(bac: Program) -> None:
    every = bac.http.get(f"{bac.address}/adresses/communes").json()
    assert [one["code"] for one in every] == [town.code for town in TOWNS]
    one = bac.http.get(f"{bac.address}/adresses/communes/38999").json()
    assert (one["nom"], one["codesPostaux"]) == ("Valmont-sur-Iselle", ["38999"])
    assert bac.http.get(f"{bac.address}/adresses/communes?nom=val").json() == [one]
    assert bac.http.get(f"{bac.address}/adresses/communes/00000").status_code == 404
    assert sum(len(town.streets) for town in TOWNS) >= 130


@pytest.mark.parametrize("path", ["search?q=a", "search?q=%3F%3F%3F", "search?q=rue&limit=99", "reverse?lat=x&lon=5"])
def test_what_cannot_be_asked_is_refused(bac: Program, path: str) -> None:
    assert bac.http.get(f"{bac.address}/adresses/{path}").status_code == 400
