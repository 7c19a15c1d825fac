"""What everyone reads: the list, one report, « moi aussi ». Nothing of it is about a person."""

import io
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from PIL import Image
from sqlalchemy import select

from journeys.daily_services.reports import service
from journeys.daily_services.reports.models import StreetReport, StreetVoice
from journeys.daily_services.reports.queries import PAGE
from journeys.daily_services.reports.shapes import Address, NewReport, Point
from portal.casework.requests import service as requests
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.permissions import ANONYMOUS
from tests.support import files
from tests.support.client import Browser
from tests.support.reports import LIST, NEW, REST, reach_rest, send_report
from tests.support.town import Town, angela, app, counted, sign_in, town, visitor

__all__ = ["angela", "app", "sign_in", "town", "visitor"]
SECRET = "chez Zoé Inventée, 06 39 98 12 34"


def only_report(database: Database) -> UUID:
    with database.reading() as session:
        return session.scalars(select(StreetReport.id)).one()


def many(database: Database, count: int) -> None:
    """Reports of two kinds along a street, an hour apart."""
    start = clock.now() - timedelta(days=3)
    for number in range(count):
        with clock.frozen(start + timedelta(hours=number)), database.writing() as session:
            place = Address(f"{number + 1} rue des Tanneurs", Point(45.2 + number / 5_000, 5.7))
            told = NewReport(kind="road" if number % 2 else "waste", place=place.label, danger="non", address=place)
            service.send_report(session, ANONYMOUS, told, idempotency_key=str(uuid4()))


def test_the_list_pages_by_key_counts_and_draws(visitor: Browser, database: Database) -> None:
    many(database, PAGE + 3)
    with counted(database) as statements:
        page = visitor.get(LIST, state="full")
    assert len(statements) <= 2
    assert page.text.count("rue des Tanneurs") == PAGE
    assert "Reçu (13)" in page.text
    assert page.html.count("<circle") == PAGE
    assert page.text.index("13 rue") < page.text.index("12 rue"), "the newest first"
    rest = visitor.get(page.links()["Voir la suite de la liste"])
    assert rest.text.count("rue des Tanneurs") == 3
    assert "Revenir au début de la liste" in rest.links()


def test_the_list_is_sifted_by_kind_and_state(visitor: Browser, database: Database, town: Town) -> None:
    many(database, 4)
    page = visitor.get(f"{LIST}?genre=road", state="sifted")
    assert page.text.count("rue des Tanneurs") == 2
    assert "Reçu (2)" in page.text
    page = visitor.get(f"{LIST}?genre=road&etat=repaired", state="nothing")
    assert "Aucun signalement ici" in page.text
    assert "Réparé (0)" in page.text


@pytest.mark.parametrize(
    "query", ["genre=%3Cscript%3E", "etat=x", "apres=hier", "apres=2026-01-01_x", "apres=" + "9" * 99]
)
def test_a_nonsense_filter_is_ignored(visitor: Browser, query: str) -> None:
    assert "Aucun signalement ici" in visitor.get(f"{LIST}?{query}").text


def test_nothing_that_was_typed_is_public_before_an_agent_read_it(visitor: Browser, database: Database) -> None:
    words = {"texte": SECRET, "courriel": "zoe@usagers.example"}
    with_photo = {**words, "fichier": (io.BytesIO(files.photo((400, 300), where=True)), "moi.jpg", "image/jpeg")}
    send_report(visitor, rest=with_photo, lieu=SECRET)
    path = f"{LIST}/{only_report(database)}"
    with counted(database) as statements:
        page = visitor.get(path, state="received")
    assert len(statements) <= 2
    for shown in (page.html, visitor.get(LIST).html):
        assert "Zoé" not in shown
        assert "06 39" not in shown
        assert "zoe@" not in shown
        assert "VSI-" not in shown
    assert "en cours de relecture" in page.text
    visitor.get(f"{path}/photo", 404)


def test_an_approved_photo_is_small_and_says_nothing_else(
    visitor: Browser, sign_in: Callable[..., Browser], database: Database, town: Town
) -> None:
    photo = files.photo((3000, 2000), where=True)
    send_report(visitor, rest={"fichier": (io.BytesIO(photo), "photo.jpg", "image/jpeg")})
    report_id = only_report(database)
    with database.reading() as session:
        reference = requests.list_requests(session, town.agent(town.commune.agents["j.ferrand"]))[0].reference
    agent = sign_in(town.commune.agents["j.ferrand"])
    page = agent.get(f"/agents/signalements/{reference}", state="photo")
    form = page.form(f"/agents/signalements/{reference}/publier")
    agent.post(f"/agents/signalements/{reference}/publier", {**form, "lieu": "8 quai des Moulins", "photo": "oui"})
    page = visitor.get(f"{LIST}/{report_id}", state="approved")
    assert page.all("img", src=f"{LIST}/{report_id}/photo")
    answer = visitor.get(f"{LIST}/{report_id}/photo").response
    shown = Image.open(io.BytesIO(answer.data))
    assert shown.size == (960, 720)
    assert not shown.getexif()


def test_me_too_counts_once(visitor: Browser, database: Database) -> None:
    send_report(visitor)
    path = f"{LIST}/{only_report(database)}"
    page = visitor.get(path)
    form = {**page.form(f"{path}/moi-aussi"), "courriel": "voisin@usagers.example"}
    page = visitor.follow(visitor.post(f"{path}/moi-aussi", form), state="added")
    assert "1 autre personne le dit aussi" in page.text
    again = {**page.form(f"{path}/moi-aussi"), "courriel": "Voisin@usagers.example"}
    page = visitor.follow(visitor.post(f"{path}/moi-aussi", again), state="already")
    assert "1 autre personne le dit aussi" in page.text
    with database.reading() as session:
        sealed = session.scalars(select(StreetVoice.sealed_email)).all()
    assert not any(b"voisin" in (one or b"") for one in sealed)


def test_me_too_says_what_is_wrong(visitor: Browser, database: Database, town: Town) -> None:
    send_report(visitor)
    report_id = only_report(database)
    path = f"{LIST}/{report_id}"
    form = visitor.get(path).form(f"{path}/moi-aussi")
    page = visitor.post(f"{path}/moi-aussi", {**form, "courriel": "a@b@c"}, 422, state="errors")
    assert page.field("courriel")["value"] == "a@b@c"
    with database.writing() as session:
        row = session.get_one(StreetReport, report_id)
        holder = town.agent(town.commune.agents["j.ferrand"])
        reference = requests.list_requests(session, holder)[0].reference
        assert row.request_id
        requests.decide(session, holder, reference, "closed", "Rien vu.", idempotency_key="fin")
    page = visitor.post(f"{path}/moi-aussi", {**form, "courriel": ""}, 409, state="ended")
    assert "vient de se terminer" in page.text
    for _attempt in range(20):
        last = visitor.post(f"{path}/moi-aussi", form, None)
    assert last.status == 429
    visitor.get(f"{LIST}/{uuid4()}", 404)


def test_a_withdrawn_report_is_no_longer_shown(angela: Browser, database: Database, town: Town) -> None:
    page = reach_rest(angela)
    reference = angela.post(NEW, {**page.form(NEW), **REST}).location.rpartition("/")[2]
    report_id = only_report(database)
    angela.get(f"{LIST}/{report_id}")
    with database.writing() as session:
        requests.withdraw(session, town.resident(town.angela), reference)
    angela.get(f"{LIST}/{report_id}", 404)
    assert "Aucun signalement ici" in angela.get(LIST).text


def test_what_came_step_by_step_is_listed_too(angela: Browser, database: Database, town: Town) -> None:
    who = town.resident(town.angela)
    with database.writing() as session:
        answers = {"report_kind": "sign", "report_danger": "oui", "street_location": "place du Parvis, Valmont"}
        requests.submit_at_once(session, who, service.PROCEDURE, answers, idempotency_key="comptoir")
    assert "Aucun signalement ici" in angela.get(LIST).text
    with database.writing() as session:
        assert service.record_missing(session) == 1
        assert service.record_missing(session) == 0
    assert "Panneau ou feu abîmé" in angela.get(LIST).text
