"""« Me déconnecter partout », with providers at the other end."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from portal.ground.audit.models import AuditEntry
from portal.ground.db import Database
from portal.people.accounts.service import AgentView
from portal.people.identity.enums import Realm
from portal.people.identity.models import LoginSession
from tests.portal.people.conftest import COOKIES, Browser
from tests.portal.people.provider_double import Double, query_of

Open = Callable[[], Browser]
REALMS = pytest.mark.parametrize("realm", list(Realm))
PAGES = {Realm.RESIDENT: "/mon-espace/connexion", Realm.AGENT: "/agents/ma-connexion"}
HOMES = {Realm.RESIDENT: "/mon-espace", Realm.AGENT: "/agents/"}
FIREFOX = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"}


@REALMS
def test_every_device_meets_the_door_and_the_provider_is_left_too(
    open_browser: Open, doubles: dict[Realm, Double], claire: AgentView, database: Database, realm: Realm
) -> None:
    here, phone = open_browser(), open_browser()
    here.sign_in(realm)
    phone.sign_in(realm)
    answer = here.post(PAGES[realm], {"session": "toutes"})
    assert answer.status_code == 303
    asked = query_of(answer.headers["Location"])
    assert answer.headers["Location"].startswith(f"{doubles[realm].issuer}/session/end?")
    assert asked["id_token_hint"].count(".") == 2
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert here.cookie(COOKIES[realm]) is None
    for browser in (here, phone):
        assert "connexion" in browser.get(HOMES[realm]).headers["Location"]
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(LoginSession)) == 0
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "sessions_closed")).one()
        assert entry.details == {"realm": realm.value, "others": "1"}
    back = here.get(here.at_provider(answer.headers["Location"]))
    assert "Elle est fermée ici et chez" in back.text


def test_closing_this_very_session_is_signing_out(browser: Browser, open_browser: Open, database: Database) -> None:
    other = open_browser()
    other.sign_in(Realm.RESIDENT)
    browser.sign_in(Realm.RESIDENT)
    with database.reading() as session:
        latest = session.scalars(select(LoginSession.id).order_by(LoginSession.created_at.desc()).limit(1)).one()
    answer = browser.post(PAGES[Realm.RESIDENT], {"session": str(latest)})
    assert "/session/end?" in answer.headers["Location"]
    assert browser.get("/mon-espace").status_code == 303
    assert other.get("/mon-espace").status_code == 200


def test_when_the_provider_cannot_be_reached_all_is_closed_here_and_the_person_is_told(
    browser: Browser, open_browser: Open, doubles: dict[Realm, Double]
) -> None:
    phone = open_browser()
    browser.sign_in(Realm.RESIDENT)
    phone.sign_in(Realm.RESIDENT)
    published = browser.client.application.extensions["parvis_identity"][Realm.RESIDENT]._published
    published._metadata = None
    doubles[Realm.RESIDENT].wrong.discovery = lambda _document: {}
    answer = browser.post(PAGES[Realm.RESIDENT], {"session": "toutes"})
    assert answer.headers["Location"] == "/deconnexion"
    assert "peut rester ouverte" in browser.get("/deconnexion").text
    assert phone.get("/mon-espace").status_code == 303


def test_it_needs_the_forms_token(browser: Browser) -> None:
    browser.sign_in(Realm.RESIDENT)
    assert browser.post(PAGES[Realm.RESIDENT], {"session": "toutes"}, token="forged").status_code == 400
    assert browser.get("/mon-espace").status_code == 200


def test_a_sign_in_notes_the_device_in_coarse_words_only(browser: Browser, database: Database) -> None:
    browser.get(browser.callback(Realm.RESIDENT), headers=FIREFOX)
    with database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "signed_in")).one()
        row = session.scalars(select(LoginSession)).one()
        session.expunge_all()
    assert (row.browser_family, row.system_family) == ("Firefox", "windows")
    assert entry.details["browser"] == "Firefox"
    assert entry.details["system"] == "windows"
    assert not any("140" in value or "127.0.0.1" in value for value in entry.details.values())
    assert "Firefox sur un ordinateur Windows" in browser.get(PAGES[Realm.RESIDENT]).text
