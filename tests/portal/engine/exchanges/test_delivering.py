"""What becomes of a message, for each thing a recipient may do: slow, down, refuses, nonsense, twice."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from connectors.sdk import ConfigurationError, PermanentError, ProtocolError, Receipt, RetryableError
from portal.engine.exchanges.enums import Ending
from portal.ground import clock
from portal.ground.errors import NotFound
from portal.ground.permissions import SYSTEM
from portal.records.connections import service as connections
from portal.records.outbox import service as outbox
from portal.records.outbox.enums import HeldReason, MessageState
from tests.portal.engine.exchanges.fakes import ScriptedHandler, put, view, worker_for

AT = datetime(2026, 3, 3, 13, 5, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def connection(database, name="ecoles"):
    with database.reading() as session:
        return connections.state(session, name)


def test_what_the_recipient_accepts_is_delivered_and_settled_in_one_unit(database):
    put(database)
    handler = ScriptedHandler([Receipt("E-42", received=True)])
    endings = worker_for(database, handler).drain()
    assert endings == {Ending.DELIVERED: 1}
    assert view(database).state is MessageState.DELIVERED
    assert handler.outcomes[0].receipt == Receipt("E-42", received=True)
    assert connection(database).successes == 1


def test_no_transaction_is_open_while_the_recipient_is_called(database):
    put(database)
    checked_out = []
    handler = ScriptedHandler(on_call=lambda _claimed: checked_out.append(database.engine.pool.checkedout()))
    worker_for(database, handler).drain()
    assert checked_out == [0]


@pytest.mark.parametrize("error", [RetryableError("timeout", ambiguous=True), RetryableError("unreachable")])
def test_a_recipient_that_is_down_is_tried_again_with_the_same_key(database, error):
    handler = ScriptedHandler([error, Receipt("E-1")])
    worker = worker_for(database, handler)
    with clock.frozen(AT):
        put(database)
        assert worker.drain() == {Ending.RETRYING: 1}
        planned = view(database).next_attempt_at
        assert 4 * SECOND <= planned - AT <= 6 * SECOND
        assert handler.outcomes[0].next_attempt_at == planned
        assert worker.drain() == {}
    with clock.frozen(planned):
        assert worker.drain() == {Ending.DELIVERED: 1}
    assert handler.keys == {"ecoles-1": 2}
    assert [call.uncertain for call in handler.calls] == [False, error.ambiguous]


def test_retry_after_is_honoured(database):
    handler = ScriptedHandler([RetryableError("busy", retry_after=600.0)])
    with clock.frozen(AT):
        put(database)
        worker_for(database, handler).drain()
    assert view(database).next_attempt_at == AT + timedelta(minutes=10)


def test_what_the_recipient_refuses_becomes_a_task_for_a_person(database):
    put(database)
    handler = ScriptedHandler([PermanentError("duplicate_child_year")])
    assert worker_for(database, handler).drain() == {Ending.DEAD: 1}
    found = view(database)
    assert (found.state, found.last_error_code) == (MessageState.DEAD, "duplicate_child_year")
    assert handler.outcomes[0].ending is Ending.DEAD
    assert not connection(database).breaker_open
    assert connection(database).last_error_code == "duplicate_child_year"


def test_nonsense_is_tried_three_times_then_dead(database):
    handler = ScriptedHandler([ProtocolError("nonsense")])
    worker = worker_for(database, handler)
    now = AT
    with clock.frozen(now):
        put(database)
    for _ in range(2):
        with clock.frozen(now):
            assert worker.drain() == {Ending.RETRYING: 1}
        now = view(database).next_attempt_at
    with clock.frozen(now):
        assert worker.drain() == {Ending.DEAD: 1}
    assert len(handler.calls) == 3
    assert view(database).uncertain


def test_an_unforeseen_fault_of_a_connector_is_tried_again_and_stops_nobody(database):
    put(database, 1)
    put(database, 2)
    handler = ScriptedHandler([KeyError("surname"), Receipt("E-2")])
    assert worker_for(database, handler).drain() == {Ending.RETRYING: 1, Ending.DELIVERED: 1}
    assert {view(database, 1).last_error_code, view(database, 2).last_error_code} == {"internal_error", None}


def test_bad_credentials_pause_the_connection_and_keep_its_messages(database):
    alerts = []
    handler = ScriptedHandler([ConfigurationError("credentials_refused"), Receipt("E-1")])
    worker = worker_for(database, handler, alert=lambda _session, name, code: alerts.append((name, code)))
    for number in range(1, 6):
        put(database, number)
    assert worker.drain() == {Ending.HELD: 1}
    assert len(handler.calls) == 1
    assert alerts == [("ecoles", "credentials_refused")]
    assert (connection(database).paused, connection(database).paused_reason) == (True, "credentials_refused")
    for number in range(1, 6):
        found = view(database, number)
        assert (found.state, found.attempts) == (MessageState.PENDING, 0)
        assert worker.drain() == {}
        found = view(database, number)
        assert (found.held_reason, found.next_attempt_at) == (HeldReason.CONNECTION_PAUSED, None)
    with database.writing() as session:
        connections.resume(session, "ecoles", SYSTEM)
    assert worker.drain() == {Ending.DELIVERED: 5}


def test_a_connection_paused_during_a_batch_stops_at_once(database):
    def pause(_claimed):
        with database.writing() as session:
            connections.pause(session, "ecoles", SYSTEM, "maintenance")

    for number in range(1, 6):
        put(database, number)
    handler = ScriptedHandler(on_call=pause)
    assert worker_for(database, handler).drain() == {Ending.DELIVERED: 1, Ending.HELD: 1}
    assert len(handler.calls) == 1
    assert [view(database, number).attempts for number in range(2, 6)] == [0, 0, 0, 0]


def test_an_open_breaker_holds_the_lane_says_until_when_and_lets_one_probe_through(database):
    handler = ScriptedHandler([RetryableError("unreachable")] * 6 + [Receipt("E-1")])
    worker = worker_for(database, handler)
    with clock.frozen(AT):
        for number in range(1, 11):
            put(database, number)
        assert worker.drain() == {Ending.RETRYING: 5, Ending.HELD: 1}
    assert len(handler.calls) == 5
    held = [number for number in range(1, 11) if view(database, number).attempts == 0]
    assert len(held) == 5
    for number in held:
        assert view(database, number).held_reason is HeldReason.BREAKER_OPEN
        assert view(database, number).next_attempt_at == AT + 30 * SECOND
    with clock.frozen(AT + 30 * SECOND):  # the probe fails: the next one in 60 s
        assert worker.drain() == {Ending.RETRYING: 1}
        assert connection(database).next_probe_at == AT + 90 * SECOND
    with clock.frozen(AT + 90 * SECOND):  # this one goes through: the breaker closes, the lane is freed
        endings = worker.drain()
    assert endings[Ending.DELIVERED] == 10
    assert not connection(database).breaker_open
    assert all(view(database, number).state is MessageState.DELIVERED for number in range(1, 11))


def test_another_connection_is_not_concerned_by_an_open_breaker(database):
    down, up = ScriptedHandler([RetryableError("unreachable")]), ScriptedHandler()
    worker = worker_for(database, None, handlers={"down": down, "up": up})
    for number in range(1, 8):
        put(database, number, kind="down")
        put(database, 100 + number, lane="courriel", kind="up")
    endings = worker.drain()
    assert endings[Ending.DELIVERED] == 7
    assert len(down.calls) == 5


def test_what_cannot_be_sent_twice_goes_to_a_person_when_it_may_have_left(database):
    put(database)
    handler = ScriptedHandler([RetryableError("timeout", ambiguous=True)], resends=False)
    assert worker_for(database, handler).drain() == {Ending.DEAD: 1}
    found = view(database)
    assert (found.last_error_code, found.uncertain) == ("to_verify", True)


def test_what_cannot_be_sent_twice_is_tried_again_when_it_surely_did_not_leave(database):
    handler = ScriptedHandler([RetryableError("unreachable")], resends=False)
    put(database)
    assert worker_for(database, handler).drain() == {Ending.RETRYING: 1}


def test_what_cannot_be_sent_twice_goes_to_a_person_when_its_worker_was_lost(database):
    put(database)
    handler = ScriptedHandler(resends=False)
    worker = worker_for(database, handler)
    with database.writing() as session:
        (claimed,) = outbox.claim(session, worker="lost", lane="ecoles", lease=-SECOND)
        assert outbox.begin(session, claimed, lease=-SECOND)
    assert worker.sweep() == 1
    assert worker.drain() == {Ending.DEAD: 1}
    assert handler.calls == []
    assert view(database).last_error_code == "to_verify"


def test_a_lost_worker_costs_a_harmless_resend_otherwise(database):
    put(database)
    handler = ScriptedHandler()
    worker = worker_for(database, handler)
    with database.writing() as session:
        (claimed,) = outbox.claim(session, worker="lost", lane="ecoles", lease=-SECOND)
        assert outbox.begin(session, claimed, lease=-SECOND)
    worker.sweep()
    assert worker.drain() == {Ending.DELIVERED: 1}
    assert handler.calls[0].uncertain


def test_a_result_that_comes_after_the_lease_was_lost_is_thrown_away(database):
    put(database)

    def lose(_claimed):
        time.sleep(0.15)
        with database.writing() as session:
            assert outbox.sweep(session).returned == 1

    slow = ScriptedHandler([Receipt("SLOW")], on_call=lose)
    slow_worker = worker_for(database, slow, lease=SECOND / 10)
    work = slow_worker._work("ecoles", threading.Event(), "t")
    work.round()
    assert work.endings == {Ending.LOST: 1}
    assert slow.outcomes == []
    quick = ScriptedHandler([Receipt("QUICK")])
    assert worker_for(database, quick).drain() == {Ending.DELIVERED: 1}


def test_a_message_that_died_with_its_worker_is_told_to_its_handler(database):
    put(database)
    handler = ScriptedHandler()
    worker = worker_for(database, handler)
    for _ in range(13):
        with database.writing() as session:
            (claimed,) = outbox.claim(session, worker="lost", lane="ecoles", lease=-SECOND)
            assert outbox.begin(session, claimed, lease=-SECOND)
        worker.sweep()
    assert [outcome.ending for outcome in handler.outcomes] == [Ending.DEAD]
    assert view(database).state is MessageState.DEAD


def test_what_no_longer_exists_is_a_dead_letter(database):
    put(database)
    handler = ScriptedHandler(load_error=NotFound("request_unknown"))
    assert worker_for(database, handler).drain() == {Ending.DEAD: 1}
    assert handler.calls == []
    assert view(database).last_error_code == "request_unknown"


def test_a_kind_this_worker_does_not_know_is_left_for_another(database):
    put(database, kind="from_the_future")
    assert worker_for(database, ScriptedHandler()).drain() == {Ending.RETRYING: 1}
    found = view(database)
    assert (found.state, found.attempts) == (MessageState.PENDING, 0)
    assert found.next_attempt_at > clock.now()


def test_the_whole_schedule_then_a_dead_letter(database):
    handler = ScriptedHandler([RetryableError("unreachable")])
    worker = worker_for(database, handler)
    now = AT
    with clock.frozen(now):
        put(database)
    while view(database).state is not MessageState.DEAD:
        with clock.frozen(now):
            worker.drain()
        now = view(database).next_attempt_at or now
    assert len(handler.calls) == 13
    assert handler.outcomes[-1].ending is Ending.DEAD
    assert timedelta(hours=60) < now - AT < timedelta(hours=95)


def test_a_fault_of_ours_on_one_message_does_not_keep_the_others_of_its_batch(database):
    class Faulty(ScriptedHandler):
        def settle(self, session, claimed, outcome):
            super().settle(session, claimed, outcome)
            if claimed.idempotency_key == "ecoles-1":
                raise NotFound("request_unknown")

    for number in (1, 2, 3):
        put(database, number)
    worker = worker_for(database, Faulty())
    with pytest.raises(NotFound):
        worker.drain()
    assert view(database, 1).state is MessageState.CLAIMED  # nothing was written of it: its lease will run out
    assert [view(database, number).attempts for number in (2, 3)] == [0, 0]
    assert worker.drain() == {Ending.DELIVERED: 2}
