"""Following without an account: the door, the page, the papers, the way into the account."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from journeys.daily_services.reports.models import StreetReport
from portal.casework.requests import service as requests
from portal.engine.journey_kit.following import LIFE
from portal.ground import clock
from portal.ground.db import Database
from tests.support.client import Browser
from tests.support.papers import print_papers
from tests.support.reports import NEW, code_on, reach_rest, send_report
from tests.support.town import Town, angela, app, counted, sign_in, town, visitor

__all__ = ["angela", "app", "sign_in", "town", "visitor"]
DOOR = "/suivre"


def sent(browser: Browser) -> tuple[str, str]:
    return code_on(send_report(browser, rest={"courriel": "passante@usagers.example"}))


def opened(browser: Browser, reference: str, code: str) -> Browser:
    browser.get(DOOR)
    browser.post(DOOR, {"reference": reference, "code": code})
    return browser


def test_the_code_opens_the_request_on_another_device(
    visitor: Browser, angela: Browser, database: Database, town: Town
) -> None:
    reference, code = sent(visitor)
    other = Browser(visitor.app, visitor.settings, database)
    page = other.get(f"{DOOR}?reference={reference}", state="plain")
    assert page.field("reference")["value"] == reference
    page = other.follow(other.post(DOOR, {"reference": reference.lower().replace("-", " "), "code": code.lower()}))
    assert code not in page.text, "the code is shown where the form was sent, and nowhere else"
    with counted(database) as statements:
        page = other.get(f"{DOOR}/{reference}", state="open")
    assert len(statements) <= 12
    assert "Un lampadaire" not in page.title
    assert "Vous avez déposé la demande." in page.text
    page = other.get(f"{DOOR}/{reference}/accuse", state="plain")
    assert "Personne sans compte" in page.text
    angela.get(f"/demandes/{reference}", 404)


def test_without_the_code_there_is_nothing(visitor: Browser, database: Database) -> None:
    reference, _code = sent(visitor)
    other = Browser(visitor.app, visitor.settings, database)
    for path in ("", "/accuse", "/accuse.pdf", "/decision"):
        assert other.get(f"{DOOR}/{reference}{path}", 303).location.startswith(DOOR + "?")
    for path in ("/messages", "/accuse/pdf"):
        assert other.post(f"{DOOR}/{reference}{path}", {"texte": "x"}).location.startswith(DOOR + "?")
    with database.reading() as session:
        request_id = session.scalars(select(StreetReport.request_id)).one()
        assert request_id


@pytest.mark.parametrize(
    ("typed", "target"),
    [
        ({"reference": "", "code": "7F3K-M2BC"}, "reference"),
        ({"reference": "VSI-7F3K-2M", "code": ""}, "code"),
        ({"reference": "VSI-7F3K-2M", "code": "7F3K-M2BC"}, "reference"),
        ({"reference": "<b>" * 500, "code": "'; --"}, "reference"),
    ],
)
def test_the_door_says_what_is_missing(visitor: Browser, typed: dict[str, str], target: str) -> None:
    visitor.get(DOOR)
    page = visitor.post(DOOR, typed, 422, state="errors")
    assert page.all("a", href=f"#{target}")
    assert page.field("reference")["value"] == typed["reference"][:40]


def test_guessing_is_bounded_for_a_network_and_for_a_request(visitor: Browser, database: Database) -> None:
    reference, code = sent(visitor)
    other = Browser(visitor.app, visitor.settings, database)
    for _attempt in range(10):
        other.post(DOOR, {"reference": reference, "code": "2222-2222"}, 422)
    page = other.post(DOOR, {"reference": reference, "code": code}, 429, state="too many")
    assert page.response.headers["Retry-After"]
    for number in range(10):
        with clock.shifted(timedelta(minutes=10 * (number + 1))):
            other.post(DOOR, {"reference": reference, "code": "2222-2222"}, None)
    with clock.shifted(timedelta(hours=2)):
        answers = [other.post(DOOR, {"reference": reference, "code": "2222-2222"}, None).status for _turn in range(6)]
    assert 429 in answers, "the request itself is guarded, whatever the network"


def test_messages_pass_both_ways(visitor: Browser, database: Database, town: Town) -> None:
    reference, _code = sent(visitor)
    path = f"{DOOR}/{reference}"
    page = visitor.post(f"{path}/messages", {"texte": " "}, 422, state="errors")
    form = page.form(f"{path}/messages")
    page = visitor.follow(visitor.post(f"{path}/messages", {**form, "texte": "C’est près du banc."}), state="written")
    assert "C’est près du banc." in page.text
    agent = town.agent(town.commune.agents["j.ferrand"])
    with database.writing() as session:
        requests.request_information(session, agent, reference, "De quel côté ?", idempotency_key="q")
    page = visitor.get(path, state="asked")
    assert "De quel côté ?" in page.text
    visitor.post(f"{path}/messages", {**page.form(f"{path}/messages"), "texte": "Côté pont."})
    with database.writing() as session:
        assert requests.get_request(session, agent, reference, journal=session).status.value == "in_progress"
        requests.decide(session, agent, reference, "accepted", "C’est réparé.", idempotency_key="fin")
    page = visitor.get(path, state="decided")
    assert "C’est réparé." in page.text
    page = visitor.get(f"{path}/decision", state="decision")
    assert "C’est réparé." in page.text


def test_the_paper_is_a_file_too(visitor: Browser, database: Database) -> None:
    reference, _code = sent(visitor)
    path = f"{DOOR}/{reference}/accuse"
    visitor.get(f"{path}.pdf", 404)
    visitor.post(f"{path}/pdf")
    print_papers(visitor.app, database)
    assert visitor.get(f"{path}.pdf").response.data.startswith(b"%PDF")


def test_an_hour_later_or_once_closed_the_code_is_asked_again(visitor: Browser) -> None:
    reference, _code = sent(visitor)
    with clock.shifted(LIFE + timedelta(minutes=1)):
        visitor.get(f"{DOOR}/{reference}", 303)
    visitor.get(f"{DOOR}/{reference}")
    visitor.post(f"{DOOR}/{reference}/fermer")
    visitor.get(f"{DOOR}/{reference}", 303)


def test_an_account_takes_it_over(visitor: Browser, angela: Browser, database: Database) -> None:
    reference, code = sent(visitor)
    path = f"{DOOR}/{reference}"
    assert "Se connecter pour le rattacher" in visitor.get(path).text
    visitor.post(f"{path}/rattacher", {}, 303)
    angela.get(DOOR)
    assert angela.post(f"{path}/rattacher").location.startswith(DOOR), "the code comes first"
    opened(angela, reference, code)
    page = angela.get(path, state="signed in")
    page = angela.follow(angela.post(f"{path}/rattacher", page.form(f"{path}/rattacher")))
    assert page.h1.startswith("Signaler un problème")
    assert "rattaché ce dossier à votre compte" in page.text
    assert visitor.get(path, 303).location.endswith(f"/demandes/{reference}")
    visitor.get(DOOR)
    visitor.post(DOOR, {"reference": reference, "code": code}, 422)


def test_a_request_sent_signed_in_has_no_code(angela: Browser) -> None:
    page = reach_rest(angela)
    answer = angela.post(NEW, {**page.form(NEW), "danger": "non"})
    reference = answer.location.rpartition("/")[2]
    angela.get(f"{DOOR}/{reference}", 303)
