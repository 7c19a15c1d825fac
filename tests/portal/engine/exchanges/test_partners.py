"""From a submission to the school software and the mail server, over real HTTP and SMTP, whatever they do."""

import time
from collections import Counter
from datetime import timedelta

import pytest

from portal.casework.requests import service as requests
from portal.casework.requests.enums import RequestStatus
from portal.casework.requests.policy import DRAFT_KEPT
from portal.engine.exchanges.enums import Ending
from portal.engine.exchanges.polling import Polling
from portal.ground import clock
from portal.ground.audit.service import list_about
from portal.ground.permissions import SYSTEM, Actor, ActorKind
from portal.records.connections import service as connections
from portal.records.outbox import service as outbox
from portal.records.outbox.enums import HeldReason, MessageState
from portal.records.timeline.service import list_events
from tests.portal.engine.exchanges.commune import MAIL, SCHOOL, open_commune, translations

NUMBER = iter(range(1, 10_000))


@pytest.fixture
def chain(database, outside, registry, worker):
    """A commune, its worker and its partners."""
    return Chain(open_commune(database), worker, Polling(database, registry, worker.delivering), outside)


class Chain:
    def __init__(self, commune, worker, polling, outside):
        self.commune, self.worker, self.polling, self.outside = commune, worker, polling, outside
        self.database = commune.database

    def submit(self):
        self.number = next(NUMBER)  # another child each time: the school software remembers
        self.submitted = self.commune.submit(self.number)
        return self.submitted

    def seen(self):
        return self.commune.seen(self.submitted.reference, self.number)

    def school(self):
        (forwarding,) = self.seen().forwardings
        return forwarding

    def events(self):
        with self.database.reading() as session:
            return [event.type for event in list_events(session, self.submitted.request_id)]

    def journal(self):
        """What the journal tells the person of partners."""
        with self.database.reading() as session:
            return list_about(session, self.seen().person_id, kinds=[ActorKind.PARTNER], limit=100)

    def delivery(self, lane=SCHOOL):
        with self.database.reading() as session:
            views = outbox.delivery_state(session, str(self.submitted.request_id))
        return [view for view in views if view.lane == lane]

    def next_attempt(self):
        return clock.frozen(self.delivery()[0].next_attempt_at)

    def state(self, name=SCHOOL):
        with self.database.reading() as session:
            return connections.state(session, name)


def test_a_request_reaches_the_school_and_the_person_is_told(chain):
    chain.submit()
    endings = chain.worker.drain()
    assert set(endings) == {Ending.DELIVERED}
    seen = chain.seen()
    assert seen.transmitted_at is not None
    assert seen.received_at is not None
    assert seen.taken_into_account_at is None  # received is not taken into account
    assert seen.status is RequestStatus.SUBMITTED
    assert chain.school().external_ref.startswith("enr_")
    assert chain.events().count("delivery_succeeded") == 1
    assert chain.events().count("partner_received") == 1
    subjects = [letter["subject"] for letter in chain.outside.letters()]
    assert f"Accusé de réception de votre demande {seen.reference}" in subjects
    assert chain.events().count("email_sent") == 2


def test_only_declared_concepts_leave_and_never_the_person_s_key(chain):
    chain.submit()
    chain.worker.drain()
    with chain.database.reading() as session:
        sent = chain.worker.delivering.handlers["forward_request"].registry.data_sent(SCHOOL)
        command = requests.forwarding_command(session, chain.submitted.request_id, sent, SCHOOL)
    assert set(command.payload) <= sent
    assert str(chain.seen().person_id) not in str(command)
    assert len(command.subject_pseudonym) == 64


@pytest.mark.parametrize(
    ("scenario", "kept"),
    [("down", 0), ("refuse_connection", 0), ("commit_then_drop", 1), ("truncated", 1)],
)
def test_a_school_that_fails_then_recovers_has_the_request_once(chain, scenario, kept):
    before = chain.outside.counts()
    chain.outside.choose(scenario)
    chain.submit()
    assert chain.worker.drain()[Ending.RETRYING] == 1
    assert chain.delivery()[0].state is MessageState.RETRYING
    assert chain.events().count("delivery_retrying") == 1
    assert chain.seen().transmitted_at is None
    assert chain.outside.counts()["records"] - before["records"] == kept
    chain.outside.choose("ok")
    with chain.next_attempt():
        assert chain.worker.drain()[Ending.DELIVERED] >= 1
    after = chain.outside.counts()
    assert after["records"] - before["records"] == 1
    assert after["attempts"] - before["attempts"] == 2
    assert after["max_records_per_key"] == 1
    assert chain.seen().transmitted_at is not None


def test_each_try_and_each_news_is_in_the_journal_of_the_person(chain):
    chain.outside.choose("down")
    chain.submit()
    chain.worker.drain()
    chain.outside.choose("ok")
    with chain.next_attempt():
        chain.worker.drain()
    chain.outside.move(chain.school().external_ref, "under_review")
    chain.polling.poll(SCHOOL)
    told = chain.journal()
    chain.polling.poll(SCHOOL)
    assert chain.journal() == told, "the same news again is no news"
    assert {one.request_id for one in told} == {chain.submitted.request_id}
    acts = Counter((one.action, one.connection) for one in told)
    assert acts["request_not_transmitted", SCHOOL] == 1
    assert acts["request_transmitted", SCHOOL] == 1
    assert acts["partner_reported", SCHOOL] >= 1
    assert acts["letter_sent", MAIL] == chain.events().count("email_sent") >= 1


def test_the_owner_of_a_forgotten_draft_gets_one_letter(chain):
    resident = chain.commune.accounts[0]
    actor = Actor(ActorKind.RESIDENT, id=resident.id, subject=resident.person_id)
    with translations(), chain.database.writing() as session:
        draft = requests.start_draft(session, actor, chain.commune.procedure)
    with clock.shifted(DRAFT_KEPT):
        with chain.database.writing() as session:
            assert requests.warn_of_drafts(session) == 1
            assert requests.warn_of_drafts(session) == 0
        assert chain.worker.drain() == Counter({Ending.DELIVERED: 1})
        subjects = [letter["subject"] for letter in chain.outside.letters(resident.email)]
        assert subjects.count("Votre brouillon va être effacé") == 1
        with chain.database.writing() as session:
            requests.discard_draft(session, actor, draft.id)


def test_a_warning_about_a_draft_taken_up_again_does_not_leave(chain):
    resident = chain.commune.accounts[0]
    actor = Actor(ActorKind.RESIDENT, id=resident.id, subject=resident.person_id)
    with translations(), chain.database.writing() as session:
        draft = requests.start_draft(session, actor, chain.commune.procedure)
    with clock.shifted(DRAFT_KEPT):
        with chain.database.writing() as session:
            requests.warn_of_drafts(session)
            requests.discard_draft(session, actor, draft.id)
        assert chain.worker.drain() == Counter({Ending.UNNEEDED: 1})


def test_too_many_calls_waits_as_long_as_asked(chain):
    chain.outside.choose("rate_limited")
    chain.submit()
    at = clock.now()
    with clock.frozen(at):
        chain.worker.drain()
    assert chain.delivery()[0].next_attempt_at == at + timedelta(seconds=7)


def test_a_school_that_answers_nonsense_is_given_three_chances_then_an_agent_takes_over(chain):
    chain.outside.choose("nonsense")
    chain.submit()
    chain.worker.drain()
    for _ in range(2):
        with chain.next_attempt():
            chain.worker.drain()
    (delivery,) = chain.delivery()
    assert (delivery.state, delivery.attempts) == (MessageState.DEAD, 3)
    assert chain.events().count("delivery_dead") == 1
    assert chain.school().failed_at is not None
    with chain.database.reading() as session:
        assert [letter.group for letter in outbox.list_dead(session)] == [str(chain.submitted.request_id)]


def test_what_the_school_refuses_becomes_a_task_and_the_person_is_told_plainly(chain):
    chain.outside.choose("refuse")
    chain.submit()
    assert chain.worker.drain()[Ending.DEAD] == 1
    assert chain.school().failure_code
    assert chain.seen().transmitted_at is None
    subjects = [letter["subject"] for letter in chain.outside.letters()]
    assert f"Votre demande {chain.submitted.reference} n’est pas encore transmise" in subjects


def test_a_dead_letter_played_again_goes_through(chain):
    chain.outside.choose("refuse")
    chain.submit()
    chain.worker.drain()
    chain.outside.choose("ok")
    retrier = Actor(kind=ActorKind.AGENT, permissions=frozenset({"outbox:delivery:retry"}))
    with chain.database.writing() as session:
        outbox.requeue(session, chain.delivery()[0].id, retrier)
    assert chain.worker.drain()[Ending.DELIVERED] >= 1
    assert chain.school().failed_at is None
    assert chain.school().transmitted_at is not None


def test_a_refused_key_pauses_the_connection_and_keeps_the_request(chain):
    chain.outside.choose("unauthorized")
    chain.submit()
    assert chain.worker.drain()[Ending.HELD] == 1
    assert (chain.state().paused, chain.state().paused_reason) == (True, "credentials_refused")
    (delivery,) = chain.delivery()
    assert (delivery.attempts, delivery.held_reason) == (0, HeldReason.CONNECTION_PAUSED)
    assert delivery.next_attempt_at is None
    chain.outside.choose("ok")
    with chain.database.writing() as session:
        connections.resume(session, SCHOOL, SYSTEM)
    assert chain.worker.drain()[Ending.DELIVERED] >= 1


@pytest.mark.slow
def test_a_school_slower_than_we_wait_is_asked_again_and_has_one_record(chain):
    before = chain.outside.counts()
    chain.outside.choose("slow", delay=17)
    chain.submit()
    started = time.monotonic()
    assert chain.worker.drain()[Ending.RETRYING] == 1
    assert 14 < time.monotonic() - started < 20
    assert chain.delivery()[0].uncertain
    chain.outside.choose("ok")
    with chain.next_attempt():
        assert chain.worker.drain()[Ending.DELIVERED] >= 1
    assert chain.outside.counts()["records"] - before["records"] == 1


def test_a_request_withdrawn_before_it_left_does_not_leave(chain):
    before = chain.outside.counts()
    chain.submit()
    account = chain.commune.accounts[0]
    resident = Actor(ActorKind.RESIDENT, id=account.id, subject=account.person_id)
    with translations(), chain.database.writing() as session:
        requests.withdraw(session, resident, chain.submitted.reference)
    assert chain.worker.drain()[Ending.UNNEEDED] == 1
    assert chain.outside.counts() == before
    assert chain.delivery()[0].state is MessageState.CLOSED
    assert "delivery_dead" not in chain.events()


@pytest.mark.parametrize(
    ("scenario", "ending", "state"),
    [
        ("down", Ending.RETRYING, MessageState.RETRYING),
        ("greylist", Ending.RETRYING, MessageState.RETRYING),
        ("reject", Ending.DEAD, MessageState.DEAD),
        ("commit_then_drop", Ending.DEAD, MessageState.DEAD),
    ],
)
def test_a_letter_is_sent_once_or_belongs_to_a_person(chain, scenario, ending, state):
    chain.outside.choose(scenario, partner="courriel")
    already = len(chain.outside.letters())
    chain.submit()
    endings = chain.worker.drain()
    assert endings[ending] >= 1
    letter = chain.delivery(MAIL)[0]
    assert letter.state is state
    if scenario == "commit_then_drop":
        assert letter.last_error_code == "to_verify"
        assert letter.uncertain
        assert len(chain.outside.letters()) - already == len(chain.delivery(MAIL))  # kept, and none twice
        chain.outside.choose("ok", partner="courriel")
        with clock.shifted(timedelta(hours=2)):
            assert chain.worker.drain() == Counter()


def test_a_status_changed_at_the_school_is_found_by_asking(chain):
    chain.submit()
    chain.worker.drain()
    reference = chain.school().external_ref
    assert chain.polling.poll(SCHOOL) == 0 or chain.seen().received_at is not None
    chain.outside.move(reference, "under_review")
    assert chain.polling.poll(SCHOOL) == 1
    assert chain.seen().status is RequestStatus.IN_PROGRESS
    assert chain.seen().taken_into_account_at is not None
    assert chain.polling.poll(SCHOOL) == 0
    chain.outside.move(reference, "refused", motif="Adresse hors de la commune")
    assert chain.polling.poll(SCHOOL) == 1
    assert chain.seen().status is RequestStatus.REJECTED
    assert chain.polling.poll(SCHOOL) == 0


def test_a_school_that_is_down_when_asked_is_noted_and_asked_no_more_while_its_breaker_is_open(chain):
    chain.submit()
    chain.worker.drain()
    chain.outside.choose("down")
    for _ in range(6):
        chain.polling.poll(SCHOOL)
    assert chain.state().breaker_open
    assert chain.state().failures == 5


@pytest.mark.parametrize(
    ("scenario", "expected"),
    [("ok", (True, True, True)), ("down", (True, False, None)), ("unauthorized", (True, True, False))],
)
def test_a_check_tells_settings_connection_and_credentials_apart(chain, scenario, expected):
    chain.outside.choose(scenario)
    chain.polling.check_connections()
    found = chain.state().check
    assert (found.settings_ok, found.connection_ok, found.credentials_ok) == expected
    assert found.ok == (scenario == "ok")
