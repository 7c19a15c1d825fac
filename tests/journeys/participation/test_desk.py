"""Agents prepare, publish and close polls; they see how many voted, never what was voted."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from journeys.participation.enums import Access
from journeys.participation.jobs import run_urns
from journeys.participation.models import Ballot, Poll
from portal.ground import clock
from portal.ground.audit.models import AuditEntry
from portal.ground.db import Database
from tests.portal.screens.backoffice.test_expired_form import LATER, come_back, sent_late
from tests.support.client import Browser
from tests.support.polls import close_and_count, fill, make_poll
from tests.support.town import Town, counted

DESK = "/agents/sondages"


@pytest.fixture
def samira(sign_in: Callable[..., Browser], town: Town) -> Browser:
    """Who heads the departments."""
    return sign_in(town.commune.agents["s.amrani"])


def parts(name: str, day: date) -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def typed(**changes: str) -> dict[str, str]:
    """A form filled as an agent does."""
    usual = {
        "title": "La cour de l’école des Tilleuls",
        "presentation": "Les travaux commencent cet été.",
        "question_1": "Que planter ?",
        "choices_1": "Des arbres\r\n\r\nUn potager\r\n  Des fleurs  ",
        "question_2": "Ouvrir la cour le mercredi ?",
        "choices_2": "Oui\nNon",
        "access": "signed_in",
        "residence": "resident",
        "min_age": "16",
        "next_step": "La réponse vient avant l’été.",
        **parts("opens_on", clock.today()),
        **parts("closes_on", clock.today() + timedelta(days=7)),
    }
    return {**usual, **changes}


def test_a_poll_is_prepared_read_again_and_published(
    samira: Browser, visitor: Browser, database: Database, town: Town
) -> None:
    assert "Aucun sondage pour l’instant." in samira.get(DESK, state="empty").text
    samira.get(f"{DESK}/nouveau", state="plain")
    draft = samira.follow(samira.post(f"{DESK}/nouveau", typed()), state="draft")
    assert set(draft.form(f"{address_of(database)}/publier")) == {"csrf_token"}
    for said in ("Des arbres", "Un potager", "Des fleurs", "À partir de 16 ans", "Ouvrir la cour le mercredi ?"):
        assert said in draft.text
    address = address_of(database)
    slug = slug_of(database)
    visitor.get(f"/participer/{slug}", expect=404)
    form = samira.get(f"{address}/modifier", state="plain")
    kept = form.form()
    assert kept["choices_1"].splitlines() == ["Des arbres", "Un potager", "Des fleurs"]
    wrong = samira.post(f"{address}/modifier", {**kept, "choices_2": "Oui"}, expect=422, state="error")
    assert wrong.links()["Donnez de 2 à 5 réponses, une par ligne."] == "#choices_2"
    samira.post(f"{address}/modifier", {**kept, "question_2": "", "choices_2": ""})
    published = samira.follow(samira.post(f"{address}/publier"), state="published")
    assert "Le sondage est publié." in published.text
    assert "0 réponse" in published.text
    assert "Que planter ?" in visitor.get(f"/participer/{slug}").text
    with counted(database) as statements:
        table = samira.get(DESK, state="full")
    assert len(statements) <= 8
    assert "Ouvert" in table.text
    with database.reading() as session:
        acts = set(session.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("poll_"))))
    assert acts == {"poll_created", "poll_changed", "poll_published"}


def address_of(database: Database) -> str:
    with database.reading() as session:
        return f"{DESK}/{session.scalars(select(Poll.id)).one()}"


def slug_of(database: Database) -> str:
    with database.reading() as session:
        return session.scalars(select(Poll.slug)).one()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "é" * 151}, "title"),
        ({"presentation": ""}, "presentation"),
        ({"presentation": "é" * 501}, "presentation"),
        ({"next_step": "é" * 501}, "next_step"),
        ({"question_1": "", "choices_1": "", "question_2": "", "choices_2": ""}, "question_1"),
        ({"question_1": ""}, "question_1"),
        ({"question_1": "é" * 151}, "question_1"),
        ({"choices_1": "Un\nDeux\nTrois\nQuatre\nCinq\nSix"}, "choices_1"),
        ({"choices_1": "Oui\nOUI"}, "choices_1"),
        ({"choices_1": f"Oui\n{'é' * 61}"}, "choices_1"),
        ({"opens_on-month": "13"}, "opens_on"),
        ({"closes_on-day": "", "closes_on-month": "", "closes_on-year": ""}, "closes_on"),
        ({"closes_on-year": "2020"}, "closes_on"),
        ({"closes_on-year": "2199"}, "closes_on"),
        ({"closes_on-year": "９９９９９９９９９９９９９９９９９９９９"}, "closes_on"),
        ({"access": "everybody"}, "access"),
        ({"min_age": "-1"}, "min_age"),
    ],
)
def test_what_is_wrong_is_pointed_at_and_what_was_typed_kept(
    samira: Browser, database: Database, changes: dict[str, str], field: str
) -> None:
    sent = typed(**changes)
    page = samira.post(f"{DESK}/nouveau", sent, expect=422, state="error")
    assert f"#{field}" in page.links().values()
    assert page.form()["question_2"] == sent["question_2"]
    assert page.title.startswith("Erreur")
    with database.reading() as session:
        assert session.scalars(select(Poll)).all() == []


def test_a_published_poll_does_not_change(samira: Browser, database: Database, town: Town) -> None:
    poll = make_poll(database, town, opens_on=clock.today() + timedelta(days=1))
    address = f"{DESK}/{poll.id}"
    samira.get(f"{address}/modifier", expect=409, state="refused")
    samira.post(f"{address}/modifier", typed(), expect=409, state="refused")
    samira.post(f"{address}/publier", expect=409, state="refused")
    assert "il n’y a rien à clore" in samira.get(f"{address}/clore", expect=409, state="refused").text
    samira.post(f"{address}/clore", {"reason": "Essai."}, expect=409, state="refused")
    for act in ("", "/modifier", "/clore"):
        samira.get(f"{DESK}/{uuid4()}{act}", expect=404)


def test_a_poll_whose_days_have_passed(samira: Browser, database: Database, town: Town) -> None:
    poll = make_poll(database, town, publish=False)
    with clock.frozen(poll.closes_at + timedelta(minutes=1)):
        later = Browser(samira.app, samira.settings, database).sign_in(town.commune.agents["s.amrani"])
        page = later.post(f"{DESK}/{poll.id}/publier", expect=422, state="error")
    assert "#closes_on" in page.links().values()


def test_a_poll_is_closed_early_with_a_reason(samira: Browser, database: Database, town: Town) -> None:
    poll = make_poll(database, town)
    fill(database, poll, [(1,)] * 12)
    address = f"{DESK}/{poll.id}"
    form = samira.get(f"{address}/clore", state="plain")
    assert "12 réponses" in form.text
    wrong = samira.post(f"{address}/clore", {"reason": " "}, expect=422, state="error")
    assert wrong.links()["Écrivez pourquoi le sondage se termine plus tôt : les habitants le liront."] == "#reason"
    long = samira.post(f"{address}/clore", {"reason": "é" * 501}, expect=422)
    assert long.form(f"{address}/clore")["reason"] == "é" * 501
    over = samira.follow(samira.post(f"{address}/clore", {"reason": "La rue est en travaux."}), state="over")
    assert "La rue est en travaux." in over.text
    run_urns(database)
    assert "Terminé, résultats publiés" in samira.get(address, state="over").text


def test_agents_see_the_turnout_and_nothing_else(samira: Browser, database: Database, town: Town) -> None:
    poll = make_poll(database, town)
    codes = [receipt.code for receipt in fill(database, poll, [(1,)] * 25 + [(2,)] * 4)]
    run_urns(database)
    for address in (DESK, f"{DESK}/{poll.id}"):
        with counted(database) as statements:
            page = samira.get(address)
        assert len(statements) <= 8
        assert "29" in page.text
        assert "86" not in page.text, "no share before the end"
        assert not any(code in page.html for code in codes)
    poll = close_and_count(database, poll)
    with database.writing() as session:
        session.add(Ballot(poll_id=poll.id, id="0" * 32, sealed=b"slipped in"))
    assert "Écart" in samira.get(DESK).text
    assert "prévenez l’exploitant" in samira.get(f"{DESK}/{poll.id}").text


def test_what_was_typed_survives_the_end_of_the_session(samira: Browser, database: Database, town: Town) -> None:
    with clock.shifted(LATER):
        suite = sent_late(samira, f"{DESK}/nouveau", typed())
        come_back(samira, database, town.commune.agents["s.amrani"], suite)
        form = samira.get(suite).form()
    assert form["choices_1"].split() == ["Des", "arbres", "Un", "potager", "Des", "fleurs"]
    assert (form["min_age"], form["closes_on-year"]) == ("16", typed()["closes_on-year"])
    with database.reading() as session:
        assert session.scalars(select(Poll)).all() == []


def test_an_open_poll_asks_for_no_age(samira: Browser, database: Database) -> None:
    samira.post(f"{DESK}/nouveau", typed(access=Access.OPEN.value, min_age="18"))
    with database.reading() as session:
        assert session.scalars(select(Poll.min_age)).one() is None


def test_two_polls_of_one_title_have_two_addresses(samira: Browser, database: Database) -> None:
    for _time in range(3):
        samira.post(f"{DESK}/nouveau", typed(title="Œuvres d’été !"))
    samira.post(f"{DESK}/nouveau", typed(title="？！"))
    with database.reading() as session:
        slugs = set(session.scalars(select(Poll.slug)))
    assert slugs == {"oeuvres-d-ete", "oeuvres-d-ete-2", "oeuvres-d-ete-3", "sondage"}


def test_the_menu_shows_polls_to_those_who_manage_them(
    samira: Browser, sign_in: Callable[..., Browser], town: Town
) -> None:
    def menu(browser: Browser) -> list[str]:
        return [one.get("href", "") for one in browser.get("/agents/dossiers").all("a")]

    assert DESK in menu(samira)
    assert DESK not in menu(sign_in(town.claire))
