"""Which journeys a portal opens, in which order, and what their packages bring."""

import pytest

from journeys.daily_services.journey import JOURNEY
from portal.app import create_app
from portal.casework.catalogue import journeys as declaration
from portal.casework.catalogue.journeys import Journey, Need, open_journeys
from portal.engine.journey_kit.journeys import CAPABILITIES, journeys_of, unmet_needs
from portal.ground.db import Database
from portal.ground.errors import SettingsError
from portal.ground.settings import Settings


def journey(slug: str, **more: object) -> Journey:
    return Journey(slug=slug, title=slug, summary=slug, owner="accueil", package="journeys.daily_services", **more)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three journeys; one cannot do without a partner."""
    needed = Need("locates_vehicles", without="Pas de vélos.", required=True)
    wished = Need("finds_places", without="Tapez l’adresse en entier.")
    found = [journey("premier"), journey("second", needs=(needed,)), journey("tiers", needs=(wished,))]
    monkeypatch.setattr(declaration, "load_journeys", lambda: found)


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("chosen", "capabilities", "opened"),
    [
        ((), None, ["premier", "second", "tiers"]),
        ((), {"submits"}, ["premier", "tiers"]),
        ((), {"locates_vehicles"}, ["premier", "second", "tiers"]),
        (("tiers", "premier"), {"submits"}, ["tiers", "premier"]),
        (("second",), set(), []),
    ],
)
def test_a_portal_opens_what_is_chosen_and_can_be_served(
    chosen: tuple[str, ...], capabilities: set[str] | None, opened: list[str]
) -> None:
    assert [one.slug for one in open_journeys(chosen, capabilities)] == opened


def test_a_journey_that_is_not_installed_refuses_to_start(settings: Settings, database: Database) -> None:
    with pytest.raises(SettingsError, match="nomme un parcours qui n’est pas installé : ailleurs"):
        create_app(settings.model_copy(update={"journeys": ("ailleurs",)}), database)


def test_the_setting_keeps_the_others_closed(settings: Settings, database: Database) -> None:
    app = create_app(settings.model_copy(update={"journeys": (JOURNEY.slug,)}), database)
    assert [one.slug for one in journeys_of(app)] == [JOURNEY.slug]


def test_a_closed_journey_has_no_page_and_an_open_one_says_what_it_lacks(
    settings: Settings, database: Database
) -> None:
    app = create_app(settings.model_copy(update={"journeys": (JOURNEY.slug,)}), database)
    needs = (Need("finds_places", without="Tapez l’adresse en entier."), Need("submits", without="Rien ne part."))
    app.extensions[CAPABILITIES] = frozenset({"submits"})
    with app.test_request_context("/"):
        assert [need.without for need in unmet_needs(journey("tiers", needs=needs))] == ["Tapez l’adresse en entier."]
        assert not app.url_map.bind("127.0.0.1").test("/bienvenue")


def test_a_part_that_a_journey_lacks_is_none() -> None:
    without = Journey(slug="sans", title="Sans", summary="Sans", owner="accueil", package="journeys.welcome")
    assert without.part("deliveries") is None
    assert without.part("views") is not None
