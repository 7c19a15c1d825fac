"""« Qui a consulté mon dossier » : what agents and partners did, as the person reads it."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from connectors.sdk import StatusUpdate, UpdateStatus
from portal.casework.requests import service as requests
from portal.ground import clock
from portal.ground.audit.models import AuditEntry
from portal.ground.audit.service import Place, record
from portal.ground.db import Database
from portal.screens.myspace.consultations import read_place, write_place
from tests.support.client import Browser, Page
from tests.support.town import Town, counted, request_id_of, sent_request
from tests.support.walking import send, walk

PATH = "/mon-espace/consultations"
Sign = Callable[..., Browser]


def headings(page: Page) -> list[str]:
    return ["".join(one.itertext()) for one in page.all("h2") if one.get("id", "").startswith("g")]


def lines(page: Page) -> list[str]:
    return ["".join(one.itertext()) for one in page.main().iter("{http://www.w3.org/1999/xhtml}p") if not one.attrib]


def test_nobody_looked_yet(angela: Browser, town: Town, database: Database) -> None:
    sent_request(database, town.layla)
    page = angela.get(PATH, state="empty")
    assert "Aucune consultation n’est notée pour l’instant." in page.text
    assert PATH in angela.get("/mon-espace").links().values()


def test_every_reading_act_and_exchange_is_told_by_request(
    angela: Browser, sign_in: Sign, town: Town, database: Database
) -> None:
    meryem = sign_in(town.meryem)
    reference = sent_request(database, town.angela)
    path = f"/agents/dossiers/{reference}"
    meryem.get(path)
    meryem.get(f"{path}/accuse")
    meryem.get("/agents/dossiers?q=dubois")
    meryem.get("/agents/dossiers")
    meryem.http.get("/agents/dossiers.csv", base_url=meryem.settings.public_url)
    with database.writing() as session:
        agent = town.agent(town.meryem)
        requests.assign(session, agent, reference, town.meryem.id)
        requests.post_message(session, agent, reference, "Bonjour", idempotency_key=str(uuid4()))
        requests.request_information(session, agent, reference, "Votre âge ?", idempotency_key=str(uuid4()))
        record(
            session,
            agent,
            "document_opened",
            subject_id=town.angela.person_id,
            request_id=request_id_of(database, reference),
        )
    page = angela.get(PATH, state="full")
    told = " ".join(lines(page))
    who = "par Meryem Yıldız, Médiathèque de l’Iselle"
    for what in (
        "Demande lue",
        "Accusé de réception lu",
        "Demande affichée dans une recherche faite",
        "Demande inscrite dans une liste téléchargée",
        "Demande confiée à un agent",
        "Message écrit",
        "Information demandée",
        "Autre accès au dossier",
    ):
        assert f"{what} {who}" in told, what
    assert told.count("recherche") == 1, "the plain list is no search"
    assert [reference in one for one in headings(page)] == [True]
    assert len(list(page.tree.iter())) <= 230


def test_what_passed_with_a_partner_is_told(angela: Browser, town: Town, database: Database) -> None:
    reference = send(angela, walk(angela, "inscription-scolaire"), "inscription-scolaire")
    request_id = request_id_of(database, reference)
    with database.writing() as session:
        requests.record_exchange(session, request_id, "ecoles", "request_not_transmitted", details={"code": "network"})
        requests.record_exchange(session, request_id, "ecoles", "request_transmitted")
        news = StatusUpdate("e1", "E-1", UpdateStatus.RECEIVED, "received", clock.now(), {})
        for _twice in range(2):
            requests.apply_partner_update(session, request_id=request_id, connection="ecoles", update=news)
        requests.record_exchange(session, request_id, "disparu", "letter_sent")
    told = lines(angela.get(PATH))
    assert told.count("Nouvelles données par le destinataire : Logiciel des écoles") == 1, "the same news twice is one"
    assert "Demande transmise : Logiciel des écoles" in told
    assert "Essai d’envoi, sans succès : Logiciel des écoles" in told
    assert "Courriel envoyé : un partenaire" in told
    assert "network" not in " ".join(told)


def test_what_residents_do_is_not_a_consultation(angela: Browser, town: Town, database: Database) -> None:
    with database.writing() as session:
        record(session, town.resident(town.angela), "signed_in")
    assert "Aucune consultation" in angela.get(PATH).text


def look(database: Database, town: Town, person_id: UUID, count: int, request_id: UUID | None = None) -> None:
    """So many readings, one a minute, the last one now."""
    agent = town.agent(town.meryem)
    for number in range(count):
        with clock.shifted(-timedelta(minutes=number)), database.writing() as session:
            record(session, agent, "request_read", subject_id=person_id, request_id=request_id)


def test_pages_follow_each_other_without_a_gap(angela: Browser, town: Town, database: Database) -> None:
    reference = sent_request(database, town.angela)
    look(database, town, town.angela.person_id, 30, request_id_of(database, reference))
    with counted(database) as few:
        page = angela.get(PATH)
    seen = [one.get("datetime") for one in page.all("time")]
    assert len(seen) == 12
    while "Voir la suite de la liste" in page.links():
        with counted(database) as many:
            page = angela.get(page.links()["Voir la suite de la liste"], state="next page")
        assert len(many) == len(few), "a constant number of statements"
        seen += [one.get("datetime") for one in page.all("time")]
    assert len(seen) == len(set(seen)) == 30
    assert seen == sorted(seen, reverse=True)
    assert page.links()["Revenir au début de la liste"] == PATH


def test_lines_of_the_same_instant_are_neither_lost_nor_told_twice(
    angela: Browser, town: Town, database: Database
) -> None:
    with clock.frozen(clock.now()), database.writing() as session:
        for number in range(30):
            record(
                session,
                town.agent(town.meryem),
                f"odd_{number}",
                subject_id=town.angela.person_id,
            )
    with database.reading() as session:
        query = select(AuditEntry.id).where(AuditEntry.action.startswith("odd_"))
        assert len(session.scalars(query).all()) == 30
    counts, address = [], PATH
    while address:
        page = angela.get(address)
        counts.append(len(page.all("time")))
        address = page.links().get("Voir la suite de la liste", "")
    assert counts == [12, 12, 6]


def test_a_single_request(angela: Browser, sign_in: Sign, town: Town, database: Database) -> None:
    first = sent_request(database, town.angela)
    with database.writing() as session:
        record(session, town.agent(town.meryem), "other_act", subject_id=town.angela.person_id)
    sign_in(town.meryem).get(f"/agents/dossiers/{first}")
    link = angela.get(f"/demandes/{first}").links()["Voir toutes les consultations et tous les échanges"]
    page = angela.get(link, state="one request")
    assert len(headings(page)) == 1
    assert first in headings(page)[0]
    assert "Autre accès" not in page.text
    assert page.links()["Voir toutes mes demandes"] == PATH
    assert headings(angela.get(PATH))[-1] == "Votre dossier"
    look(database, town, town.angela.person_id, 20, request_id_of(database, first))
    following = angela.get(link).links()["Voir la suite de la liste"]
    assert following.startswith(f"{PATH}?demande={first}&apres=")
    assert len(angela.get(following).all("time")) == 9


def test_somebody_elses_request_is_none(angela: Browser, town: Town, database: Database) -> None:
    theirs = sent_request(database, town.layla)
    look(database, town, town.layla.person_id, 1, request_id_of(database, theirs))
    angela.get(f"{PATH}?demande={theirs}", 404)
    angela.get(f"{PATH}?demande=nonsense", 404)
    assert theirs not in angela.get(PATH).text


@pytest.mark.parametrize("token", ["x", "1.2", "9" * 25 + "." + str(UUID(int=1)), f"-1.{UUID(int=1)}x", "é", "%00"])
def test_an_altered_address_is_the_first_page(angela: Browser, town: Town, database: Database, token: str) -> None:
    look(database, town, town.angela.person_id, 1)
    assert len(angela.get(f"{PATH}?apres={token}").all("time")) == 1


def test_a_place_comes_back_as_it_left() -> None:
    place = Place(clock.now(), uuid4())
    assert read_place(write_place(place)) == place
