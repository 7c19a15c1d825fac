"""The department's page: taking up, publishing, repairing, closing; and those who follow are told."""

import io
from collections.abc import Callable

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from journeys.daily_services.deliveries import delivery_handlers
from journeys.daily_services.reports.models import StreetReport
from portal.app import connections_of
from portal.casework.requests import service as requests
from portal.ground.db import Database
from portal.ground.settings import Settings
from portal.records.outbox import service as outbox
from tests.support import files
from tests.support.client import Browser, Page
from tests.support.reports import LIST, code_on, send_report, work_on_reports
from tests.support.town import Town, app, counted, sent_request, sign_in, town, visitor

__all__ = ["app", "sign_in", "town", "visitor"]


@pytest.fixture
def reported(visitor: Browser) -> str:
    """A report with two followers; the reference of its request."""
    page = send_report(visitor, rest={"courriel": "passante@usagers.example"})
    reference = code_on(page)[0]
    listed = visitor.get(LIST)
    path = next(address for address in listed.links().values() if address.startswith(f"{LIST}/0"))
    form = visitor.get(path).form(f"{path}/moi-aussi")
    visitor.post(f"{path}/moi-aussi", {**form, "courriel": "voisin@usagers.example"})
    return reference


@pytest.fixture
def agent(sign_in: Callable[..., Browser], town: Town) -> Browser:
    """Jonas, of the roads."""
    return sign_in(town.commune.agents["j.ferrand"])


def act(agent: Browser, reference: str, name: str, expect: int = 303, state: str = "", **changes: str) -> Page:
    base = f"/agents/signalements/{reference}"
    form = agent.get(base).form(f"{base}/{name}")
    return agent.post(f"{base}/{name}", {**form, **changes}, expect, state=state)


def letters(app: Flask, settings: Settings, database: Database) -> list[tuple[str, str]]:
    """What leaves for those who follow: address and subject."""
    handler = next(iter(delivery_handlers(settings, connections_of(app)).values()))
    sent = []
    with app.app_context(), database.writing() as session:
        for claimed in outbox.claim(session, worker="essai", lane="courriel", limit=50):
            if claimed.kind == "street_report_letter":
                letter = handler.load(session, claimed)
                assert "VSI-" not in letter.text, "a reference is its reporter's"
                sent.append((letter.recipient, letter.subject))
            outbox.complete(session, claimed)
    return sorted(sent)


def test_the_department_takes_up_publishes_and_repairs(
    app: Flask, settings: Settings, agent: Browser, visitor: Browser, database: Database, reported: str
) -> None:
    assert agent.get(f"/agents/dossiers/{reported}").links()["Traiter sur sa page"]
    with counted(database) as statements:
        page = agent.get(f"/agents/signalements/{reported}", state="received")
    assert len(statements) <= 16
    assert "1 autre personne" in page.text
    page = agent.follow(act(agent, reported, "prendre"), state="taken")
    work_on_reports(database)
    assert letters(app, settings, database) == [
        ("passante@usagers.example", "Votre signalement : pris en charge"),
        ("voisin@usagers.example", "Votre signalement : pris en charge"),
    ]
    agent.follow(act(agent, reported, "publier", lieu="8 quai des Moulins", texte="Lampadaire qui clignote."))
    public = visitor.get(LIST)
    assert "8 quai des Moulins" in public.text
    assert "Pris en charge (1)" in public.text
    page = agent.follow(act(agent, reported, "reparer", note="Ampoule changée."), state="ended")
    assert "plus rien à faire" in page.text
    work_on_reports(database)
    work_on_reports(database)
    assert letters(app, settings, database) == [("voisin@usagers.example", "Votre signalement : réparé")]
    path = next(address for address in visitor.get(LIST).links().values() if address.startswith(f"{LIST}/0"))
    page = visitor.get(path, state="repaired")
    assert "Réparé le" in page.text
    assert "Ampoule" not in page.text, "the word for the person is theirs"
    assert not page.all("form", method="post")


def test_closing_without_repair_asks_why(agent: Browser, visitor: Browser, reported: str) -> None:
    page = act(agent, reported, "clore", 422, state="close errors", raison="", phrase="Rien vu.")
    assert "Choisissez pourquoi" in page.text
    assert page.form(f"/agents/signalements/{reported}/clore")["phrase"] == "Rien vu."
    page = act(agent, reported, "clore", 422, raison="not_found", phrase=" ")
    assert "Expliquez en une phrase" in page.text
    act(agent, reported, "clore", raison="not_found", phrase="Tout marche ce soir.")
    path = next(address for address in visitor.get(LIST).links().values() if address.startswith(f"{LIST}/0"))
    page = visitor.get(path, state="closed")
    assert "n’a pas trouvé le problème" in page.text
    assert "Tout marche" not in page.text


@pytest.mark.parametrize("day", ["--", "demain--", "2026-13-31", "1999-01-01", "9999-12-31", "²-1-1"])
def test_a_repair_has_a_day_that_is_possible(agent: Browser, reported: str, day: str) -> None:
    boxes = dict(zip(("jour-year", "jour-month", "jour-day"), day.split("-"), strict=True))
    page = act(agent, reported, "reparer", 422, state="repair errors", **boxes)
    assert page.all("a", href="#jour")


@pytest.mark.parametrize(
    ("changes", "target"), [({"lieu": " "}, "lieu"), ({"lieu": "x" * 201}, "lieu"), ({"texte": "y" * 601}, "texte")]
)
def test_what_is_published_is_checked(agent: Browser, reported: str, changes: dict[str, str], target: str) -> None:
    page = act(agent, reported, "publier", 422, state="publish errors", **changes)
    assert page.all("a", href=f"#{target}")


def test_a_photo_that_is_not_there_is_not_published(agent: Browser, reported: str) -> None:
    page = act(agent, reported, "publier", 409, state="no photo", photo="oui")
    assert "pas encore vérifiée" in page.text


def test_who_comes_second_is_told(agent: Browser, reported: str, database: Database, town: Town) -> None:
    base = f"/agents/signalements/{reported}"
    form = agent.get(base).form(f"{base}/reparer")
    with database.writing() as session:
        requests.decide(
            session, town.agent(town.commune.agents["s.amrani"]), reported, "closed", "Déjà vu.", idempotency_key="a"
        )
    page = agent.post(f"{base}/reparer", form, 409, state="too late")
    assert "déjà terminé" in page.text


def test_another_department_sees_nothing(
    sign_in: Callable[..., Browser], town: Town, reported: str, database: Database
) -> None:
    other = sign_in(town.claire)
    other.get(f"/agents/signalements/{reported}", 404)
    for name in ("prendre", "publier", "reparer", "clore"):
        other.post(f"/agents/signalements/{reported}/{name}", {"lieu": "ici", "raison": "known", "phrase": "x"}, 404)
    with database.reading() as session:
        assert session.scalars(select(StreetReport.place)).one() == ""


def test_a_request_of_another_procedure_has_no_such_page(
    sign_in: Callable[..., Browser], town: Town, database: Database
) -> None:
    reference = sent_request(database, town.angela)
    sign_in(town.meryem).get(f"/agents/signalements/{reference}", 404)


def test_a_letter_is_not_sent_for_a_state_that_has_passed(
    app: Flask, settings: Settings, agent: Browser, database: Database, reported: str
) -> None:
    act(agent, reported, "prendre")
    work_on_reports(database)
    act(agent, reported, "reparer")
    handler = next(iter(delivery_handlers(settings, connections_of(app)).values()))
    with app.app_context(), database.writing() as session:
        late = [one for one in outbox.claim(session, worker="essai", lane="courriel", limit=50)
                if one.kind == "street_report_letter"]  # fmt: skip
        assert len(late) == 2
        for claimed in late:
            with pytest.raises(Exception, match="no_recipient"):
                handler.load(session, claimed)


def test_a_photo_of_the_repair_is_shown_and_a_hostile_one_refused(
    agent: Browser, visitor: Browser, reported: str
) -> None:
    base = f"/agents/signalements/{reported}"
    form = agent.get(base).form(f"{base}/reparer")
    hostile = {**form, "note": "Fait.", "fichier": (io.BytesIO(b"<script>"), "apres.jpg", "image/jpeg")}
    page = agent.post(f"{base}/reparer", hostile, 422, state="photo refused")
    assert page.form(f"{base}/reparer")["note"] == "Fait."
    photo = files.photo((1200, 900), where=True)
    agent.post(f"{base}/reparer", {**form, "fichier": (io.BytesIO(photo), "apres.jpg", "image/jpeg")})
    path = next(address for address in visitor.get(LIST).links().values() if address.startswith(f"{LIST}/0"))
    assert visitor.get(path).all("img", src=f"{path}/photo-apres")
    shown = Image.open(io.BytesIO(visitor.get(f"{path}/photo-apres").response.data))
    assert shown.size == (960, 720)
    assert not shown.getexif()
    visitor.get(f"{path}/photo", 404)


def test_a_photo_sent_after_the_session_ended_leads_to_the_agents_door(visitor: Browser, reported: str) -> None:
    base = f"/agents/signalements/{reported}"
    large = {"fichier": (io.BytesIO(b"x" * 2_000_000), "apres.jpg", "image/jpeg")}
    answer = visitor.post(f"{base}/reparer", large)
    assert answer.location == f"/agents/connexion?suite={base.replace('/', '%2F')}"
