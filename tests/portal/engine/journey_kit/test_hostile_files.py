"""The whole corpus sent to the running portal, with the antivirus up, down and slow: refused, or kept apart."""

from collections.abc import Iterator
from resource import RUSAGE_SELF, getrusage

import pytest
from flask import Flask

from portal.app import create_app
from portal.ground.db import Database
from portal.ground.settings import Settings
from portal.people.accounts.service import AccountView
from tests.portal.casework.documents.corpus import HOSTILE, INFECTED
from tests.support.clamd import FakeClamd
from tests.support.client import Browser
from tests.support.evidence import STEP, add_file, documents_on, reach_evidence
from tests.support.town import Town

pytestmark = pytest.mark.slow

AN_HOUR = 50  # of the sixty files that a person may send within an hour
# pdf, jpeg and png are asked for here: the others are refused for their type, whatever is inside.
SENT = [(name, declared, make) for name, declared, make, _refusal in HOSTILE]


@pytest.fixture
def clamd(scanner: str) -> Iterator[FakeClamd]:
    running = FakeClamd()
    if scanner == "down":
        running.stop()
    yield running
    if scanner != "down":
        running.stop()


def browsers(app: Flask, settings: Settings, database: Database, town: Town) -> Iterator[Browser]:
    """One person after the other, at the step that asks for files."""
    people: list[AccountView] = [town.angela, town.layla]
    for who in people:
        browser = Browser(app, settings, database).sign_in(who)
        reach_evidence(browser)
        yield browser


def send_corpus(browser: Browser, others: Iterator[Browser]) -> None:
    for start in range(0, len(SENT), AN_HOUR):
        sender = browser if start == 0 else next(others)
        for name, declared, make in SENT[start : start + AN_HOUR]:
            page = add_file(sender, make(), name, declared, expect=422)
            assert page.title.startswith("Erreur : "), name
        assert documents_on(sender.get(STEP)) == []


@pytest.mark.parametrize("scanner", ["up", "down", "slow"])
def test_every_hostile_file_is_refused_or_kept_apart(
    settings: Settings, database: Database, town: Town, clamd: FakeClamd, scanner: str
) -> None:
    guarded = settings.model_copy(update={"clamd": clamd.address})
    app = create_app(guarded, database, propagate=True)
    before = getrusage(RUSAGE_SELF).ru_maxrss
    people = browsers(app, guarded, database, town)
    browser = next(people)
    if scanner != "slow":  # what is refused before the antivirus is asked does not wait for it
        send_corpus(browser, people)
    clamd.mood = "slow" if scanner == "slow" else "normal"
    infected = [case for case in INFECTED if case[0].endswith(".pdf")][: 1 if scanner == "slow" else None]
    for name, declared, make in infected:
        page = add_file(browser, make(), name, declared, expect=None)
        assert page.status == (422 if scanner == "up" else 303), name
    waiting = documents_on(browser.get(STEP))
    assert len(waiting) == (0 if scanner == "up" else len(infected))
    for one in waiting:
        assert b"%PDF" not in browser.get(f"/documents/{one}", 409).response.data
    kept = [path for path in (guarded.data_dir / "documents").rglob("*") if path.is_file()]
    assert len(kept) == len(waiting), "nothing of what was refused stays"
    grown = (getrusage(RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < 200, f"{grown:.0f} MB more than before"
