"""Bikes near an address: each thing that may happen at the other end, and what the person reads then."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

import pytest
from flask import Flask

from connectors.sdk.testing.doubles import NOW
from journeys.daily_services.bikes import say_age, say_distance
from portal.app import connections_of, create_app
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.settings import Settings
from portal.records.territory.service import PlaceKind, list_places
from portal.seed.territory import settle_territory
from tests.connectors.mobility_doubles import BanDouble, MobilityDouble
from tests.support.client import Browser, Page
from tests.support.mobility import ban, connected, mobility
from tests.support.town import Town, counted, town

__all__ = ["ban", "mobility", "town"]

BIKES = "/quotidien/velos"
LAKE = f"{BIKES}?adresse={quote('rue du Lac')}"


@pytest.fixture
def app(
    settings: Settings, database: Database, town: Town, ban: BanDouble, mobility: MobilityDouble
) -> Iterator[Flask]:
    """The portal with an address base and an operator at the other end of real sockets, on a day that stands still."""
    with database.writing() as session:
        settle_territory(session)
    opened = create_app(connected(settings, adresses=ban, mobilite=mobility), database, propagate=True)
    with clock.frozen(NOW):
        yield opened
    connections_of(opened).close()


@pytest.fixture
def visitor(app: Flask, settings: Settings, database: Database) -> Browser:
    return Browser(app, settings, database)


def status_of(page: Page) -> str:
    return " ".join(" ".join("".join(one.itertext()).split()) for one in page.all("p", role="status"))


def test_the_page_asks_where(visitor: Browser, database: Database) -> None:
    assert visitor.get("/quotidien").links()["Trouver un vélo partagé"] == BIKES
    with counted(database) as statements:
        page = visitor.get(BIKES, state="plain")
    assert len(statements) <= 2
    assert page.h1 == "Vélos partagés"
    assert "Près de quelle adresse" in page.text


def test_the_nearest_stations_are_told(visitor: Browser, database: Database) -> None:
    page = visitor.get(LAKE, state="found")
    assert page.title.startswith("Vélos près de 12 Rue du Lac 38999 Valmont-sur-Iselle")
    assert page.field("adresse")["value"] == "rue du Lac"
    assert "Mis à jour il y a 2 minutes." in page.text
    assert page.text.index("Halles d’Été") < page.text.index("Gare de Valmont")
    assert "À 10 m, à vol d’oiseau Ne prête pas de vélo en ce moment" in page.text
    assert "7 vélos, dont 3 électriques 11 places libres pour rendre un vélo" in page.text
    assert page.links()["Rue du Lac 20090 Ajaccio"] == f"{BIKES}?adresse=Rue%20du%20Lac%2020090%20Ajaccio"
    with counted(database) as statements:
        visitor.get(LAKE)
    assert len(statements) <= 2, "what partners answered is remembered"


def test_an_address_nobody_knows(visitor: Browser, ban: BanDouble) -> None:
    ban.forget_everywhere()
    page = visitor.get(f"{BIKES}?adresse=zzz%20<script>", state="unknown address")
    assert "aucune adresse qui ressemble à « zzz <script> »" in status_of(page)
    assert page.field("adresse")["value"] == "zzz <script>"
    assert "Mairie" in page.links()


@pytest.mark.parametrize("typed", ["", "%20a%20", "%E2%80%AE"])
def test_too_short_an_address(visitor: Browser, ban: BanDouble, typed: str) -> None:
    page = visitor.get(f"{BIKES}?adresse={typed}", state="too short")
    assert page.title.startswith("Erreur")
    assert "Écrivez au moins trois lettres" in page.text
    assert ban.server.requests == []


def test_the_address_base_is_down(visitor: Browser, ban: BanDouble, database: Database) -> None:
    """What was typed stays, and a place of the town does instead."""
    ban.answer(503)
    page = visitor.get(LAKE, state="addresses down")
    assert "La recherche d’adresses ne répond pas" in page.text
    assert page.field("adresse")["value"] == "rue du Lac"
    near = visitor.get(page.links()["Marché des Halles"], state="from a place")
    assert "Marché des Halles" in status_of(near)
    assert "7 vélos" in near.text
    with counted(database) as statements:
        visitor.get(page.links()["Marché des Halles"])
    assert len(statements) <= 2
    with database.reading() as session:
        names = {one.name for one in list_places(session, PlaceKind.STOP)}
    assert not names & page.links().keys() - {"Médiathèque de l’Iselle", "Piscine et stade", "Maison France Services"}


@pytest.mark.parametrize("wrong", ["down", "refuses", "nonsense", "key"])
def test_the_operator_is_not_there(visitor: Browser, mobility: MobilityDouble, wrong: str) -> None:
    acts = {
        "down": mobility.stop_listening,
        "refuses": lambda: mobility.answer(404),
        "nonsense": lambda: mobility.choose_nonsense("list"),
        "key": lambda: mobility.answer(403),
    }
    acts[wrong]()
    page = visitor.get(LAKE, state="operator down")
    assert "Le réseau de vélos ne répond pas" in page.text
    assert "0 vélo" not in page.text
    assert page.status == 200


def test_old_figures_are_kept_then_hidden(visitor: Browser, mobility: MobilityDouble) -> None:
    visitor.get(LAKE)
    mobility.answer(503)
    with clock.frozen(NOW + timedelta(minutes=9)):
        page = visitor.get(LAKE, state="last figures")
        assert "Voici ses derniers chiffres, donnés il y a 11 minutes." in page.text
        assert "7 vélos" in page.text
    with clock.frozen(NOW + timedelta(minutes=20)):
        page = visitor.get(LAKE, state="figures too old")
        assert "Chiffres trop anciens" in page.text
        assert "il y a 22 minutes" in page.text
        assert "Gare de Valmont" in page.text
        assert "7 vélos" not in page.text


def test_stations_that_say_little(visitor: Browser, mobility: MobilityDouble) -> None:
    mobility.spoil_a_station()
    states = mobility.files["station_status"]["data"]["stations"]
    states[0].update(num_vehicles_available=0, num_docks_available=0)
    page = visitor.get(LAKE, state="odd stations")
    assert "Aucun vélo Aucune place libre pour rendre un vélo" in page.text
    assert "odd À " in page.text
    assert "Nombre de vélos inconnu" in page.text


def test_an_operator_without_any_station(visitor: Browser, mobility: MobilityDouble) -> None:
    mobility.files["station_information"]["data"]["stations"] = []
    assert "aucune station" in visitor.get(LAKE, state="no station").text


def test_a_town_without_bikes_says_so(settings: Settings, database: Database, town: Town) -> None:
    alone = Browser(create_app(settings, database, propagate=True), settings, database)
    page = alone.get(LAKE, state="no operator")
    assert "La commune n’est reliée à aucun réseau de vélos partagés" in page.text
    assert "Trouver un vélo partagé" not in alone.get("/quotidien").links()


@pytest.mark.parametrize("lieu", ["", "x", "00000000-0000-0000-0000-000000000000", "1' OR 1=1"])
def test_a_place_that_is_not_there_shows_the_form(visitor: Browser, lieu: str) -> None:
    page = visitor.get(f"{BIKES}?lieu={quote(lieu)}")
    assert page.status == 200
    assert "Près de quelle adresse" in page.text


@pytest.mark.parametrize(
    ("metres", "said"), [(0, "10 m"), (123, "120 m"), (994, "990 m"), (1_000, "1 km"), (1_449, "1,4 km")]
)
def test_distances_are_said_as_people_do(app: Flask, metres: int, said: str) -> None:
    with app.test_request_context():
        assert say_distance(metres).replace("\u00a0", " ") == said


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "il y a moins d’une minute"), (1, "il y a 1 minute"), (59, "il y a 59 minutes"), (125, "il y a 2 heures")],
)
def test_ages_are_said_as_people_do(app: Flask, minutes: int, said: str) -> None:
    with app.test_request_context():
        assert say_age(minutes) == said
