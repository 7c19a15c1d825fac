"""What the resident does after the request left: it reaches the school, whatever the school does, or an agent."""

import html
import re
from datetime import timedelta

import pytest

from portal.casework.requests import service as requests
from portal.casework.requests.enums import RequestStatus
from portal.engine.exchanges.enums import Ending
from portal.engine.exchanges.polling import Polling
from portal.engine.exchanges.running import build_worker
from portal.ground import clock
from portal.ground.audit.service import list_about
from portal.ground.permissions import ROLE_PERMISSIONS, Actor, ActorKind, Role
from portal.people.accounts.service import provision_agent
from portal.records.outbox import service as outbox
from portal.records.outbox.enums import MessageState
from tests.portal.engine.exchanges.commune import SCHOOL, open_commune, translations
from tests.portal.engine.exchanges.portal_edge import registry_for, with_connections

NUMBER = iter(range(50_000, 60_000))
WITHDRAWAL, ANSWER, AMENDMENT = requests.WITHDRAWAL_KIND, requests.COMPLEMENT_KIND, requests.AMENDMENT_KIND
WORDS = "Voici la quittance de loyer."


@pytest.fixture
def chain(database, outside, registry, worker):
    """A commune, its worker and the school."""
    return Chain(open_commune(database), worker, Polling(database, registry, worker.delivering), outside)


class Chain:
    def __init__(self, commune, worker, polling, outside):
        self.commune, self.worker, self.polling, self.outside = commune, worker, polling, outside
        self.database, self.number = commune.database, next(NUMBER)
        self.corrected = "Corrigée-" + "".join(chr(ord("a") + int(digit)) for digit in str(self.number))
        account = commune.accounts[0]
        self.resident = Actor(ActorKind.RESIDENT, id=account.id, subject=account.person_id, label="Camille ESSAI")

    def submit(self, *, and_send=True):
        self.submitted = self.commune.submit(self.number)
        if and_send:
            self.worker.drain()
        return self.submitted

    def seen(self):
        return self.commune.seen(self.submitted.reference, self.number)

    def enrolment_id(self):
        return self.seen().forwardings[0].external_ref

    def withdraw(self):
        with translations(), self.database.writing() as session:
            requests.withdraw(session, self.resident, self.submitted.reference)

    def answer(self, key="form-1", text=WORDS):
        with translations(), self.database.writing() as session:
            requests.post_message(session, self.resident, self.submitted.reference, text, idempotency_key=key)

    def amend(self, name, key="a1"):
        answers = {"household_child_given_names": name}
        with translations(), self.database.writing() as session:
            return requests.amend(
                session, self.resident, self.submitted.reference, answers, idempotency_key=key
            ).amendment

    def child(self):
        """The given names that the school's file holds, from its page."""
        page = html.unescape(self.outside.text(f"/ecoles/dossiers/{self.enrolment_id()}"))
        return re.search(r'"child": \{.*?"first_names": \[(.*?)\]', page, re.DOTALL)[1].split('"')[1]

    def mails_to_department(self):
        found = self.outside.letters("enfance@valmont-sur-iselle.example")
        return [one["subject"] for one in found if self.submitted.reference in one["subject"]]

    def school_asks(self):
        self.outside.move(self.enrolment_id(), "incomplete", piece="justificatif_domicile")
        self.polling.poll(SCHOOL)

    def types(self):
        return [event.type for event in self.seen().events]

    def sent(self, kind):
        with self.database.reading() as session:
            views = outbox.delivery_state(session, str(self.submitted.request_id))
        return [view for view in views if view.kind == kind]

    def journal(self):
        with self.database.reading() as session:
            lines = list_about(session, self.seen().person_id, kinds=[ActorKind.PARTNER], limit=100)
        return [line.action for line in lines]

    def in_hours(self, hours):
        return clock.shifted(timedelta(hours=hours))

    def school_file(self):
        return self.outside.get_as_portal(f"/ecoles/enrolments/{self.enrolment_id()}")


def test_a_withdrawal_reaches_the_school_which_confirms(chain):
    chain.submit()
    chain.withdraw()
    assert len(chain.sent(WITHDRAWAL)) == 1
    assert chain.worker.drain()[Ending.DELIVERED] >= 1
    assert chain.school_file()["status"] == "cancelled"
    assert chain.types().count("withdrawal_sent") == chain.types().count("withdrawal_confirmed") == 1
    seen = chain.seen()
    assert seen.forwardings[0].finished_at is not None
    assert "withdrawal_transmitted" in chain.journal()
    chain.polling.poll(SCHOOL)
    assert chain.types().count("withdrawal_confirmed") == 1
    assert "status_refused" not in chain.types()


def test_withdrawing_twice_tells_the_school_once(chain):
    chain.submit()
    chain.withdraw()
    chain.withdraw()
    chain.worker.drain()
    assert len(chain.sent(WITHDRAWAL)) == 1


def test_after_the_withdrawal_the_same_child_may_be_enrolled_again(chain):
    chain.submit()
    chain.withdraw()
    chain.worker.drain()
    first = chain.enrolment_id()
    chain.submitted = chain.commune.submit_again(chain.number)
    chain.worker.drain()
    assert chain.seen().transmitted_at is not None
    assert chain.enrolment_id() != first


def test_what_was_never_sent_is_not_sent_and_nobody_is_told(chain):
    before = chain.outside.counts()
    chain.submit(and_send=False)
    chain.withdraw()
    chain.worker.drain()
    assert chain.outside.counts() == before
    assert chain.sent(WITHDRAWAL) == []


@pytest.mark.parametrize(("scenario", "kept"), [("down", 0), ("commit_then_drop", 1)])
def test_a_request_withdrawn_while_it_may_have_arrived_is_looked_for_then_stopped(chain, scenario, kept):
    before = chain.outside.counts()["records"]
    chain.outside.choose(scenario)
    chain.submit()
    chain.outside.choose("ok")
    chain.withdraw()
    with chain.in_hours(1):
        chain.worker.drain()
    assert chain.outside.counts()["records"] - before == kept
    assert chain.types().count("withdrawal_sent") == kept
    if kept:
        assert chain.school_file()["status"] == "cancelled"
    else:
        assert chain.sent("forward_request")[0].state is MessageState.CLOSED


@pytest.mark.parametrize("scenario", ["down", "refuse_connection", "rate_limited", "commit_then_drop", "truncated"])
def test_a_school_that_fails_then_recovers_is_told_of_the_withdrawal(chain, scenario):
    chain.submit()
    chain.withdraw()
    chain.outside.choose(scenario)
    chain.worker.drain()
    assert chain.sent(WITHDRAWAL)[0].state is MessageState.RETRYING
    assert "withdrawal_sent" not in chain.types()
    chain.outside.choose("ok")
    with chain.in_hours(1):
        chain.worker.drain()
    assert chain.types().count("withdrawal_sent") == 1
    assert chain.school_file()["status"] == "cancelled"
    assert [event["status"] for event in chain.school_file()["events"]].count("cancelled") == 1


def test_a_school_that_decided_first_leaves_it_to_an_agent(chain):
    chain.submit()
    for state in ("under_review", "assigned", "certificate_issued", "admitted"):
        chain.outside.move(chain.enrolment_id(), state, ecole="0389902B")
    chain.withdraw()
    chain.worker.drain()
    (told,) = chain.sent(WITHDRAWAL)
    assert (told.state, told.last_error_code) == (MessageState.DEAD, "enrolment_ended")
    assert chain.types().count("follow_up_dead") == 1
    assert "follow_up_not_transmitted" in chain.journal()
    chain.polling.poll(SCHOOL)
    seen = chain.seen()
    assert (seen.status, seen.taken_into_account_at) == (RequestStatus.WITHDRAWN, None)
    assert len(chain.sent(WITHDRAWAL)) == 1, "the task is there already"


def test_a_connection_that_carries_no_withdrawal_makes_it_a_task(chain, settings):
    chain.submit()
    known = with_connections(settings, school_url=f"{chain.outside.url}/ecoles", smtp_port=chain.outside.smtp_port)
    plain = registry_for(known, without={"withdraws", "complements"})
    worker = build_worker(known, chain.database, plain, around=translations)
    chain.school_asks()
    chain.answer()
    worker.drain()
    chain.withdraw()
    worker.drain()
    dead = {view.kind: view.last_error_code for kind in (WITHDRAWAL, ANSWER) for view in chain.sent(kind)}
    assert dead == {WITHDRAWAL: "withdrawal_not_carried", ANSWER: "answer_not_carried"}
    assert chain.types().count("follow_up_dead") == 2
    assert chain.school_file()["status"] == "incomplete"
    plain.close()


def test_the_answer_reaches_the_school_that_asked(chain):
    chain.submit()
    chain.school_asks()
    assert chain.seen().status is RequestStatus.WAITING_FOR_RESIDENT
    chain.answer()
    chain.answer()
    assert len(chain.sent(ANSWER)) == 1
    chain.worker.drain()
    assert chain.school_file()["status"] == "under_review"
    assert chain.types().count("complement_sent") == 1
    assert "answer_transmitted" in chain.journal()
    assert WORDS in chain.outside.text(f"/ecoles/dossiers/{chain.enrolment_id()}")
    chain.polling.poll(SCHOOL)
    assert chain.seen().status is RequestStatus.IN_PROGRESS


def test_a_message_that_nobody_awaited_stays_with_the_service(chain):
    chain.submit()
    chain.answer()
    chain.worker.drain()
    assert chain.sent(ANSWER) == []


@pytest.mark.parametrize("scenario", ["down", "commit_then_drop", "truncated"])
def test_an_answer_is_given_once_to_a_school_that_fails_then_recovers(chain, scenario):
    chain.submit()
    chain.school_asks()
    chain.answer()
    chain.outside.choose(scenario)
    chain.worker.drain()
    assert chain.sent(ANSWER)[0].state is MessageState.RETRYING
    chain.outside.choose("ok")
    with chain.in_hours(1):
        chain.worker.drain()
    assert chain.types().count("complement_sent") == 1
    assert chain.outside.text(f"/ecoles/dossiers/{chain.enrolment_id()}").count(WORDS) == 1


def test_an_answer_that_the_school_refuses_is_a_task_and_its_words_are_in_no_event(chain):
    chain.submit()
    chain.school_asks()
    chain.outside.move(chain.enrolment_id(), "refused", motif="Hors secteur")
    chain.answer()
    chain.worker.drain()
    (told,) = chain.sent(ANSWER)
    assert (told.state, told.last_error_code) == (MessageState.DEAD, "enrolment_ended")
    assert all(WORDS not in str(event.payload) for event in chain.seen().events)


def test_an_answer_is_not_given_once_the_request_is_withdrawn(chain):
    chain.submit()
    chain.school_asks()
    chain.answer()
    chain.withdraw()
    chain.worker.drain()
    assert chain.sent(ANSWER)[0].state is MessageState.CLOSED
    assert chain.school_file()["status"] == "cancelled"


def agent_of(session, procedure):
    agent = provision_agent(
        session,
        local_authority_id=procedure.local_authority_id,
        siret="21380999900019",
        email="claire@valmont-sur-iselle.example",
        display_name="Claire ESSAI",
        role=Role.DEPARTMENT_AGENT,
        department_ids=[procedure.department_id],
    )
    rights = ROLE_PERMISSIONS[agent.role]
    return Actor(ActorKind.AGENT, agent.id, permissions=rights, department_ids=agent.department_ids)


def test_an_address_that_the_mail_server_refuses_is_told_to_the_request(chain):
    chain.outside.choose("reject", partner="courriel")
    chain.submit()
    chain.outside.choose("ok", partner="courriel")
    refused = [event.payload for event in chain.seen().events if event.type == "email_refused"]
    assert {payload["code"] for payload in refused} == {"smtp_550"}
    assert "@" not in str(refused)


def test_a_correction_before_the_request_has_left_leaves_with_it(chain):
    before = chain.outside.counts()
    chain.submit(and_send=False)
    chain.amend(chain.corrected)
    chain.worker.drain()
    assert chain.child() == chain.corrected
    assert chain.sent(AMENDMENT) == []
    assert chain.outside.counts()["records"] - before["records"] == 1
    assert chain.seen().forwardings[0].amendment_sent == 1


def test_a_correction_reaches_the_school_that_has_the_request(chain):
    chain.submit()
    chain.amend("Première")
    chain.amend("Seconde", "a2")
    chain.worker.drain()
    assert chain.child() == "Seconde"
    states = [view.state for view in chain.sent(AMENDMENT)]
    assert states == [MessageState.CLOSED, MessageState.DELIVERED], "the first one says nothing that the last does not"
    assert chain.types().count("amendment_sent") == 1
    assert "amendment_transmitted" in chain.journal()
    assert not chain.seen().forwardings[0].amendment_pending


@pytest.mark.parametrize("scenario", ["down", "commit_then_drop"])
def test_a_request_corrected_while_it_may_have_arrived_ends_as_corrected(chain, scenario):
    before = chain.outside.counts()["records"]
    chain.outside.choose(scenario)
    chain.submit()
    chain.outside.choose("ok")
    chain.amend(chain.corrected)
    with chain.in_hours(1):
        chain.worker.drain()
    assert chain.outside.counts()["records"] - before == 1
    assert chain.child() == chain.corrected
    assert len(chain.sent(AMENDMENT)) == (scenario == "commit_then_drop")
    assert "delivery_dead" not in chain.types()


@pytest.mark.parametrize("scenario", ["down", "commit_then_drop", "truncated"])
def test_a_correction_survives_a_school_that_fails_then_recovers(chain, scenario):
    chain.submit()
    chain.amend(chain.corrected)
    chain.outside.choose(scenario)
    chain.worker.drain()
    assert chain.sent(AMENDMENT)[0].state is MessageState.RETRYING
    assert chain.seen().forwardings[0].amendment_pending
    chain.outside.choose("ok")
    with chain.in_hours(1):
        chain.worker.drain()
    assert chain.child() == chain.corrected
    assert chain.types().count("amendment_sent") == 1


def test_a_correction_that_is_not_carried_is_one_task_and_one_alert(chain, settings):
    chain.submit()
    known = with_connections(settings, school_url=f"{chain.outside.url}/ecoles", smtp_port=chain.outside.smtp_port)
    plain = registry_for(known, without={"amends"})
    worker = build_worker(known, chain.database, plain, around=translations)
    chain.amend(chain.corrected)
    for _time in range(2):
        worker.drain()
    (told,) = chain.sent(AMENDMENT)
    assert (told.state, told.last_error_code) == (MessageState.DEAD, "amendment_not_carried")
    assert chain.seen().forwardings[0].amendment_pending
    assert chain.mails_to_department() == [f"Demande {chain.submitted.reference} : un envoi attend une personne"]
    plain.close()


def test_the_department_is_told_once_per_failure_whatever_the_attempts(chain):
    chain.outside.choose("down")
    chain.submit()
    for hours in (1, 2, 4, 8, 16, 24, 48, 72, 96, 120, 144, 168, 192, 216):
        with chain.in_hours(hours):
            chain.worker.drain()
    chain.outside.choose("ok")
    assert chain.sent(requests.FORWARD_KIND)[0].state is MessageState.DEAD
    with chain.in_hours(217):
        chain.worker.drain()
    assert len(chain.mails_to_department()) == 1


def test_a_decided_request_is_not_sent_any_more(chain):
    before = chain.outside.counts()
    chain.submit(and_send=False)
    with translations(), chain.database.writing() as session:
        agent = agent_of(session, chain.commune.procedure)
        requests.decide(session, agent, chain.submitted.reference, "closed", "Sans objet.", idempotency_key="d")
    chain.worker.drain()
    assert chain.outside.counts() == before
    assert chain.sent(requests.FORWARD_KIND)[0].state is MessageState.CLOSED
