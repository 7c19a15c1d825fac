"""« Mon espace »."""

from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask

from portal.casework.catalogue.service import export_procedure, get_published, import_procedure
from portal.casework.delays.service import Delays
from portal.casework.requests import service as requests
from portal.casework.requests.enums import RequestStatus
from portal.casework.requests.service import Said
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.permissions import SYSTEM
from portal.screens.myspace import wording
from tests.support.client import Browser
from tests.support.town import Town, counted, sent_request

CORRECT = Said(words="Revoyez votre adresse.", fields=("contact_email",))


def test_a_visitor_is_asked_to_sign_in(visitor: Browser) -> None:
    assert visitor.get("/mon-espace", 303).location == "/connexion?suite=%2Fmon-espace"


def test_an_empty_space_says_what_to_do(angela: Browser) -> None:
    page = angela.get("/mon-espace", state="empty")
    assert "Rien ne vous attend." in page.text
    assert "Aucune demande en cours." in page.text
    assert page.links()["Faire une démarche"] == "/demarches"
    known = angela.get(page.links()["Mes informations : ce que nous savons de vous, et d’où cela vient"])
    assert all(word in known.text for word in ("DUBOIS", "FranceConnect, vérifié", "24 août 1962"))


def test_what_waits_for_me_comes_first(angela: Browser, town: Town, database: Database) -> None:
    asked, moving, ended, mine = (sent_request(database, town.angela) for _ in range(4))
    other = sent_request(database, town.layla)
    agent = town.agent(town.meryem)
    with database.writing() as session:
        requests.request_information(session, agent, asked, "Quel âge avez-vous ?", idempotency_key=str(uuid4()))
        requests.assign(session, agent, moving, town.meryem.id)
        requests.decide(session, agent, ended, RequestStatus.ACCEPTED, "Venez.", idempotency_key=str(uuid4()))
        requests.withdraw(session, town.resident(town.angela), mine)
    page = angela.get("/mon-espace", state="full")
    words = page.text
    assert "Une demande attend votre réponse. Le reste avance sans vous." in words
    assert words.index("Ce que vous avez à faire") < words.index("En cours") < words.index("Terminées")
    assert page.links()[f"Lire et répondre : {asked}"] == f"/demandes/{asked}#echanges"
    assert all(word in words for word in ("Prise en compte", "Acceptée", "Retirée", "Question du service"))
    assert all(reference in words for reference in (asked, moving, ended, mine))
    assert other not in words
    assert "Quel âge" not in words


@pytest.mark.parametrize(
    ("workflow", "move", "said", "title", "address"),
    [
        ("booking", "propose", Said(words="Mardi à 10 h."), "Accepter ou refuser un rendez-vous", "#echanges"),
        ("case", "ask_corrections", CORRECT, "Corriger vos réponses", "/corriger"),
    ],
)
def test_what_is_awaited_is_said_as_it_is(
    angela: Browser, town: Town, database: Database, workflow: str, move: str, said: Said, title: str, address: str
) -> None:
    agent = town.agent(town.meryem)
    with database.writing() as session:
        known = get_published(session, "carte-mediatheque")
        data = export_procedure(session, known.id, known.version) | {"workflow": workflow}
        import_procedure(session, data, publish=True, actor=SYSTEM, connections={"ecoles", "demo"})
    reference = sent_request(database, town.angela)
    with database.writing() as session:
        state = requests.get_request(session, agent, reference, journal=session).state
        requests.move(session, agent, reference, move, said, state=state, idempotency_key=str(uuid4()))
    page = angela.get("/mon-espace")
    assert title in page.text
    assert f"/demandes/{reference}{address}" in page.links().values()
    angela.get(f"/demandes/{reference}{address}")


def test_letters_and_decisions_are_listed_with_their_file(angela: Browser, town: Town, database: Database) -> None:
    assert "Aucun courrier." in angela.get("/mon-espace/courriers", state="empty").text
    reference, other = sent_request(database, town.angela), sent_request(database, town.layla)
    with database.writing() as session:
        requests.decide(
            session, town.agent(town.meryem), reference, RequestStatus.REJECTED, "Non.", idempotency_key=str(uuid4())
        )
    page = angela.get("/mon-espace/courriers", state="full")
    links = {text.partition(" :")[0]: address for text, address in page.links().items() if reference in address}
    assert links == {
        "Décision": f"/demandes/{reference}/decision",
        "Accusé de réception": f"/demandes/{reference}/accuse",
    }
    assert other not in page.text
    angela.get(links["Décision"])
    home = angela.get("/mon-espace")
    assert f'href="/demandes/{reference}/decision"' in home.html


def test_a_long_list_is_cut_and_can_be_seen_whole(angela: Browser, town: Town, database: Database) -> None:
    sent_request(database, town.angela)
    with counted(database) as few:
        angela.get("/mon-espace")
    for number in range(7):
        with clock.shifted(timedelta(hours=-number)):
            sent_request(database, town.angela)
    with counted(database) as many:
        page = angela.get("/mon-espace")
    assert len(few) == len(many)
    assert all(statement.startswith("SELECT") for statement in many)
    whole = page.links()["Voir toutes mes demandes : 3 de plus"]
    assert angela.get(whole).text.count("Demande VSI-") == 8


def test_a_measured_delay_is_said_as_a_habit(app: Flask) -> None:
    with app.test_request_context():
        said = wording.say_delay(Delays(median_days=1, p90_days=12, cases=8, computed_at=clock.now()))
    assert said == "D’habitude : 1 jour ; 9 demandes sur 10 en 12 jours, sans compter le temps de vos réponses"
