"""A page that asks for a safer sign-in: asked, checked, and what was typed comes back."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from portal.ground.db import Database
from portal.ground.errors import SettingsError
from portal.ground.permissions import Role
from portal.ground.settings import Settings
from portal.people.accounts.models import Agent
from portal.people.accounts.service import AgentView, AuthorityView
from portal.people.identity.enums import Realm
from portal.people.identity.models import LoginSession, StashedForm
from tests.portal.people.conftest import COOKIES, Browser, build
from tests.portal.people.provider_double import query_of
from tests.portal.people.spoils import Doubles

SAFER = "/demarches/essai/sure"
TYPED = {"nom": "Ndèye", "precision": "près de l’école"}


def niveau_of(location: str) -> tuple[str, str]:
    assert urlsplit(location).path == "/connexion"
    asked = query_of(location)
    return asked["suite"], asked["niveau"]


def leave(browser: Browser, location: str) -> str:
    """From the door to the provider, with what the door's form holds."""
    suite, level = niveau_of(location)
    answer = browser.post("/connexion/usager", {"suite": suite, "niveau": level})
    return answer.headers["Location"]


def test_a_stronger_sign_in_is_asked_and_leads_back_to_the_page(browser: Browser, doubles: Doubles) -> None:
    browser.sign_in(Realm.RESIDENT)
    before = browser.cookie(COOKIES[Realm.RESIDENT])
    away = browser.get(f"{SAFER}?page=2")
    assert away.status_code == 303
    assert niveau_of(away.headers["Location"]) == (f"{SAFER}?page=2", "eidas2")
    door = browser.get(away.headers["Location"])
    assert "Une identification plus sûre" in door.text
    assert 'name="niveau" value="eidas2"' in door.text
    address = leave(browser, away.headers["Location"])
    assert query_of(address)["acr_values"] == "eidas2"
    assert query_of(address)["prompt"] == "login consent"
    doubles[Realm.RESIDENT].acr = "eidas2"
    back = browser.get(browser.at_provider(address))
    assert (back.status_code, back.headers["Location"]) == (303, f"{SAFER}?page=2")
    assert browser.get(SAFER).status_code == 200
    assert browser.cookie(COOKIES[Realm.RESIDENT]) != before
    assert browser.get(away.headers["Location"]).headers["Location"] == f"{SAFER}?page=2", "the door is behind"


def test_what_was_typed_comes_back(browser: Browser, doubles: Doubles, database: Database) -> None:
    browser.sign_in(Realm.RESIDENT)
    away = browser.post(SAFER, TYPED)
    assert away.status_code == 303
    suite, _level = niveau_of(away.headers["Location"])
    assert suite.startswith(f"{SAFER}?reprise=")
    assert "Ce que vous aviez saisi est gardé 30 minutes" in browser.get(away.headers["Location"]).text
    doubles[Realm.RESIDENT].acr = "eidas2"
    back = browser.get(browser.at_provider(leave(browser, away.headers["Location"])))
    assert back.headers["Location"] == suite
    assert browser.get(suite).text == repr({name: [value] for name, value in TYPED.items()})


def test_somebody_else_who_signs_in_meanwhile_finds_nothing(browser: Browser, doubles: Doubles) -> None:
    browser.sign_in(Realm.RESIDENT)
    away = browser.post(SAFER, TYPED)
    doubles[Realm.RESIDENT].acr = "eidas2"
    doubles[Realm.RESIDENT].person = {**doubles[Realm.RESIDENT].person, "sub": "b" * 64 + "v1"}
    back = browser.get(browser.at_provider(leave(browser, away.headers["Location"])))
    assert browser.get(back.headers["Location"]).text == "[]"


@pytest.mark.parametrize("given", ["eidas1", "eidas1-mfa", "eidas0", "", "eidas2-or-so"])
def test_a_level_lower_than_asked_is_refused_and_the_former_session_stays(
    browser: Browser, doubles: Doubles, database: Database, given: str
) -> None:
    browser.sign_in(Realm.RESIDENT)
    away = browser.post(SAFER, TYPED)
    doubles[Realm.RESIDENT].acr = given
    refused = browser.get(browser.at_provider(leave(browser, away.headers["Location"])))
    assert refused.status_code == 403
    assert "plus sûr" in refused.text
    assert "niveau=eidas2" in refused.text, "the way back to the door keeps the level"
    assert browser.get("/mon-espace").status_code == 200
    assert browser.get(SAFER).status_code == 303
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(LoginSession)) == 1
        assert session.scalar(select(StashedForm.released_at)) is None


def test_a_level_of_ones_own_making_is_not_asked(browser: Browser) -> None:
    answer = browser.post("/connexion/usager", {"suite": "/mon-espace", "niveau": "eidas9 admin"})
    assert query_of(answer.headers["Location"])["acr_values"] == "eidas1"
    weaker = browser.post("/connexion/usager", {"suite": "/mon-espace", "niveau": "eidas0"})
    assert query_of(weaker.headers["Location"])["acr_values"] == "eidas1"


@pytest.fixture
def stepped(
    known: Settings, database: Database, authority: AuthorityView, claire: AgentView, operator: None
) -> Callable[[], Browser]:
    """A portal where connections ask agents for two strong factors."""
    app = build(known.model_copy(update={"step_up": {"connections:health:read": "eidas2"}}), database)
    return lambda: Browser(app.test_client())


@pytest.fixture
def operator(database: Database, claire: AgentView) -> None:
    with database.writing() as session:
        session.get_one(Agent, claire.id).role = Role.OPERATOR


def test_a_permission_may_ask_for_a_higher_level(stepped: Callable[[], Browser], doubles: Doubles) -> None:
    browser = stepped()
    browser.sign_in(Realm.AGENT)
    assert browser.get("/agents/").status_code == 200
    away = browser.get("/agents/connexions")
    assert away.status_code == 303
    location = away.headers["Location"]
    assert urlsplit(location).path == "/agents/connexion"
    assert query_of(location) == {"suite": "/agents/connexions", "niveau": "eidas2"}
    assert "Une identification plus sûre" in browser.get(location).text
    left = browser.post("/connexion/agent", query_of(location)).headers["Location"]
    assert '"values":["eidas2","eidas3"]' in query_of(left)["claims"]
    doubles[Realm.AGENT].acr = "eidas2"
    assert browser.get(browser.at_provider(left)).headers["Location"] == "/agents/connexions"
    assert browser.get("/agents/connexions").status_code == 200


@pytest.mark.parametrize(
    ("step_up", "word"),
    [({"connections:everything": "eidas2"}, "connections:everything"), ({"requests:queue:read": "high"}, "high")],
)
def test_a_permission_or_a_level_that_does_not_exist_refuses_to_start(
    known: Settings, database: Database, step_up: dict[str, str], word: str
) -> None:
    with pytest.raises(SettingsError, match=word):
        build(known.model_copy(update={"step_up": step_up}), database)
