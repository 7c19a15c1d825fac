"""The pages of the journey, as people meet them."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from journeys.participation.enums import Residence
from journeys.participation.jobs import forget_voters
from journeys.participation.journey import JOURNEY
from journeys.participation.policy import APPEAL
from journeys.participation.service import close_early, list_codes, read_turnout
from journeys.participation.shapes import PollView, Question
from portal.casework.catalogue.journeys import import_journey
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.permissions import SYSTEM
from portal.ground.settings import Settings
from portal.people.accounts.service import ResidentClaims, link_resident
from tests.support.client import Browser, Page
from tests.support.polls import MARKET, STREET, close_and_count, fill, make_poll, open_poll, supervisor
from tests.support.town import ISSUER, Town, counted

CODE = re.compile(r"(?:[A-Z2-7]{4}-){4}[A-Z2-7]{4}")
HOSTILE = "<script>alert(1)</script>=1+1"


def base(poll: PollView) -> str:
    return f"/participer/{poll.slug}"


def answered(browser: Browser, poll: PollView, *, state: str = "", expect: int = 200, **answers: str) -> Page:
    """Choose, read again, vote."""
    browser.get(base(poll))
    confirm = browser.post(f"{base(poll)}/verifier", answers, expect=200)
    return browser.post(f"{base(poll)}/voter", confirm.form(), expect=expect, state=state)


def test_nothing_is_asked_yet(visitor: Browser) -> None:
    page = visitor.get("/participer", state="empty")
    assert "Aucun sondage n’est ouvert aujourd’hui." in page.text


def test_what_is_asked_what_was_answered_and_what_else(visitor: Browser, database: Database, town: Town) -> None:
    today = clock.today()
    over = make_poll(database, town, title="Le marché", opens_on=today - timedelta(days=9), closes_on=today)
    fill(database, over, [(1,)] * 12)
    make_poll(database, town)
    open_poll(database, town)
    later = today + timedelta(days=1)
    make_poll(database, town, title="Plus tard", opens_on=later, closes_on=later)
    make_poll(database, town, publish=False, title="En préparation")
    with database.writing() as session:
        close_early(session, supervisor(town), over.id, "Assez de réponses.")
        import_journey(session, JOURNEY, actor=SYSTEM)
    counting = visitor.get("/participer")
    assert "dépouillement en cours" in counting.text
    close_and_count(database, over)
    with counted(database) as statements:
        page = visitor.get("/participer", state="full")
    assert len(statements) <= 2
    assert list(page.links())[1:5] == [
        "La rue des Tanneurs le dimanche",
        "Le nom du futur square",
        "Plus tard",
        "Le marché",
    ]
    assert page.links()["Proposer une idée à la commune"] == "/demarches/proposer-une-idee"
    assert "12 réponses" in page.text
    assert page.text.count("non représentatif") == 1


def test_angela_votes_once(visitor: Browser, angela: Browser, database: Database, town: Town) -> None:
    poll = make_poll(database, town, questions=(STREET, MARKET), min_age=16)
    with counted(database) as statements:
        door = visitor.get(base(poll), state="door")
    assert len(statements) <= 2
    assert door.links()["S’identifier et répondre"] == f"/connexion?suite={base(poll)}"
    assert "À partir de 16 ans, le jour du vote." in door.text
    with counted(database) as statements:
        form = angela.get(base(poll), state="form")
    assert len(statements) <= 7, "who she is (with the key of her session), and whether she voted"
    assert len(form.all("input", type="radio")) == 7
    confirm = angela.post(f"{base(poll)}/verifier", {"question_1": "2", "question_2": "0"}, expect=200, state="confirm")
    assert "Oui, d’avril à septembre" in confirm.text
    assert "Sans avis" in confirm.text
    changed = angela.post(f"{base(poll)}/voter", {**confirm.form(), "then": "changer"}, expect=200, state="form")
    assert [one.get("value") for one in changed.all("input", checked="")] == ["2", "0"]
    receipt = angela.post(f"{base(poll)}/voter", confirm.form(), expect=200, state="receipt")
    assert receipt.h1 == "Votre vote est pris en compte"
    [code] = CODE.findall(receipt.text)
    assert code not in str(receipt.response.headers)
    again = angela.post(f"{base(poll)}/voter", confirm.form(), expect=409, state="refused")
    assert again.h1 == "Vous avez déjà voté"
    assert not CODE.search(again.text)
    assert angela.get(base(poll), state="voted").all("form") == []
    angela.post(f"{base(poll)}/verifier", {"question_1": "1", "question_2": "1"}, expect=409, state="refused")
    fill(database, poll, [(1, 1)] * 12)
    close_and_count(database, poll)
    with database.reading() as session:
        assert code in list_codes(session, poll.id)
    codes = angela.get(f"{base(poll)}/codes.csv")
    assert code in codes.response.get_data(as_text=True)


def test_a_visitor_who_posts_is_sent_to_sign_in_and_nothing_is_kept(
    visitor: Browser, database: Database, town: Town
) -> None:
    poll = make_poll(database, town)
    for act in ("verifier", "voter"):
        sent = visitor.post(f"{base(poll)}/{act}", {"question_1": "1"})
        assert sent.location == f"/connexion?suite=%2Fparticiper%2F{poll.slug}"
    with database.reading() as session:
        assert read_turnout(session, poll.id).marks == 0


def test_a_session_that_ended_keeps_no_choice(angela: Browser, database: Database, town: Town) -> None:
    """The form of a vote is the one form that is not put aside: it would be kept under the person's name."""
    poll = make_poll(database, town)
    angela.get(base(poll))
    with clock.shifted(timedelta(days=2)):
        sent = angela.post(f"{base(poll)}/voter", {"question_1": "1"})
    assert sent.location == f"/connexion?suite=%2Fparticiper%2F{poll.slug}"


def test_without_account_one_answer_a_device(visitor: Browser, database: Database, town: Town, app: Flask) -> None:
    poll = open_poll(database, town)
    with counted(database) as statements:
        page = visitor.get(base(poll), state="form")
    assert len(statements) <= 3
    assert "Non représentatif" in page.text
    receipt = answered(visitor, poll, question_1="3", state="receipt")
    assert CODE.search(receipt.text)
    cookie = next(value for value in receipt.response.headers.getlist("Set-Cookie") if "-sondages=" in value)
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    visitor.post(f"{base(poll)}/voter", {"question_1": "1"}, expect=409, state="refused")
    assert "Une réponse de cet appareil" in visitor.get(base(poll), state="voted").text
    other = Browser(app, visitor.settings, database)
    answered(other, poll, question_1="1")
    with database.reading() as session:
        assert read_turnout(session, poll.id).marks == 2


def test_a_forged_cookie_is_replaced_and_a_machine_is_slowed_down(
    visitor: Browser, database: Database, town: Town
) -> None:
    poll = open_poll(database, town)
    for number in range(5):
        visitor.http.delete_cookie(f"parvis-{visitor.settings.instance_id}-sondages", domain="127.0.0.1")
        if number == 0:
            visitor.http.set_cookie(f"parvis-{visitor.settings.instance_id}-sondages", "é" * 500, domain="127.0.0.1")
        visitor.post(f"{base(poll)}/voter", {"question_1": "1"}, expect=200)
    visitor.http.delete_cookie(f"parvis-{visitor.settings.instance_id}-sondages", domain="127.0.0.1")
    slowed = visitor.post(f"{base(poll)}/voter", {"question_1": "1"}, expect=429)
    assert int(slowed.response.headers["Retry-After"]) <= 60
    with database.reading() as session:
        assert read_turnout(session, poll.id).marks == 5


@pytest.mark.parametrize(
    "typed",
    [{}, {"question_1": "4"}, {"question_1": "-1"}, {"question_1": HOSTILE}, {"question_1": "1" * 5_000},
     {"question_1": "١"}],
)  # fmt: skip
def test_an_answer_that_is_no_choice_is_pointed_at(
    angela: Browser, database: Database, town: Town, typed: dict[str, str]
) -> None:
    poll = make_poll(database, town, questions=(STREET, MARKET))
    for act in ("verifier", "voter"):
        page = angela.post(f"{base(poll)}/{act}", {**typed, "question_2": "2"}, expect=422, state="error")
        assert page.links()[f"Choisissez une réponse à la question « {STREET.text} »."] == "#question_1"
        assert [one.get("value") for one in page.all("input", checked="")] == ["2"], "what was chosen is kept"
        assert "<script>alert" not in page.html


def test_who_is_not_concerned_is_told(angela: Browser, database: Database, town: Town) -> None:
    poll = make_poll(database, town, residence=Residence.RESIDENT)
    assert "Les personnes qui habitent la commune." in angela.get(base(poll)).text
    refused = angela.post(
        f"{base(poll)}/verifier", {"question_1": "1", "concerned": "non"}, expect=409, state="refused"
    )
    assert refused.h1 == "Ce sondage ne vous est pas adressé"
    assert "04 65 71 20 10" in refused.text
    answered(angela, poll, question_1="1", concerned="oui")


def test_an_age_that_cannot_be_checked_is_told(sign_in: Callable[..., Browser], database: Database, town: Town) -> None:
    poll, old = make_poll(database, town, min_age=18), town.yves
    with database.writing() as session:
        child = link_resident(session, issuer=ISSUER, sub="enfant", claims=ResidentClaims(family_name="ESSAI"))
    refused = sign_in(child).post(f"{base(poll)}/verifier", {"question_1": "1"}, expect=409, state="refused")
    assert refused.h1 == "Nous ne pouvons pas vérifier votre âge"
    answered(sign_in(old), poll, question_1="1")


def test_before_and_after(visitor: Browser, angela: Browser, database: Database, town: Town) -> None:
    tomorrow = clock.today() + timedelta(days=1)
    poll = make_poll(database, town, opens_on=tomorrow, closes_on=tomorrow)
    assert "Vous pourrez répondre du" in visitor.get(base(poll), state="upcoming").text
    early = angela.post(f"{base(poll)}/verifier", {"question_1": "1"}, expect=409, state="refused")
    assert early.h1 == "Ce sondage n’est pas encore ouvert"
    with clock.frozen(poll.closes_at + timedelta(seconds=1)):
        again = Browser(angela.app, angela.settings, database).sign_in(town.angela)
        assert "Les bulletins vont être comptés" in again.get(base(poll), state="counting").text
        late = again.post(f"{base(poll)}/voter", {"question_1": "1"}, expect=409, state="refused")
        assert late.h1 == "Ce sondage est terminé"


def test_results_one_page_a_question(visitor: Browser, database: Database, town: Town) -> None:
    poll = make_poll(database, town, questions=(STREET, MARKET))
    ballots = [(1, 1)] * 30 + [(1, 2)] * 11 + [(2, 1)] * 12 + [(2, 2)] * 13 + [(3, 1)] * 14 + [(3, 2)] * 15
    fill(database, poll, ballots)
    visitor.get(f"{base(poll)}/resultats/1", expect=404)
    visitor.get(f"{base(poll)}/resultats.csv", expect=404)
    close_and_count(database, poll)
    with counted(database) as statements:
        page = visitor.get(base(poll), state="results")
    assert len(statements) <= 2
    assert "« Oui, toute l’année » arrive en tête avec 43 %." in page.text
    assert "95 réponses" in page.text
    assert "Consultatif" in page.text
    second = visitor.get(f"{base(poll)}/resultats/2", state="results")
    assert "« Oui » arrive en tête avec 59 %." in second.text
    with counted(database) as statements:
        cross = visitor.get(f"{base(poll)}/croisement", state="chart")
    assert len(statements) <= 2
    assert "au moins onze personnes" in cross.text
    for number in ("0", "3", "99999999999999999999"):
        visitor.get(f"{base(poll)}/resultats/{number}", expect=404)


def test_a_small_group_is_not_described(visitor: Browser, database: Database, town: Town) -> None:
    poll = make_poll(database, town, questions=(STREET, MARKET))
    fill(database, poll, [(1, 1)] * 40 + [(2, 2)] * 10)
    close_and_count(database, poll)
    page = visitor.get(f"{base(poll)}/croisement", state="too small")
    assert page.all("svg", role="img") == []
    assert "moins de onze personnes" in page.text


def test_ten_ballots_are_not_detailed(visitor: Browser, database: Database, town: Town) -> None:
    poll = make_poll(database, town)
    fill(database, poll, [(1,)] * 10)
    close_and_count(database, poll)
    page = visitor.get(base(poll), state="too small")
    assert "Trop peu de réponses pour les détailler" in page.text
    assert "10 réponses" in page.text
    assert STREET.choices[0] not in page.text
    assert STREET.choices[0] not in visitor.get(f"{base(poll)}/resultats.csv").response.get_data(as_text=True)


def test_an_open_poll_says_everywhere_that_it_represents_nobody(
    visitor: Browser, database: Database, town: Town
) -> None:
    poll = open_poll(database, town, questions=(STREET, MARKET))
    fill(database, poll, [(one, other) for one in (1, 2, 3) for other in (1, 2)] * 12)
    close_and_count(database, poll)
    page = visitor.get(base(poll), state="results")
    assert "Non représentatif" in page.text
    assert "(non représentatif)" in page.words_of("q1-leg")
    assert "(non représentatif)" in visitor.get(f"{base(poll)}/croisement", state="chart").words_of("croise-leg")
    file = visitor.get(f"{base(poll)}/resultats.csv").response.get_data(as_text=True)
    assert file.count("on représentatif") == 4


def test_closed_early_tells_why(visitor: Browser, database: Database, town: Town) -> None:
    poll = make_poll(database, town)
    fill(database, poll, [(1,)] * 12)
    with database.writing() as session:
        close_early(session, supervisor(town), poll.id, "La rue sera en travaux.")
    assert "La rue sera en travaux." in visitor.get(base(poll), state="counting").text
    close_and_count(database, poll)
    assert "La rue sera en travaux." in visitor.get(base(poll), state="results").text


def test_codes_go_with_the_ballots(visitor: Browser, database: Database, town: Town) -> None:
    poll = make_poll(database, town)
    fill(database, poll, [(1,)] * 12)
    poll = close_and_count(database, poll)
    assert f"{base(poll)}/codes.csv" in visitor.get(base(poll)).links().values()
    with clock.shifted(poll.closes_at + APPEAL - clock.now() + timedelta(minutes=1)):
        forget_voters(database)
    assert f"{base(poll)}/codes.csv" not in visitor.get(base(poll)).links().values()
    visitor.get(f"{base(poll)}/codes.csv", expect=404)


@pytest.mark.parametrize("slug", ["inconnu", "en-preparation", "%00", "a" * 300])
def test_a_poll_that_nobody_may_see_is_not_there(visitor: Browser, database: Database, town: Town, slug: str) -> None:
    make_poll(database, town, publish=False, title="En préparation")
    visitor.get(f"/participer/{slug}", expect=404)
    visitor.post(f"/participer/{slug}/voter", {"question_1": "1"}, expect=404)


def test_what_agents_wrote_is_text(visitor: Browser, database: Database, town: Town) -> None:
    poll = open_poll(database, town, summary=HOSTILE, questions=(Question(HOSTILE, ("=1+1", HOSTILE)),))
    assert HOSTILE in visitor.get(base(poll)).text
    fill(database, poll, [(1,)] * 12)
    close_and_count(database, poll)
    assert HOSTILE in visitor.get(base(poll)).text
    file = visitor.get(f"{base(poll)}/resultats.csv").response
    assert "'=1+1;12;" in file.get_data(as_text=True)
    assert file.headers["Content-Disposition"].startswith("attachment")


def test_the_journey_is_declared(settings: Settings) -> None:
    assert JOURNEY.slug == "participer"
    assert JOURNEY.categories
    assert str(JOURNEY.retention)
