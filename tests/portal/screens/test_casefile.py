"""One request, as its resident sees it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from sqlalchemy import text

from connectors.sdk import Receipt, StatusUpdate, UpdateStatus
from portal.casework.receipts.wording import spell
from portal.casework.requests import service as requests
from portal.casework.requests.enums import RequestStatus
from portal.ground import clock
from portal.ground.db import Database, new_id
from portal.ground.permissions import ActorKind
from portal.people.identity.service import release_stashes
from portal.people.identity.service.secrets import token_hash
from portal.records.outbox import service as outbox
from portal.records.timeline.events import REQUIRED
from portal.records.timeline.service import EventView
from portal.screens.myspace.story import TELLERS, Teller, tell_all
from tests.support.client import Browser
from tests.support.town import Town, counted, fail_delivery, request_id_of, sent_request
from tests.support.walking import XSS, send, walk

SCHOOL = "inscription-scolaire"
HIS_REASON = "La bibliothèque est fermée jusqu’en juin.\nVous pouvez revenir ensuite."


@pytest.fixture
def enrolment(angela: Browser) -> str:
    """A request that goes to the schools' software."""
    return send(angela, walk(angela, SCHOOL), SCHOOL)


def marks(page: Any) -> list[str]:
    return [" ".join(" ".join(one.itertext()).split()) for one in page.all("ol", class_="marks")[0]]


def test_a_request_that_has_just_left(angela: Browser, enrolment: str) -> None:
    page = angela.get(f"/demandes/{enrolment}", state="leaving")
    assert "part dans un instant. Vous n’avez rien à faire." in page.text
    assert marks(page)[0] == "Transmise Pas encore."


def test_a_request_that_will_be_tried_again_says_when(angela: Browser, enrolment: str, database: Database) -> None:
    at = fail_delivery(database, enrolment)
    assert at is not None
    with clock.frozen(at - timedelta(seconds=20)):
        page = angela.get(f"/demandes/{enrolment}", state="retrying")
    local = clock.local(at)
    assert "Pas encore transmise, nouvel essai" in page.text
    assert f"{local.hour} h {local.minute:02d}. Vous n’avez rien à faire." in page.text
    with clock.frozen(at + timedelta(seconds=20)):
        assert "nouvel essai dans un instant" in angela.get(f"/demandes/{enrolment}").text


@pytest.mark.parametrize("tried", [False, True])
def test_a_request_held_after_a_restore_announces_no_next_attempt(
    angela: Browser, enrolment: str, database: Database, tried: bool
) -> None:
    if tried:
        fail_delivery(database, enrolment)
    with database.writing() as session:
        outbox.hold_restored(session)
    page = angela.get(f"/demandes/{enrolment}")
    assert "l’envoi attend son tour. Vous n’avez rien à faire." in page.text
    assert marks(page)[0] == "Transmise Pas encore."


def test_a_request_that_could_not_be_sent_is_somebodys_task(
    angela: Browser, enrolment: str, database: Database
) -> None:
    fail_delivery(database, enrolment, dead=True)
    page = angela.get(f"/demandes/{enrolment}", state="dead")
    assert "L’envoi n’est pas passé : un agent doit le reprendre. Si c’est urgent, appelez le service." in page.text
    assert marks(page)[0] == "Transmise L’envoi n’est pas passé : un agent doit le reprendre."
    assert "refused" not in page.text


def test_sent_is_not_received_and_received_is_not_taken_into_account(
    angela: Browser, enrolment: str, database: Database
) -> None:
    request_id = request_id_of(database, enrolment)
    with database.writing() as session:
        requests.record_delivery(session, request_id, "ecoles", Receipt(external_ref="E-1"))
    page = angela.get(f"/demandes/{enrolment}", state="transmitted")
    assert "Le destinataire a accepté notre envoi" in marks(page)[0]
    assert marks(page)[1:] == ["Reçue Pas encore confirmé.", "Prise en compte Pas encore."]
    assert "Transmis : le logiciel des écoles de Valmont-sur-Iselle" in page.text

    def report(number: int, status: UpdateStatus, raw: str, **details: str) -> None:
        with database.writing() as session:
            update = StatusUpdate(f"e{number}", "E-1", status, raw, clock.now(), details)
            requests.apply_partner_update(session, request_id=request_id, connection="ecoles", update=update)

    report(1, UpdateStatus.RECEIVED, "received")
    page = angela.get(f"/demandes/{enrolment}")
    assert "Le destinataire confirme l’avoir." in marks(page)[1]
    assert marks(page)[2] == "Prise en compte Pas encore."
    report(2, UpdateStatus.TAKEN_INTO_ACCOUNT, "under_review")
    assert "Quelqu’un l’étudie" in marks(angela.get(f"/demandes/{enrolment}"))[2]
    report(3, UpdateStatus.TAKEN_INTO_ACCOUNT, "assigned", school_uai="0389902B")
    assert "École Simone-Veil." in angela.get(f"/demandes/{enrolment}").text
    report(4, UpdateStatus.NEEDS_INFORMATION, "incomplete", reason=XSS)
    page = angela.get(f"/demandes/{enrolment}")
    assert "attend votre réponse" in page.text
    assert not page.all("img")
    report(5, UpdateStatus.UNKNOWN, "bizarre")
    assert "bizarre" not in angela.get(f"/demandes/{enrolment}").text


def test_the_answers_are_read_again(angela: Browser, town: Town, database: Database) -> None:
    reference = sent_request(database, town.angela)
    assert f"/demandes/{reference}/reponses" in angela.get(f"/demandes/{reference}").links().values()
    loosely = reference.lower().replace("-", "")
    assert angela.get(f"/demandes/{loosely}/reponses", 303).location == f"/demandes/{reference}/reponses"
    page = angela.get(f"/demandes/{reference}/reponses", state="plain")
    assert "Voici ce que vous avez envoyé le" in page.text
    told = [" ".join(one.itertext()) for one in page.all("dd")]
    assert "DUBOIS" in " ".join(told)
    assert "Écrivez au service depuis votre demande." in page.text
    angela.get("/demandes/VSI-AAAA-AA/reponses", 404)


def test_a_question_of_the_service_is_answered(angela: Browser, town: Town, database: Database) -> None:
    reference = sent_request(database, town.angela)
    with database.writing() as session:
        requests.request_information(
            session, town.agent(town.meryem), reference, f"Bonjour {XSS}", idempotency_key=str(uuid4())
        )
    page = angela.get(f"/demandes/{reference}", state="waiting")
    assert "il attend votre réponse pour continuer" in page.text
    assert "Meryem Yıldız, Médiathèque de l’Iselle" in page.text
    assert XSS in page.text
    assert not page.all("img")
    form = page.form(f"/demandes/{reference}/messages") | {"texte": f"J’ai 63 ans.\n{XSS}"}
    sent = angela.post(f"/demandes/{reference}/messages", form)
    again = angela.post(f"/demandes/{reference}/messages", form)
    assert sent.location == again.location == f"/demandes/{reference}?ecrit=oui#echanges"
    page = angela.follow(sent, state="written")
    assert "Votre message est envoyé." in page.text
    assert page.text.count("J’ai 63 ans.") == 1
    assert "Votre demande est étudiée." in page.text


def test_an_empty_message_is_refused_and_a_long_one_kept(angela: Browser, town: Town, database: Database) -> None:
    reference = sent_request(database, town.angela)
    form = angela.get(f"/demandes/{reference}").form(f"/demandes/{reference}/messages")
    empty = angela.post(f"/demandes/{reference}/messages", form, 422, state="error")
    assert empty.title.startswith("Erreur : ")
    long = angela.post(f"/demandes/{reference}/messages", form | {"texte": "é" * 4001}, 422)
    assert long.form(f"/demandes/{reference}/messages")["texte"] == "é" * 4001
    assert long.form(f"/demandes/{reference}/messages")["cle"] == form["cle"]


def test_a_message_about_a_withdrawn_request_is_not_lost(angela: Browser, town: Town, database: Database) -> None:
    reference = sent_request(database, town.angela)
    form = angela.get(f"/demandes/{reference}").form(f"/demandes/{reference}/messages")
    angela.post(f"/demandes/{reference}/retirer", {})
    page = angela.post(f"/demandes/{reference}/messages", form | {"texte": XSS}, 409, state="stopped")
    assert "Votre message n’est pas parti" in page.text
    assert XSS in page.text


def test_a_message_written_when_the_session_ends_is_kept(angela: Browser, town: Town, database: Database) -> None:
    reference = sent_request(database, town.angela)
    path = f"/demandes/{reference}/messages"
    form = angela.get(f"/demandes/{reference}").form(path) | {"texte": "Bonjour,\nvoici ma réponse."}
    with clock.shifted(timedelta(minutes=31)):
        away = angela.post(path, form)
        suite = parse_qs(urlsplit(away.location).query)["suite"][0]
        cookie = angela.http.get_cookie("parvis-essai-connexion", domain="127.0.0.1")
        assert cookie is not None
        with database.writing() as session:
            release_stashes(session, browser_hash=token_hash(cookie.value), owner_id=town.angela.id)
        angela.sign_in(town.angela)
        page = angela.get(suite, state="kept")
        assert "Nous avons gardé ce que vous aviez écrit" in page.text
        kept = page.form(path)
        assert kept["texte"] == "Bonjour,\nvoici ma réponse."
        angela.post(path, kept)
        assert angela.get(suite, 303).location == f"/demandes/{reference}"


@pytest.mark.parametrize(
    ("decision", "words"),
    [(RequestStatus.ACCEPTED, "Votre demande est acceptée."), (RequestStatus.REJECTED, "Votre demande est refusée.")],
)
def test_a_decision_is_read_with_its_reasons(
    angela: Browser, town: Town, database: Database, decision: RequestStatus, words: str
) -> None:
    reference = sent_request(database, town.angela)
    with database.writing() as session:
        agent = town.agent(town.meryem)
        requests.decide(session, agent, reference, decision, HIS_REASON, idempotency_key=str(uuid4()))
    page = angela.get(f"/demandes/{reference}", state=decision.value)
    assert words in page.text
    assert page.text.count("La bibliothèque est fermée") == 1
    assert "Meryem Yıldız" in page.text
    assert ("Comment contester" in page.text) == (decision is RequestStatus.REJECTED)
    assert "Retirer ma demande" not in page.text
    assert "Ce qui suit" not in page.text


def test_a_request_is_withdrawn_after_a_question(angela: Browser, town: Town, database: Database) -> None:
    reference = sent_request(database, town.angela)
    asked = angela.get(f"/demandes/{reference}/retirer", state="plain")
    assert reference in asked.text
    done = angela.post(f"/demandes/{reference}/retirer", asked.form())
    page = angela.follow(done, state="withdrawn")
    assert "Vous avez retiré cette demande : elle est arrêtée." in page.text
    assert page.text.count("Vous avez retiré votre demande.") == 1
    assert angela.post(f"/demandes/{reference}/retirer", {}).location == f"/demandes/{reference}"
    assert angela.get(f"/demandes/{reference}/retirer", 303).location == f"/demandes/{reference}"


def test_a_request_decided_meanwhile_is_not_withdrawn(angela: Browser, town: Town, database: Database) -> None:
    reference = sent_request(database, town.angela)
    form = angela.get(f"/demandes/{reference}/retirer").form()
    with database.writing() as session:
        agent = town.agent(town.meryem)
        requests.decide(session, agent, reference, RequestStatus.ACCEPTED, "Oui.", idempotency_key=str(uuid4()))
    page = angela.post(f"/demandes/{reference}/retirer", form, 409, state="decided first")
    assert "elle ne peut plus être retirée" in page.text
    assert "Votre demande est acceptée." in page.text


def test_the_acknowledgement_says_all_that_the_law_asks(angela: Browser, enrolment: str) -> None:
    page = angela.get(f"/demandes/{enrolment}/accuse", state="plain")
    for words in (
        "Service Enfance et écoles, mairie de Valmont-sur-Iselle",
        "2 place du Parvis, 38999 Valmont-sur-Iselle",
        "04 65 71 20 21",
        "enfance@valmont-sur-iselle.example",
        "En ligne, sur ce portail",
        "DUBOIS",
        "votre demande est acceptée.",
        "L232-3",
        "Tribunal administratif de Grenoble",
        "dans les 2 mois",
        "30 jours",
        "quelquun@exemple.example",
        "V comme Victor, S comme Suzanne, I comme Irma",
        "Empreinte",
    ):
        assert words in page.text, words
    assert len([one for one in page.all("time") if one.get("datetime")]) >= 3


def test_a_report_is_not_said_to_be_a_request(angela: Browser) -> None:
    reference = send(angela, walk(angela, "signaler-un-probleme"), "signaler-un-probleme")
    page = angela.get(f"/demandes/{reference}/accuse")
    assert "ne vaut ni accord ni refus" in page.text
    assert "Tribunal" not in page.text


def test_a_reference_is_found_however_it_is_typed_and_only_by_its_owner(
    angela: Browser, sign_in, town: Town, database: Database
) -> None:
    reference = sent_request(database, town.angela)
    loose = reference.lower().replace("-", "")
    assert angela.get(f"/demandes/{loose}", 303).location == f"/demandes/{reference}"
    assert angela.get(f"/demandes/{loose}/accuse", 303).location == f"/demandes/{reference}/accuse"
    layla: Browser = sign_in(town.layla)
    for browser, wanted in ((layla, reference), (angela, "VSI-0000-00"), (angela, "%3Cscript%3E")):
        for end in ("", "/accuse", "/retirer", "/messages"):
            browser.get(f"/demandes/{wanted}{end}", 404)
        browser.post(f"/demandes/{wanted}/messages", {"texte": "Bonjour"}, 404)
        browser.post(f"/demandes/{wanted}/retirer", {}, 404)
    with database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM request_message")).scalar_one() == 0


def test_who_looked_at_the_file_is_told(angela: Browser, sign_in, town: Town, database: Database) -> None:
    reference = sent_request(database, town.angela)
    assert "Aucune consultation n’est notée" in angela.get(f"/demandes/{reference}").text
    meryem: Browser = sign_in(town.meryem)
    for _ in range(3):
        meryem.get(f"/agents/dossiers/{reference}")
    with counted(database) as statements:
        page = angela.get(f"/demandes/{reference}", state="looked at")
    assert "Meryem Yıldız, Médiathèque de l’Iselle, mairie de Valmont-sur-Iselle (3 fois ce jour-là)." in page.text
    assert len(statements) <= 16
    assert all(statement.startswith("SELECT") for statement in statements)


def test_the_number_of_statements_does_not_grow_with_the_story(angela: Browser, town: Town, database: Database) -> None:
    reference = sent_request(database, town.angela)
    with database.writing() as session:
        requests.post_message(session, town.agent(town.meryem), reference, "Un.", idempotency_key="0")
    with counted(database) as short:
        angela.get(f"/demandes/{reference}")
    with database.writing() as session:
        for number in range(1, 8):
            who = town.agent(town.meryem) if number % 2 else town.resident(town.angela)
            requests.post_message(session, who, reference, "Encore.", idempotency_key=str(number))
    with counted(database) as long:
        angela.get(f"/demandes/{reference}")
    assert len(short) == len(long)


PAYLOADS: dict[str, dict[str, Any]] = {
    "delivery_retrying": {"connection": "ecoles", "next_attempt_at": "2026-03-03T14:05:00+00:00", "code": "network"},
    "status_changed": {"from": "submitted", "to": "in_progress", "by": "agent"},
    "message_posted": {"message_id": "x", "from": "agent"},
}


def event(event_type: str, payload: dict[str, Any], minutes: int = 0) -> EventView:
    at = datetime(2026, 3, 3, 13, 5, tzinfo=UTC) + timedelta(minutes=minutes)
    return EventView(new_id(), new_id(), event_type, 1, payload, at, at, ActorKind.SYSTEM, None, "system")


def test_every_event_is_told_and_an_unknown_one_neutrally(
    angela: Browser, enrolment: str, town: Town, database: Database
) -> None:
    assert {name for name, _version in REQUIRED} <= TELLERS.keys()
    with database.reading() as session, angela.app.test_request_context(base_url="http://127.0.0.1:8070"):
        view = requests.get_request(session, town.resident(town.angela), enrolment)
        teller = Teller(view, {}, {})
        for number, name in enumerate(sorted({name for name, _version in REQUIRED})):
            payload = PAYLOADS.get(name, {"connection": "ecoles", "to": "accepted"})
            sentence = teller.tell(event(name, payload, number))
            assert sentence.endswith("."), sentence
            assert "_" not in sentence
        for broken in ({}, {"next_attempt_at": "jamais"}, {"agent_id": None, "to": "?", "from": "?"}):
            assert all(teller.tell(event(name, broken)).endswith(".") for name in TELLERS)
        assert teller.tell(event("something_new", {"a": "b"})) == "Votre dossier a été mis à jour."
        main, minor = tell_all(teller, [event("request_submitted", {}), event("email_sent", {"template": "x"}, 1)])
        assert (len(main), len(minor)) == (1, 1)


def test_a_reference_is_spelled_for_the_telephone(angela: Browser) -> None:
    with angela.app.test_request_context(base_url="http://127.0.0.1:8070"):
        assert spell("VSI-7F3K-2M") == [
            "V comme Victor",
            "S comme Suzanne",
            "I comme Irma",
            "7",
            "F comme François",
            "3",
            "K comme Kléber",
            "2",
            "M comme Marcel",
        ]
