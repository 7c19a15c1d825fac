"""The return from a provider: once, in time, to the browser that left, through the same door."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.ground import clock
from portal.ground.audit.models import AuditEntry
from portal.ground.db import Database
from portal.people.accounts.service import AgentView
from portal.people.identity.enums import Realm
from portal.people.identity.models import LoginAttempt, LoginSession
from portal.people.identity.service import purge_expired
from tests.portal.people.conftest import COOKIES, PATHS, Browser
from tests.portal.people.provider_double import Double

Open = Callable[[], Browser]
REALMS = pytest.mark.parametrize("realm", list(Realm))


def last_code(database: Database) -> str:
    with database.reading() as session:
        line = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert line is not None
        return line.details["code"]


@REALMS
def test_a_return_opened_twice_by_the_same_browser_goes_home_gently(
    browser: Browser, claire: AgentView, doubles: dict[Realm, Double], database: Database, realm: Realm
) -> None:
    back = browser.callback(realm, "/qui")
    assert browser.get(back).status_code == 303
    cookie = browser.cookie(COOKIES[realm])
    again = browser.get(back)
    assert (again.status_code, again.headers["Location"]) == (303, "/qui")
    assert browser.cookie(COOKIES[realm]) == cookie
    assert len(doubles[realm].calls("/token")) == 1
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(LoginSession)) == 1


@REALMS
def test_a_return_replayed_by_another_browser_is_refused(
    open_browser: Open, claire: AgentView, database: Database, realm: Realm
) -> None:
    mine, theirs = open_browser(), open_browser()
    back = mine.callback(realm)
    waiting = mine.cookie("connexion")
    assert mine.get(back).status_code == 303
    assert theirs.get(back).status_code == 400
    theirs.plant("connexion", waiting or "")
    assert theirs.get(back).status_code == 400
    assert last_code(database) == "attempt_replayed"
    assert theirs.cookie(COOKIES[realm]) is None


@REALMS
def test_a_replay_after_another_sign_in_is_refused(
    browser: Browser, claire: AgentView, database: Database, realm: Realm
) -> None:
    old = browser.callback(realm)
    browser.get(old)
    browser.sign_in(realm)
    assert browser.get(old).status_code == 400
    assert last_code(database) == "attempt_replayed"


@REALMS
def test_a_return_brought_to_another_browser_signs_nobody_in_and_still_serves_its_own(
    open_browser: Open, claire: AgentView, database: Database, realm: Realm
) -> None:
    mine, theirs = open_browser(), open_browser()
    back = mine.callback(realm)
    assert theirs.get(back).status_code == 400
    assert last_code(database) == "browser_foreign"
    theirs.sign_in(realm)
    assert theirs.get(back).status_code == 400
    assert mine.get(back).status_code == 303


@REALMS
def test_a_return_through_the_other_door_is_refused(
    browser: Browser, claire: AgentView, database: Database, realm: Realm
) -> None:
    other = Realm.AGENT if realm is Realm.RESIDENT else Realm.RESIDENT
    back = browser.callback(realm).replace(PATHS[realm], PATHS[other], 1)
    assert browser.get(back).status_code == 400
    assert last_code(database) == "state_unknown"
    assert browser.cookie(COOKIES[other]) is None


@REALMS
def test_a_return_after_ten_minutes_is_refused(browser: Browser, database: Database, realm: Realm) -> None:
    back = browser.callback(realm)
    with clock.shifted(timedelta(minutes=10, seconds=1)):
        assert browser.get(back).status_code == 400
    assert last_code(database) == "attempt_expired"


@pytest.mark.parametrize("state", ["", "é", "0" * 64, "A" * 64, "0" * 63, "0" * 65, "%00", "' OR 1=1 --", "\u202e"])
def test_a_state_that_is_not_ours_is_refused(browser: Browser, database: Database, state: str) -> None:
    browser.leave(Realm.RESIDENT)
    answer = browser.get("/connexion/usager/retour", query_string={"state": state, "code": "x"})
    assert answer.status_code == 400
    assert last_code(database) == "state_unknown"


def test_a_cookie_planted_before_the_departure_is_not_adopted(browser: Browser) -> None:
    planted = "f" * 64
    browser.plant("connexion", planted)
    browser.leave(Realm.RESIDENT)
    assert browser.cookie("connexion") not in {planted, None}


def test_departures_are_limited_by_address(open_browser: Open, database: Database) -> None:
    for _ in range(10):
        assert open_browser().leave(Realm.RESIDENT)
    browser = open_browser()
    answer = browser.post("/connexion/usager", {"suite": "/qui"})
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 300
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(LoginAttempt)) == 10
    with clock.shifted(timedelta(minutes=5)):
        assert browser.leave(Realm.RESIDENT)


def test_a_departure_needs_the_forms_token(browser: Browser) -> None:
    assert browser.post("/connexion/usager", token="forged").status_code == 400
    assert browser.get("/connexion/usager").status_code == 405


def test_old_attempts_are_forgotten(browser: Browser, database: Database) -> None:
    browser.leave(Realm.RESIDENT)
    with clock.shifted(timedelta(days=1, minutes=11)), database.writing() as session:
        purge_expired(session)
        assert session.scalar(select(func.count()).select_from(LoginAttempt)) == 0


HOSTILE = [
    "https://attacker.example", "http://attacker.example/", "//attacker.example", "///attacker.example",
    "////attacker.example", "/\\attacker.example", "\\\\attacker.example", "\\/attacker.example",
    "/\\/attacker.example",
    "https:attacker.example", "https:/attacker.example", "http:\\\\attacker.example", "javascript:alert(1)",
    "JaVaScRiPt:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:msgbox(1)",
    "mailto:a@attacker.example",
    " https://attacker.example", "\thttps://attacker.example", "\n//attacker.example", "/\t/attacker.example",
    "/\n/attacker.example", "/\r/attacker.example", "\x00//attacker.example", "/\x00/attacker.example",
    "attacker.example", "@attacker.example", "//attacker.example@127.0.0.1:8070/",
    "http://127.0.0.1:8070@attacker.example",
    "http://127.0.0.1:8070.attacker.example", "//127.0.0.1:8070/../..//attacker.example", "?suite=//attacker.example",
    "#//attacker.example", "./\\attacker.example", "..//attacker.example", "ftp://attacker.example",
    "//%61ttacker.example", "\u2028//attacker.example", "／／attacker.example", "//attacker。example",
    "/qui\r\nSet-Cookie: a=b", "/qui\r\nLocation: https://attacker.example", "/" + "a" * 5_000,
]  # fmt: skip


@pytest.mark.parametrize("suite", HOSTILE)
def test_the_way_back_never_leaves_the_site(browser: Browser, suite: str) -> None:
    answer = browser.sign_in(Realm.RESIDENT, suite)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/mon-espace")
    assert "Set-Cookie: a=b" not in str(answer.headers)
    shown = browser.get("/connexion", query_string={"suite": suite})
    assert (shown.status_code, shown.headers["Location"]) == (303, "/mon-espace")


@pytest.mark.parametrize(
    "suite", ["/%2F/attacker.example", "/.//attacker.example", "/;//attacker.example", "/qui?a=//b#//c"]
)
def test_paths_of_ours_that_look_odd_stay_ours(browser: Browser, suite: str) -> None:
    location = browser.sign_in(Realm.RESIDENT, suite).headers["Location"]
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))
