"""Pause, breaker and health in the database."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from connectors.sdk import CheckReport
from portal.ground import clock
from portal.ground.db import new_id
from portal.ground.errors import Forbidden
from portal.ground.permissions import SYSTEM, Actor, ActorKind, Permission
from portal.records.connections import service
from portal.records.connections.service import Refusal

AT = datetime(2026, 3, 3, 13, 5, tzinfo=UTC)
OPERATOR = Actor(kind=ActorKind.AGENT, id=new_id(), permissions=frozenset({Permission.CONNECTIONS_OPERATE}))
SECOND = timedelta(seconds=1)


def fail(database, times, name="ecoles"):
    for _ in range(times):
        with database.writing() as session:
            passage = service.note_failure(session, name, "timeout")
    return passage


def passage(database, name="ecoles"):
    with database.writing() as session:
        return service.take_passage(session, name)


def state(database, name="ecoles"):
    with database.reading() as session:
        return service.state(session, name)


def test_an_unknown_connection_is_in_its_first_state(database):
    assert state(database) == service.ConnectionView(name="ecoles")
    assert passage(database).allowed
    with database.reading() as session:
        assert service.list_states(session) == {}
        assert service.breaker_allows(session, "ecoles") == (True, None)


def test_health_shows_last_success_last_failure_and_counts(database):
    with clock.frozen(AT):
        with database.writing() as session:
            service.note_success(session, "ecoles")
        fail(database, 2)
    found = state(database)
    assert (found.successes, found.failures, found.last_error_code) == (1, 2, "timeout")
    assert found.last_success_at == found.last_failure_at == AT


def test_an_open_breaker_says_when_it_will_be_tried_again_and_lets_one_probe_through(database):
    with clock.frozen(AT):
        refused = fail(database, 5)
        assert refused == passage(database)
        assert refused.refusal is Refusal.BREAKER_OPEN
        assert refused.until == AT + 30 * SECOND
        assert passage(database, "courriel").allowed  # one breaker per connection
    with clock.frozen(AT + 30 * SECOND):
        with database.reading() as session:
            assert service.breaker_allows(session, "ecoles") == (True, None)
        assert passage(database).probe
        assert not passage(database).allowed
        with database.writing() as session:
            service.note_success(session, "ecoles")
        assert passage(database) == service.Passage(allowed=True)
    assert not state(database).breaker_open


def test_eight_threads_share_one_probe(database):
    with clock.frozen(AT):
        fail(database, 5)
    got = []
    barrier = threading.Barrier(8)

    def ask():
        barrier.wait()
        got.append(passage(database))

    with clock.frozen(AT + 30 * SECOND):
        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert len(got) == 8
    assert sum(p.probe for p in got) == 1
    assert sum(p.allowed for p in got) == 1


def test_a_refusal_by_the_partner_does_not_open_the_breaker(database):
    for _ in range(12):
        with database.writing() as session:
            service.note_failure(session, "ecoles", "refused", trips=False)
    assert not state(database).breaker_open
    assert state(database).failures == 12


def test_failures_counted_by_many_threads_are_all_counted(database):
    threads = [threading.Thread(target=fail, args=(database, 5, f"c{n % 2}")) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert state(database, "c0").failures == state(database, "c1").failures == 20


def test_pause_and_resume_are_for_operators(database):
    agent = Actor(kind=ActorKind.AGENT, permissions=frozenset({Permission.CONNECTIONS_READ}))
    with database.writing() as session:
        with pytest.raises(Forbidden):
            service.pause(session, "ecoles", agent, "x")
        service.pause(session, "ecoles", OPERATOR, "maintenance")
    refused = passage(database)
    assert (refused.allowed, refused.refusal, refused.until) == (False, Refusal.CONNECTION_PAUSED, None)
    assert (state(database).paused_reason, state(database).paused_by) == ("maintenance", OPERATOR.id)
    with database.writing() as session:
        with pytest.raises(Forbidden):
            service.resume(session, "ecoles", agent)
        service.resume(session, "ecoles", OPERATOR)
    assert passage(database).allowed
    assert state(database).paused_reason is None


def test_resuming_closes_the_breaker_too(database):
    fail(database, 5)
    with database.writing() as session:
        service.pause(session, "ecoles", SYSTEM, "credentials")
        service.resume(session, "ecoles", OPERATOR)
    assert passage(database) == service.Passage(allowed=True)


def test_a_check_is_asked_for_then_recorded(database):
    names, every = ["ecoles", "courriel"], timedelta(minutes=15)
    report = CheckReport(
        ok=False, settings_ok=True, connection_ok=True, credentials_ok=False, message_code="key_refused"
    )

    def due():
        with database.reading() as session:
            return service.checks_due(session, names, every=every)

    with clock.frozen(AT):
        assert due() == names
        with database.writing() as session:
            for name in names:
                service.record_check(session, name, report)
        assert due() == []
        with database.writing() as session:
            service.request_check(session, "courriel", OPERATOR)
        assert due() == ["courriel"]
    with clock.frozen(AT + every):
        assert due() == names
    assert state(database).check.message_code == "key_refused"
    assert state(database).check.credentials_ok is False
