"""Sessions: rotated, limited in time, ended at once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from portal.ground import clock
from portal.ground.db import Database
from portal.ground.errors import NotFound
from portal.ground.settings import Settings
from portal.ground.vault.models import DataKey
from portal.people.accounts.models import Account
from portal.people.accounts.service import AgentView, set_agent_active
from portal.people.identity.cookies import session_cookie_name
from portal.people.identity.enums import Realm
from portal.people.identity.models import LoginSession
from portal.people.identity.service import end_all_sessions, end_own_session, list_sessions, purge_expired
from tests.portal.people.conftest import BASE, COOKIES, Browser, build

Open = Callable[[], Browser]
REALMS = pytest.mark.parametrize("realm", list(Realm))
HOMES = {Realm.RESIDENT: "/mon-espace", Realm.AGENT: "/agents/"}
IDLE = {Realm.RESIDENT: timedelta(minutes=30), Realm.AGENT: timedelta(minutes=60)}


def count(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(LoginSession)) or 0


@REALMS
def test_the_cookie_is_not_readable_by_scripts_nor_sent_by_other_sites(
    browser: Browser, claire: AgentView, realm: Realm
) -> None:
    cookies = browser.sign_in(realm).headers.getlist("Set-Cookie")
    given = next(line for line in cookies if line.startswith(f"parvis-essai-{COOKIES[realm]}="))
    assert "HttpOnly" in given
    assert "SameSite=Lax" in given
    assert "Path=/" in given
    assert "Domain" not in given
    assert "Max-Age" not in given
    assert len(given.split("=", 1)[1].split(";")[0]) == 64


def test_under_https_the_cookies_are_bound_to_the_host(known: Settings, database: Database, authority: object) -> None:
    secure = known.model_copy(update={"public_url": "https://services.valmont-sur-iselle.example"})
    assert session_cookie_name(secure, Realm.RESIDENT) == "__Host-parvis-essai-usager"
    assert session_cookie_name(secure, Realm.AGENT) == "__Host-parvis-essai-agent"
    client = build(secure, database).test_client()
    base = secure.public_url
    token = client.get("/jeton", base_url=base).text
    answer = client.post(
        "/connexion/usager", data={"csrf_token": token}, base_url=base, headers={"Referer": f"{base}/connexion"}
    )
    assert answer.status_code == 303
    line = next(text for text in answer.headers.getlist("Set-Cookie") if "-connexion=" in text)
    assert line.startswith("__Host-parvis-essai-connexion=")
    assert "Secure" in line


@REALMS
def test_a_session_given_by_an_attacker_is_not_adopted(browser: Browser, claire: AgentView, realm: Realm) -> None:
    planted = "e" * 64
    browser.plant(COOKIES[realm], planted)
    browser.sign_in(realm)
    assert browser.cookie(COOKIES[realm]) != planted
    browser.plant(COOKIES[realm], planted)
    assert browser.get(HOMES[realm]).status_code == 303


@REALMS
def test_signing_in_again_rotates_the_id_and_ends_the_former(
    browser: Browser, claire: AgentView, database: Database, realm: Realm
) -> None:
    browser.sign_in(realm)
    former = browser.cookie(COOKIES[realm]) or ""
    browser.sign_in(realm)
    latter = browser.cookie(COOKIES[realm]) or ""
    assert former != latter
    assert count(database) == 1
    browser.plant(COOKIES[realm], former)
    assert browser.get(HOMES[realm]).status_code == 303
    browser.plant(COOKIES[realm], latter)
    assert browser.get(HOMES[realm]).status_code == 200


@REALMS
def test_a_session_left_alone_is_over(browser: Browser, claire: AgentView, realm: Realm) -> None:
    browser.sign_in(realm)
    with clock.shifted(IDLE[realm] - timedelta(minutes=1)):
        assert browser.get(HOMES[realm]).status_code == 200
    with clock.shifted(2 * IDLE[realm] - timedelta(minutes=2)):
        assert browser.get(HOMES[realm]).status_code == 200, "each use starts the time again"
    with clock.shifted(3 * IDLE[realm] + timedelta(minutes=1)):
        assert browser.get(HOMES[realm]).status_code == 303


@REALMS
def test_twelve_hours_end_even_a_busy_session(browser: Browser, claire: AgentView, realm: Realm) -> None:
    browser.sign_in(realm)
    for minutes in range(25, 12 * 60, 25):
        with clock.shifted(timedelta(minutes=minutes)):
            assert browser.get(HOMES[realm]).status_code == 200
    with clock.shifted(timedelta(hours=12, seconds=1)):
        assert browser.get(HOMES[realm]).status_code == 303


def test_a_reading_page_writes_at_most_once_a_minute(browser: Browser, database: Database) -> None:
    browser.sign_in(Realm.RESIDENT)
    written: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.lstrip().upper().startswith(("SELECT", "PRAGMA", "BEGIN")):
            written.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    for _ in range(3):
        browser.get("/mon-espace")
    assert written == []
    with clock.shifted(timedelta(seconds=61)):
        for _ in range(3):
            browser.get("/mon-espace")
    assert len(written) == 1
    assert "last_seen_at" in written[0]


def test_a_disabled_agent_is_out_at_the_next_request(browser: Browser, claire: AgentView, database: Database) -> None:
    browser.sign_in(Realm.AGENT)
    with database.writing() as session:
        set_agent_active(session, claire.id, False)
    assert browser.get("/agents/").status_code == 303
    answer = browser.sign_in(Realm.AGENT)
    assert answer.status_code == 403
    assert "Votre accès est fermé" in answer.text


def test_the_authority_ends_every_session_of_an_agent(
    open_browser: Open, claire: AgentView, database: Database
) -> None:
    first, second = open_browser(), open_browser()
    first.sign_in(Realm.AGENT)
    second.sign_in(Realm.AGENT)
    with database.writing() as session:
        assert end_all_sessions(session, agent_id=claire.id) == 2
        with pytest.raises(ValueError, match="one of"):
            end_all_sessions(session)
    assert first.get("/agents/").status_code == 303
    assert second.get("/agents/").status_code == 303


def test_a_resident_sees_and_ends_own_sessions_only(open_browser: Open, database: Database, doubles: dict) -> None:
    home, office, stranger = open_browser(), open_browser(), open_browser()
    home.sign_in(Realm.RESIDENT)
    office.get(office.callback(Realm.RESIDENT), headers={"User-Agent": "Mozilla/5.0 Firefox/140.0"})
    doubles[Realm.RESIDENT].person["sub"] = "c" * 64
    stranger.sign_in(Realm.RESIDENT)
    with database.writing() as session:
        mine, theirs = session.scalars(select(Account.id).order_by(Account.created_at)).all()
        views = list_sessions(session, account_id=mine)
        assert {view.browser_family for view in views} == {"", "Firefox"}
        with pytest.raises(NotFound):
            end_own_session(session, views[0].id, account_id=theirs)
        end_own_session(session, next(view.id for view in views if view.browser_family == "Firefox"), account_id=mine)
    assert office.get("/mon-espace").status_code == 303
    assert home.get("/mon-espace").status_code == 200
    assert stranger.get("/mon-espace").status_code == 200


def test_ended_sessions_are_purged_with_what_they_sealed(browser: Browser, database: Database) -> None:
    browser.sign_in(Realm.RESIDENT)
    with database.reading() as session:
        key = session.scalars(select(LoginSession.data_key_id)).one()
    with clock.shifted(timedelta(hours=13)), database.writing() as session:
        purge_expired(session)
    assert count(database) == 0
    with database.reading() as session:
        assert session.get_one(DataKey, key).wrapped is None


@pytest.mark.parametrize("value", ["", "x", "0" * 64, "0" * 63, "A" * 64, "0" * 10_000, "é" * 64, "0" * 63 + "\u0660"])
def test_a_cookie_that_is_not_a_session_is_nobody(portal: Flask, value: str) -> None:
    sent = {"Cookie": f"parvis-essai-usager={value}".encode().decode("latin-1")}
    answer = portal.test_client(use_cookies=False).get("/qui", base_url=BASE, headers=sent)
    assert answer.text == "anonymous|None|"


def test_the_cookies_of_flask_login_and_flask_sign_nobody_in(
    browser: Browser, portal: Flask, database: Database
) -> None:
    browser.sign_in(Realm.RESIDENT)
    with database.reading() as session:
        known = str(session.scalars(select(LoginSession.id)).one())
    signer = portal.session_interface.get_signing_serializer(portal)
    assert signer is not None
    browser.client.delete_cookie("parvis-essai-usager", domain="127.0.0.1")
    browser.client.set_cookie("remember_token", known, domain="127.0.0.1")
    browser.plant("formulaire", signer.dumps({"_user_id": known, "_fresh": True}))
    assert browser.who("/qui") == "anonymous|None|"
