"""What the pages say when a request stops on its way, is withdrawn after it left, or comes back with a question."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select

from connectors.sdk import Receipt, StatusUpdate, UpdateStatus
from portal.casework.notifications.models import Notification
from portal.casework.requests import service as requests
from portal.casework.requests.models import Forwarding
from portal.ground import clock
from portal.ground.db import Database
from portal.records.outbox import service as outbox
from portal.records.outbox.models import OutboxMessage
from tests.support.client import Browser, Page
from tests.support.town import Town, counted, fail_delivery, request_id_of, sent_request
from tests.support.walking import send, walk

SLUG = "inscription-scolaire"
Sign = Callable[..., Browser]


@pytest.fixture
def enrolment(angela: Browser) -> str:
    """The reference of a request for the schools."""
    return send(angela, walk(angela, SLUG), SLUG)


@pytest.fixture
def claire(sign_in: Sign, town: Town) -> Browser:
    """The browser of the agent in charge of schools."""
    return sign_in(town.claire)


def transmitted(database: Database, reference: str, *, received: bool = True) -> UUID:
    """The schools have it."""
    request_id = request_id_of(database, reference)
    with database.writing() as session:
        requests.record_delivery(session, request_id, "ecoles", Receipt(external_ref="E-1", received=received))
    return request_id


def reported(database: Database, request_id: UUID, status: UpdateStatus, raw: str, **details: str) -> None:
    """What the schools say next."""
    with database.writing() as session:
        update = StatusUpdate(str(uuid4()), "E-1", status, raw, clock.now(), details)
        requests.apply_partner_update(session, request_id=request_id, connection="ecoles", update=update)


def test_it_is_sent_before_it_is_received(angela: Browser, claire: Browser, enrolment: str, database: Database) -> None:
    transmitted(database, enrolment)
    for page, said in (
        (angela.get(f"/demandes/{enrolment}"), "Nous l’avons transmise"),
        (claire.get(f"/agents/dossiers/{enrolment}"), "Transmise : "),
    ):
        assert page.text.index(said) < page.text.index("Le destinataire confirme l’avoir reçue"), page.text


def dead_letter(database: Database, lane: str = "ecoles") -> UUID:
    with database.reading() as session:
        query = select(OutboxMessage.id).where(OutboxMessage.lane == lane, OutboxMessage.dead_at.is_not(None))
        return session.scalars(query).one()


def fail_follow_up(database: Database, request_id: UUID, kind: str, connection: str = "ecoles") -> None:
    """The worker could not tell the recipient."""
    with database.writing() as session:
        for claimed in outbox.claim(session, worker="essai", lane=connection):
            if claimed.kind != kind:
                outbox.complete(session, claimed)
                continue
            outbox.bury(session, claimed, code="http_409")
            requests.record_follow_up_failure(session, request_id, connection, kind=kind, code="http_409")


def close(agent: Browser, message_id: UUID, closing: str, words: str, status: int = 303, **how: str) -> Page:
    path = f"/agents/envois/{message_id}/clore"
    return agent.post(path, agent.get(path).form(path) | {"suite": closing, "mots": words}, status, **how)


def test_closing_a_sending_asks_how_and_the_person_reads_exactly_that(
    angela: Browser, claire: Browser, sign_in: Sign, town: Town, enrolment: str, database: Database
) -> None:
    fail_delivery(database, enrolment, dead=True)
    deciding = claire.get(f"/agents/dossiers/{enrolment}/decider")
    assert "Décider ne l’enverra pas." in deciding.text
    message_id, odile = dead_letter(database), sign_in(town.commune.agents["o.operateur"])
    nothing = close(odile, message_id, "", "Remis au secrétariat.", 422, state="error")
    assert "Choisissez ce qui a été fait." in nothing.text
    assert "Remis au secrétariat." in nothing.text
    without = close(odile, message_id, "other_way", "  ", 422)
    assert "Écrivez comment le destinataire a été prévenu" in without.text
    close(odile, message_id, "other_way", "Remis au secrétariat le 3 mars, <b>en main propre</b>.")
    page = angela.get(f"/demandes/{enrolment}", state="handed over")
    assert "Le service a transmis votre demande autrement que par ce site." in page.text
    assert "« Remis au secrétariat le 3 mars, <b>en main propre</b>. »" in page.text
    assert "un agent doit le reprendre" not in page.text
    case = claire.get(f"/agents/dossiers/{enrolment}").text
    assert "Transmise autrement que par le portail" in case
    assert "Remis au secrétariat" in case


def test_the_hand_over_outlives_the_trace_of_the_sending(
    angela: Browser, sign_in: Sign, town: Town, enrolment: str, database: Database
) -> None:
    fail_delivery(database, enrolment, dead=True)
    message_id = dead_letter(database)
    close(sign_in(town.commune.agents["o.operateur"]), message_id, "other_way", "Remis au secrétariat.")
    with database.writing() as session:
        session.execute(delete(OutboxMessage).where(OutboxMessage.id == message_id))
    assert "Le service a transmis votre demande autrement" in angela.get(f"/demandes/{enrolment}").text


def test_a_sending_that_is_given_up_says_why(
    angela: Browser, sign_in: Sign, town: Town, enrolment: str, database: Database
) -> None:
    fail_delivery(database, enrolment, dead=True)
    odile = sign_in(town.commune.agents["o.operateur"])
    close(odile, dead_letter(database), "not_sent", "Votre enfant dépend d’une autre commune.")
    page = angela.get(f"/demandes/{enrolment}", state="not to be sent")
    assert "Votre demande ne sera pas transmise : " in page.text
    assert "Votre enfant dépend d’une autre commune." in page.text
    assert "autrement que par ce site" not in page.text


def test_a_second_failure_is_told_as_such_and_no_second_mail_is_claimed(
    angela: Browser, claire: Browser, sign_in: Sign, town: Town, enrolment: str, database: Database
) -> None:
    fail_delivery(database, enrolment, dead=True)
    samira = sign_in(town.commune.agents["s.amrani"])
    samira.post(f"/agents/envois/{dead_letter(database)}/rejouer")
    fail_delivery(database, enrolment, dead=True)
    assert "De nouveau, l’envoi n’est pas passé" in angela.get(f"/demandes/{enrolment}").text
    assert "Envoi de nouveau en échec" in claire.get(f"/agents/dossiers/{enrolment}").text
    with database.reading() as session:
        told = session.scalars(select(Notification.cause).where(Notification.event == "delivery_dead")).all()
    assert told == ["ecoles"]


def test_a_decided_request_is_not_sent_again(
    claire: Browser, sign_in: Sign, town: Town, enrolment: str, database: Database
) -> None:
    fail_delivery(database, enrolment, dead=True)
    message_id, samira = dead_letter(database), sign_in(town.commune.agents["s.amrani"])
    case = claire.get(f"/agents/dossiers/{enrolment}/decider").form(f"/agents/dossiers/{enrolment}/decider")
    decision = case | {"decision": "closed", "reason": "Sans objet.", "then": "send"}
    claire.post(f"/agents/dossiers/{enrolment}/decider", decision)
    samira.post(f"/agents/envois/{message_id}/rejouer")
    assert "elle n’est plus envoyée" in samira.get("/agents/envois?fait=terminee").text
    assert dead_letter(database) == message_id


def test_the_queue_and_the_sendings_count_the_same_requests(
    claire: Browser, sign_in: Sign, town: Town, enrolment: str, database: Database
) -> None:
    request_id = transmitted(database, enrolment)
    with database.writing() as session:
        resident = Town.resident(town.angela)
        requests.withdraw(session, resident, enrolment)
    fail_follow_up(database, request_id, requests.WITHDRAWAL_KIND)
    assert "Envois en échec (1)" in claire.get("/agents/dossiers").text
    assert enrolment in claire.get("/agents/dossiers?vue=echecs").text
    samira = sign_in(town.commune.agents["s.amrani"])
    with counted(database) as statements:
        page = samira.get("/agents/envois")
    assert "1 demande de vos services" in page.text
    assert len(statements) <= 8


def test_only_who_has_the_screen_is_sent_to_it(
    claire: Browser, sign_in: Sign, town: Town, enrolment: str, database: Database
) -> None:
    fail_delivery(database, enrolment, dead=True)
    assert "À traiter dans « Envois »" not in claire.get(f"/agents/dossiers/{enrolment}").text
    samira = sign_in(town.commune.agents["s.amrani"])
    assert "À traiter dans « Envois »" in samira.get(f"/agents/dossiers/{enrolment}").text


def test_a_withdrawal_that_travels_is_asked_then_sent_then_confirmed(
    angela: Browser, claire: Browser, enrolment: str, database: Database
) -> None:
    before = angela.get(f"/demandes/{enrolment}/retirer")
    assert "vous pourrez déposer une nouvelle demande" in before.text
    request_id = transmitted(database, enrolment)
    page = angela.get(f"/demandes/{enrolment}/retirer", state="told by us")
    assert "Nous lui enverrons votre retrait." in page.text
    assert "n’est pas prévenu automatiquement" not in page.text
    path = f"/demandes/{enrolment}/retirer"
    angela.post(path, page.form(path))
    asked = angela.get(f"/demandes/{enrolment}", state="withdrawal asked")
    assert "Préparé : il part vers " in asked.text
    assert "elle est arrêtée" not in asked.text
    assert "Prévenez le destinataire" not in claire.get(f"/agents/dossiers/{enrolment}").text
    with database.writing() as session:
        requests.record_withdrawal(session, request_id, "ecoles", Receipt("E-1", received=False))
    sent = angela.get(f"/demandes/{enrolment}")
    assert "Envoyé au destinataire." in sent.text
    assert "Pas encore confirmé : " in sent.text
    with database.writing() as session:
        requests.record_withdrawal(session, request_id, "ecoles", Receipt("E-1", received=True))
    confirmed = angela.get(f"/demandes/{enrolment}", state="withdrawal confirmed")
    assert "Le destinataire confirme l’arrêt" in confirmed.text
    assert "elle est arrêtée" in confirmed.text
    assert "Le destinataire confirme l’arrêt" in claire.get(f"/agents/dossiers/{enrolment}").text


def test_a_withdrawal_that_does_not_travel_is_a_task(
    angela: Browser, claire: Browser, sign_in: Sign, town: Town, enrolment: str, database: Database
) -> None:
    request_id = transmitted(database, enrolment)
    path = f"/demandes/{enrolment}/retirer"
    angela.post(path, angela.get(path).form(path))
    fail_follow_up(database, request_id, requests.WITHDRAWAL_KIND)
    assert "Un agent doit prévenir ce destinataire" in angela.get(f"/demandes/{enrolment}").text
    assert "Prévenez le destinataire" in claire.get(f"/agents/dossiers/{enrolment}").text
    with clock.shifted(timedelta(minutes=5)):
        reported(database, request_id, UpdateStatus.TAKEN_INTO_ACCOUNT, "under_review")
        assert "Quelqu’un l’étudie" not in angela.get(f"/demandes/{enrolment}").text
    close(sign_in(town.commune.agents["o.operateur"]), dead_letter(database), "other_way", "Appelé ce matin.")
    page = angela.get(f"/demandes/{enrolment}")
    assert "Le service a prévenu ce destinataire" in page.text
    assert "Appelé ce matin." in page.text
    assert "Prévenez le destinataire" not in claire.get(f"/agents/dossiers/{enrolment}").text


def test_a_recipient_that_takes_no_withdrawal_is_said_before_it_is_asked(
    angela: Browser, town: Town, database: Database
) -> None:
    reference = sent_request(database, town.angela)
    request_id = request_id_of(database, reference)
    with database.writing() as session:
        session.add(Forwarding(request_id=request_id, connection="demo", transmitted_at=clock.now(), external_ref="D"))
    page = angela.get(f"/demandes/{reference}/retirer", state="told by hand")
    assert "n’est pas prévenu automatiquement" in page.text
    assert "Nous lui enverrons votre retrait." not in page.text


def test_an_address_that_takes_no_mail_is_said_on_the_page(
    angela: Browser, claire: Browser, enrolment: str, database: Database
) -> None:
    assert "Vérifiez votre adresse" not in angela.get(f"/demandes/{enrolment}").text
    with database.writing() as session:
        notification_id = session.scalars(select(Notification.id)).first()
        assert notification_id is not None
        requests.record_notification_refused(session, notification_id, code="smtp_550")
    page = angela.get(f"/demandes/{enrolment}", state="address refused")
    assert "Nous n’avons pas pu vous écrire à" in page.text
    assert "Courriel non remis à la personne." in claire.get(f"/agents/dossiers/{enrolment}").text
    with database.writing() as session:
        requests.record_notification_sent(session, notification_id)
    assert "Nous n’avons pas pu vous écrire à" not in angela.get(f"/demandes/{enrolment}").text


def test_a_correction_shows_who_still_has_the_old_answers(
    angela: Browser, claire: Browser, town: Town, enrolment: str, database: Database
) -> None:
    request_id = transmitted(database, enrolment)
    with database.writing() as session:
        requests.amend(
            session,
            Town.resident(town.angela),
            enrolment,
            {"address_current_line": "4 quai des Tisserands"},
            idempotency_key="k",
        )
    page = angela.get(f"/demandes/{enrolment}", state="corrected")
    assert "Votre correction part. D’ici là, ce destinataire a vos anciennes réponses" in page.text
    assert "Vous avez corrigé votre demande : " in page.text
    answers = angela.get(f"/demandes/{enrolment}/reponses", state="corrected")
    assert "Correction 1" in answers.text
    assert "4 quai des Tisserands" in answers.text
    case = claire.get(f"/agents/dossiers/{enrolment}", state="corrected")
    assert "Réponses corrigées" in case.text
    fail_follow_up(database, request_id, requests.AMENDMENT_KIND)
    assert "Un agent doit transmettre votre correction." in angela.get(f"/demandes/{enrolment}").text
    assert "Transmettez la correction" in claire.get(f"/agents/dossiers/{enrolment}").text
    with database.writing() as session:
        requests.record_amendment(session, request_id, "ecoles", 1, Receipt("E-1", received=True))
    told = angela.get(f"/demandes/{enrolment}").text
    assert "anciennes réponses" not in told
    assert "Votre correction est transmise. Le destinataire confirme l’avoir" in told


def test_what_a_recipient_misses_is_named_and_an_answer_that_does_not_travel_is_a_task(
    angela: Browser, claire: Browser, enrolment: str, database: Database
) -> None:
    request_id = transmitted(database, enrolment)
    codes = "evidence.proof_of_address,evidence.vaccinations,rien.de.connu"
    reported(database, request_id, UpdateStatus.NEEDS_INFORMATION, "incomplete", missing=codes)
    page = angela.get(f"/demandes/{enrolment}")
    assert "justificatif de domicile, carnet de vaccinations. Votre réponse est attendue." in page.text
    assert "rien.de.connu" not in page.text
    agent = claire.get(f"/agents/dossiers/{enrolment}")
    assert "Il manque : justificatif de domicile, carnet de vaccinations." in agent.text
    path = f"/demandes/{enrolment}/messages"
    angela.post(path, page.form(path) | {"texte": "Les voici demain."})
    assert "Votre réponse part vers" in angela.get(f"/demandes/{enrolment}").text
    assert "Transmettez la réponse" not in claire.get(f"/agents/dossiers/{enrolment}").text
    fail_follow_up(database, request_id, requests.COMPLEMENT_KIND)
    assert "Votre réponse n’est pas encore chez" in angela.get(f"/demandes/{enrolment}").text
    assert "Transmettez la réponse" in claire.get(f"/agents/dossiers/{enrolment}").text


def test_the_number_of_a_certificate_is_given_to_the_person(
    angela: Browser, enrolment: str, database: Database
) -> None:
    request_id = transmitted(database, enrolment)
    reported(database, request_id, UpdateStatus.ACCEPTED, "accepted", certificate_number="RAD-1A2B")
    assert "Numéro du certificat : RAD-1A2B." in angela.get(f"/demandes/{enrolment}").text
