"""A form sent after the session ended: given back to the person who typed it, to nobody else."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.ground import clock
from portal.ground.db import Database
from portal.ground.vault.models import DataKey
from portal.people.accounts.models import Account
from portal.people.identity.enums import Realm
from portal.people.identity.models import StashedForm
from portal.people.identity.service import drop_stash, purge_expired, take_stash
from tests.portal.people.conftest import Browser
from tests.portal.people.provider_double import Double, query_of

Open = Callable[[], Browser]
PATH = "/demarches/essai/etape"
TYPED = {"nom": "Ndèye", "jours": ["lundi", "mardi"], "precision": "près de l’école\n2e étage"}
LATER = timedelta(minutes=31)


def send_late(browser: Browser, data: dict[str, Any] | None = None) -> str:
    """Sign in, wait too long, send the form; return where the person is sent."""
    browser.sign_in(Realm.RESIDENT)
    with clock.shifted(LATER):
        answer = browser.post(PATH, TYPED if data is None else data)
    assert answer.status_code == 303
    return answer.headers["Location"]


def suite_of(location: str) -> str:
    assert location.startswith("/connexion?suite=")
    return query_of(location)["suite"]


def count(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(StashedForm)) or 0


def test_what_was_typed_comes_back_after_the_sign_in(browser: Browser, database: Database) -> None:
    location = send_late(browser)
    suite = suite_of(location)
    assert suite.startswith(f"{PATH}?reprise=")
    with clock.shifted(LATER):
        assert "Ce que vous aviez saisi est gardé 30 minutes" in browser.get(location).text
        answer = browser.sign_in(Realm.RESIDENT, suite)
        assert answer.headers["Location"] == suite
        kept = browser.get(suite).text
        assert kept == repr({name: value if isinstance(value, list) else [value] for name, value in TYPED.items()})
        assert browser.get(suite).text == kept, "the page may be reloaded"
    assert browser.cookie("connexion") is None


def test_what_was_typed_is_sealed(browser: Browser, database: Database) -> None:
    send_late(browser, {"nom": "Ndèye-Marqueur"})
    with database.reading() as session:
        row = session.scalars(select(StashedForm)).one()
        assert b"Marqueur" not in row.sealed
        assert row.path == PATH


def test_neither_files_nor_the_forms_token_are_kept(browser: Browser) -> None:
    location = send_late(browser, {"nom": "A", "piece": (io.BytesIO(b"secret"), "piece.pdf")})
    with clock.shifted(LATER):
        browser.sign_in(Realm.RESIDENT, suite_of(location))
        assert browser.get(suite_of(location)).text == repr({"nom": ["A"]})


def test_nothing_is_given_before_the_sign_in(browser: Browser, database: Database) -> None:
    suite = suite_of(send_late(browser))
    with database.reading() as session:
        account = session.scalars(select(Account.id)).one()
        with clock.shifted(LATER):
            assert take_stash(session, query_of(suite)["reprise"], account) is None


def test_another_person_on_the_same_computer_gets_nothing(browser: Browser, doubles: dict[Realm, Double]) -> None:
    suite = suite_of(send_late(browser))
    doubles[Realm.RESIDENT].person["sub"] = "d" * 64
    with clock.shifted(LATER):
        browser.sign_in(Realm.RESIDENT, suite)
        assert browser.get(suite).text == "None"


def test_the_same_person_on_another_computer_gets_nothing(open_browser: Open) -> None:
    suite = suite_of(send_late(open_browser()))
    elsewhere = open_browser()
    with clock.shifted(LATER):
        elsewhere.sign_in(Realm.RESIDENT, suite)
        assert elsewhere.get(suite).text == "None"


def test_it_is_gone_after_half_an_hour(browser: Browser, database: Database) -> None:
    suite = suite_of(send_late(browser))
    with database.reading() as session:
        key = session.scalars(select(StashedForm.data_key_id)).one()
    with clock.shifted(LATER + timedelta(minutes=30, seconds=5)):
        browser.sign_in(Realm.RESIDENT, suite)
        assert browser.get(suite).text == "None"
        with database.writing() as session:
            purge_expired(session)
            assert session.get_one(DataKey, key).wrapped is None
    assert count(database) == 0


def test_it_is_erased_once_saved_by_its_owner_only(browser: Browser, database: Database) -> None:
    token = query_of(suite_of(send_late(browser)))["reprise"]
    with clock.shifted(LATER), database.writing() as session:
        account = session.scalars(select(Account.id)).one()
        drop_stash(session, token, session.scalars(select(DataKey.id)).first() or account)
        assert session.scalar(select(func.count()).select_from(StashedForm)) == 1
        drop_stash(session, token, account)
        assert session.scalar(select(func.count()).select_from(StashedForm)) == 0


@pytest.mark.parametrize("size", [70_000])
def test_more_than_the_limit_is_not_kept_and_the_way_back_is(browser: Browser, database: Database, size: int) -> None:
    assert suite_of(send_late(browser, {"texte": "x" * size})) == PATH
    assert count(database) == 0


def test_a_form_sent_by_nobody_we_know_is_not_kept(browser: Browser, database: Database) -> None:
    answer = browser.post(PATH, TYPED)
    assert suite_of(answer.headers["Location"]) == PATH
    assert count(database) == 0


def test_a_form_sent_after_a_sign_out_is_not_kept(browser: Browser, database: Database) -> None:
    browser.sign_in(Realm.RESIDENT)
    cookie = browser.cookie("usager") or ""
    browser.post("/deconnexion")
    browser.plant("usager", cookie)
    assert suite_of(browser.post(PATH, TYPED).headers["Location"]) == PATH
    assert count(database) == 0


def test_the_door_promises_nothing_for_an_invented_token(browser: Browser) -> None:
    page = browser.get("/connexion", query_string={"suite": f"{PATH}?reprise={'0' * 64}"})
    assert "gardé 30 minutes" not in page.text
