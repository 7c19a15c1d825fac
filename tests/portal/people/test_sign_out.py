"""Signing out: here for certain, at the provider too, and said as it is."""

import pytest
from sqlalchemy import func, select

from portal.ground.db import Database
from portal.people.accounts.service import AgentView
from portal.people.identity.enums import Realm
from portal.people.identity.models import LoginSession
from tests.portal.people.conftest import COOKIES, EXITS, Browser
from tests.portal.people.provider_double import Double, query_of

REALMS = pytest.mark.parametrize("realm", list(Realm))
HOMES = {Realm.RESIDENT: "/mon-espace", Realm.AGENT: "/agents/"}


@REALMS
def test_signing_out_ends_both_sessions(
    browser: Browser, doubles: dict[Realm, Double], claire: AgentView, database: Database, realm: Realm
) -> None:
    browser.sign_in(realm)
    cookie = browser.cookie(COOKIES[realm]) or ""
    answer = browser.post(EXITS[realm])
    assert answer.status_code == 303
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    asked = query_of(answer.headers["Location"])
    assert answer.headers["Location"].startswith(f"{doubles[realm].issuer}/session/end?")
    assert asked["post_logout_redirect_uri"] == "http://127.0.0.1:8070/deconnexion/retour"
    assert asked["id_token_hint"].count(".") == 2
    assert len(asked["state"]) == 64
    assert browser.cookie(COOKIES[realm]) is None
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(LoginSession)) == 0
    browser.plant(COOKIES[realm], cookie)
    assert browser.get(HOMES[realm]).status_code == 303, "the old cookie opens nothing"
    back = browser.get(browser.at_provider(answer.headers["Location"]))
    assert back.status_code == 200
    assert "Elle est fermée ici et chez" in back.text


@REALMS
def test_the_page_of_the_link_has_a_button_and_changes_nothing(
    browser: Browser, claire: AgentView, realm: Realm
) -> None:
    browser.sign_in(realm)
    page = browser.get(EXITS[realm])
    assert f'action="{EXITS[realm]}"' in page.text
    assert "DUBOIS" in page.text or "Le Goff" in page.text
    assert browser.get(HOMES[realm]).status_code == 200


def test_one_door_signs_out_of_one_session(browser: Browser, claire: AgentView) -> None:
    browser.sign_in(Realm.RESIDENT)
    browser.sign_in(Realm.AGENT)
    browser.post("/agents/deconnexion")
    assert browser.get("/agents/").status_code == 303
    assert browser.get("/mon-espace").status_code == 200


def test_signing_out_needs_the_forms_token(browser: Browser) -> None:
    browser.sign_in(Realm.RESIDENT)
    assert browser.post("/deconnexion", token="forged").status_code == 400
    assert browser.get("/mon-espace").status_code == 200


@pytest.mark.parametrize("state", ["", "0" * 64, "é"])
def test_a_return_that_we_did_not_ask_for_says_what_is_true(browser: Browser, state: str) -> None:
    answer = browser.get("/deconnexion/retour", query_string={"state": state})
    assert answer.status_code == 400
    assert "Elle est fermée sur ce site" in answer.text
    browser.sign_in(Realm.RESIDENT)
    answer = browser.get("/deconnexion/retour", query_string={"state": state})
    assert answer.status_code == 400
    assert "encore ouverte" in answer.text
    assert browser.get("/mon-espace").status_code == 200


def test_a_return_from_sign_out_serves_once(browser: Browser) -> None:
    browser.sign_in(Realm.RESIDENT)
    back = browser.at_provider(browser.post("/deconnexion").headers["Location"])
    assert browser.get(back).status_code == 200
    assert browser.get(back).status_code == 400


def test_when_the_provider_has_no_sign_out_the_person_is_told(browser: Browser, doubles: dict[Realm, Double]) -> None:
    doubles[Realm.RESIDENT].wrong.discovery = lambda document: {**document, "end_session_endpoint": None}
    browser.sign_in(Realm.RESIDENT)
    answer = browser.post("/deconnexion")
    assert answer.status_code == 200
    assert "peut rester ouverte" in answer.text
    assert browser.get("/mon-espace").status_code == 303


def test_when_the_provider_is_down_the_session_is_ended_here_all_the_same(
    browser: Browser, doubles: dict[Realm, Double]
) -> None:
    browser.sign_in(Realm.RESIDENT)
    published = browser.client.application.extensions["parvis_identity"][Realm.RESIDENT]._published
    published._metadata = None
    doubles[Realm.RESIDENT].wrong.discovery = lambda _document: {}
    answer = browser.post("/deconnexion")
    assert answer.status_code == 200
    assert "peut rester ouverte" in answer.text
    assert browser.get("/mon-espace").status_code == 303


def test_signing_out_twice_is_harmless(browser: Browser) -> None:
    assert browser.post("/deconnexion").status_code == 200
    assert browser.get("/deconnexion").status_code == 200
