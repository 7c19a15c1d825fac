"""A passer-by who reports a problem in the street, for tests."""

from typing import Any

from journeys.daily_services.reports import service
from portal.ground.db import Database
from tests.support.client import Browser, Page

NEW = "/quotidien/signalements/nouveau"
LIST = "/quotidien/signalements"
PLACE = {"genre": "lighting", "lieu": "devant le 8 quai des Moulins"}
REST = {"danger": "non", "texte": "Le lampadaire clignote.", "courriel": ""}


def reach_rest(browser: Browser, **changes: str) -> Page:
    """The last page of the form, for a place that nobody has reported."""
    browser.get(NEW)
    return browser.post(NEW, {"etape": "lieu", **PLACE, **changes}, 200)


def send_report(browser: Browser, *, rest: dict[str, Any] | None = None, **place: str) -> Page:
    """Walk the form to its end; the page that follows, with the code when there is no account."""
    page = reach_rest(browser, **place)
    if "C’est le même problème" in page.h1:
        page = browser.post(NEW, page.form(NEW), 200)
    sent = browser.post(NEW, {**page.form(NEW), **REST, **(rest or {})})
    return browser.follow(sent)


def code_on(page: Page) -> tuple[str, str]:
    """Reference and code, as shown after the sending."""
    shown = ["".join(one.itertext()) for one in page.all("dd", class_="num")]
    return shown[0].strip(), shown[1].strip()


def work_on_reports(database: Database) -> None:
    """What the worker does each minute."""
    with database.writing() as session:
        service.record_missing(session)
        service.tell_voices(session)
