"""Claims under concurrency, leases, fencing, schedule, on the engine asked for."""

import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from portal.ground import clock
from portal.ground.db import new_id
from portal.ground.errors import Conflict, Forbidden, NotFound
from portal.ground.permissions import Actor, ActorKind, Permission
from portal.records.outbox import policy, service
from portal.records.outbox.enums import HeldReason, MessageState
from portal.records.outbox.models import OutboxMessage
from portal.records.outbox.service import Claimed, StaleClaim

AT = datetime(2026, 3, 3, 13, 5, tzinfo=UTC)
BLINK = timedelta(milliseconds=40)
RETRIER = Actor(kind=ActorKind.AGENT, permissions=frozenset({Permission.DELIVERIES_RETRY}))


def put(database, key="k1", lane="ecoles", group="r1", **more):
    with database.writing() as session:
        return service.enqueue(
            session, lane=lane, kind="forward", payload={"request_id": group}, idempotency_key=key, group=group, **more
        )


def claim(database, lane="ecoles", worker="w1", **more) -> list[Claimed]:
    with database.writing() as session:
        return service.claim(session, worker=worker, lane=lane, **more)


def view(database, group="r1"):
    with database.reading() as session:
        (found,) = service.delivery_state(session, group)
        return found


def attempts(database, message_id):
    with database.reading() as session:
        return [(line.number, line.outcome) for line in service.list_attempts(session, message_id)]


def test_a_message_is_claimed_once_delivered_once(database):
    put(database)
    (claimed,) = claim(database)
    assert (claimed.attempt, claimed.fence, claimed.uncertain, claimed.payload) == (1, 1, False, {"request_id": "r1"})
    assert claim(database) == []
    with database.writing() as session:
        assert service.begin(session, claimed)
        assert service.complete(session, claimed, note={"external_ref": "E-1"})
    assert view(database).state is MessageState.DELIVERED
    assert view(database).delivered_at is not None
    assert attempts(database, claimed.id) == [(1, "delivered")]
    with database.writing() as session:
        assert not service.complete(session, claimed)


def test_the_same_key_and_kind_is_one_message(database):
    first = put(database)
    assert put(database) == first
    assert len(claim(database)) == 1
    with pytest.raises(Conflict):
        put(database, group="other")


def test_a_message_waits_for_its_time(database):
    with clock.frozen(AT):
        put(database, not_before=AT + timedelta(minutes=5))
        assert claim(database) == []
    with clock.frozen(AT + timedelta(minutes=5)):
        assert len(claim(database)) == 1


def test_eight_threads_never_share_a_message(database):
    total = 300
    for number in range(total):
        put(database, key=f"k{number}", group=f"r{number}")
    taken: Counter = Counter()
    lock = threading.Lock()
    barrier = threading.Barrier(8)
    failures = []

    def work(name):
        barrier.wait()
        try:
            while batch := claim(database, worker=name, limit=7):
                for message in batch:
                    with database.writing() as session:
                        assert service.begin(session, message)
                        assert service.complete(session, message)
                with lock:
                    taken.update(message.id for message in batch)
        except Exception as error:  # noqa: BLE001 - reported by the assertion below
            failures.append(error)

    threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert len(taken) == total
    assert set(taken.values()) == {1}
    with database.reading() as session:
        states = Counter(session.scalars(select(OutboxMessage.state)))
        assert states == {MessageState.DELIVERED: total}
        assert set(session.scalars(select(OutboxMessage.attempts))) == {1}


def test_a_slow_worker_whose_lease_expired_changes_nothing(database):
    put(database)
    (slow,) = claim(database, worker="slow", lease=BLINK)
    with database.writing() as session:
        assert service.begin(session, slow, lease=BLINK)
    time.sleep(0.1)
    with database.writing() as session:
        assert service.sweep(session).returned == 1
    (quick,) = claim(database, worker="quick")
    assert (quick.attempt, quick.fence, quick.uncertain) == (2, 2, True)
    with database.writing() as session:
        assert not service.begin(session, slow)
        assert not service.renew(session, slow)
        assert not service.complete(session, slow)
        assert not service.bury(session, slow, code="late")
        assert not service.release(session, slow, not_before=clock.now())
        with pytest.raises(StaleClaim):
            service.retry_later(session, slow, code="late")
        with pytest.raises(StaleClaim):
            service.retry_later(session, slow, code="late", malformed=True)
    assert view(database).state is MessageState.CLAIMED
    with database.writing() as session:
        assert service.begin(session, quick)
        assert service.complete(session, quick)
    assert attempts(database, quick.id) == [(1, "worker_lost"), (2, "delivered")]


def test_a_renewed_lease_is_not_swept(database):
    put(database)
    (claimed,) = claim(database, lease=BLINK)
    with database.writing() as session:
        assert service.renew(session, claimed, lease=timedelta(seconds=30))
    time.sleep(0.1)
    with database.writing() as session:
        assert service.sweep(session).returned == 0
        assert service.complete(session, claimed)


def test_a_lease_runs_by_the_clock_of_the_database_not_by_a_shifted_one(database):
    put(database)
    (claimed,) = claim(database)
    with clock.shifted(timedelta(minutes=5)), database.writing() as session:
        assert service.sweep(session).returned == 0
    with clock.shifted(timedelta(minutes=-5)), database.writing() as session:
        assert service.sweep(session).returned == 0
        assert service.complete(session, claimed)


def test_what_had_not_begun_costs_no_attempt_when_the_worker_is_lost(database):
    put(database)
    claim(database, lease=BLINK)
    time.sleep(0.1)
    with database.writing() as session:
        assert service.sweep(session).returned == 1
    assert view(database).state is MessageState.PENDING
    assert view(database).attempts == 0
    (again,) = claim(database)
    assert (again.attempt, again.fence, again.uncertain) == (1, 2, False)


def test_a_message_that_loses_its_worker_each_time_ends_as_a_dead_letter(database):
    put(database)
    for _ in range(policy.MAX_ATTEMPTS):
        (claimed,) = claim(database, lease=BLINK)
        with database.writing() as session:
            assert service.begin(session, claimed, lease=timedelta(milliseconds=1))
        time.sleep(0.02)
        with database.writing() as session:
            report = service.sweep(session)
    assert [dead.id for dead in report.dead] == [claimed.id]
    assert view(database).state is MessageState.DEAD
    assert view(database).last_error_code == "worker_lost"


def test_the_schedule_is_followed_to_the_end_then_the_message_is_dead(database):
    now = AT
    with clock.frozen(now):
        put(database)
    waited = []
    while True:
        with clock.frozen(now):
            (claimed,) = claim(database)
            with database.writing() as session:
                assert service.begin(session, claimed)
                planned = service.retry_later(session, claimed, code="timeout")
        if planned is None:
            break
        with clock.frozen(planned - timedelta(milliseconds=1)):
            assert claim(database) == []
        assert view(database).state is MessageState.RETRYING
        assert view(database).next_attempt_at == planned
        waited.append((planned - now).total_seconds())
        now = planned
    promised = [delay.total_seconds() for delay in policy.SCHEDULE[1:]]
    assert len(waited) == 12
    assert all(0.8 * p <= w <= 1.2 * p for p, w in zip(promised, waited, strict=True))
    found = view(database)
    assert (found.state, found.attempts, found.last_error_code) == (MessageState.DEAD, 13, "timeout")
    assert attempts(database, claimed.id) == [(number, "timeout") for number in range(1, 14)]


def test_nonsense_is_tolerated_three_times_at_most(database):
    put(database)
    now = clock.now()
    for turn in (1, 2, 3):
        with clock.frozen(now):
            (claimed,) = claim(database)
            with database.writing() as session:
                planned = service.retry_later(session, claimed, code="nonsense", malformed=True, ambiguous=True)
        assert (planned is None) == (turn == 3)
        now = planned or now
    assert view(database).state is MessageState.DEAD
    assert view(database).uncertain


def test_a_released_message_burns_no_attempt_and_says_why_it_waits(database):
    with clock.frozen(AT):
        put(database)
        (claimed,) = claim(database)
        later = AT + timedelta(seconds=30)
        with database.writing() as session:
            assert service.release(session, claimed, not_before=later, reason=HeldReason.BREAKER_OPEN)
    found = view(database)
    assert (found.state, found.attempts, found.next_attempt_at) == (MessageState.PENDING, 0, later)
    assert found.held_reason is HeldReason.BREAKER_OPEN
    with clock.frozen(later):
        (again,) = claim(database)
    assert (again.attempt, again.fence) == (1, 2)
    assert view(database).held_reason is None


def test_a_held_lane_waits_and_a_freed_one_is_due_at_once(database):
    with clock.frozen(AT):
        put(database, key="a", group="ra")
        put(database, key="b", group="rb", lane="courriel")
        with database.writing() as session:
            until = AT + timedelta(minutes=5)
            assert service.hold_lane(session, "ecoles", until=until, reason=HeldReason.CONNECTION_PAUSED) == 1
        with database.reading() as session:
            assert service.lanes_with_due(session) == ["courriel"]
            assert service.lanes_with_held(session) == ["ecoles"]
        assert view(database, "ra").next_attempt_at is None  # while paused nobody can tell
        assert view(database, "rb").held_reason is None
        with database.writing() as session:
            assert service.free_lane(session, "ecoles") == 1
            assert service.free_lane(session, "courriel") == 0
        with database.reading() as session:
            assert service.lanes_with_due(session) == ["courriel", "ecoles"]
            assert service.lanes_with_held(session) == []


def test_lanes_with_due_sees_only_what_is_due(database):
    with clock.frozen(AT):
        put(database, key="1", group="1", lane="a", not_before=AT + timedelta(hours=1))
        put(database, key="2", group="2", lane="b")
        put(database, key="3", group="3", lane="c")
        claim(database, lane="c")
        with database.reading() as session:
            assert service.lanes_with_due(session) == ["b"]
            assert service.lane_counts(session) == {
                "a": {MessageState.PENDING: 1},
                "b": {MessageState.PENDING: 1},
                "c": {MessageState.CLAIMED: 1},
            }


def kill(database, key="k1", group="r1", code="refused"):
    message_id = put(database, key=key, group=group)
    (claimed,) = claim(database)
    with database.writing() as session:
        assert service.begin(session, claimed)
        assert service.bury(session, claimed, code=code)
    return message_id


def test_a_dead_letter_can_be_played_again_with_a_whole_schedule(database):
    message_id = kill(database)
    with database.reading() as session:
        (letter,) = service.list_dead(session)
        assert (letter.id, letter.last_error_code, letter.group) == (message_id, "refused", "r1")
    with database.writing() as session:
        service.requeue(session, message_id, RETRIER)
    (claimed,) = claim(database)
    assert (claimed.attempt, claimed.fence) == (1, 2)
    with database.writing() as session:
        assert service.complete(session, claimed)
        with pytest.raises(Conflict):
            service.requeue(session, message_id, RETRIER)


def test_a_dead_letter_can_be_closed_by_those_who_may(database):
    message_id = kill(database)
    stranger = Actor(kind=ActorKind.AGENT, permissions=frozenset({Permission.REQUESTS_READ}))
    with database.writing() as session:
        with pytest.raises(Forbidden):
            service.close_dead(session, message_id, stranger)
        with pytest.raises(NotFound):
            service.close_dead(session, new_id(), RETRIER)
        service.close_dead(session, message_id, RETRIER)
    assert view(database).state is MessageState.CLOSED
    assert view(database).delivered_at is None
    with database.reading() as session:
        assert service.list_dead(session) == []
        assert service.lane_counts(session) == {}


def test_dead_letters_come_page_by_page(database):
    now = AT
    for number in range(5):
        with clock.frozen(now + timedelta(minutes=number)):
            kill(database, key=f"k{number}", group=f"r{number}")
    with database.reading() as session:
        first = service.list_dead(session, limit=3)
        rest = service.list_dead(session, limit=3, after=first[-1].dead_at)
    assert [letter.group for letter in first + rest] == ["r0", "r1", "r2", "r3", "r4"]


def test_what_waits_too_long_is_counted(database):
    with clock.frozen(AT):
        kill(database, key="dead", group="dead")
        put(database, key="old", group="old")
    with clock.frozen(AT + timedelta(minutes=30)), database.reading() as session:
        limits = {"undelivered_for": timedelta(hours=1), "dead_for": timedelta(minutes=15)}
        assert service.count_overdue(session, **limits) == (0, 1)
    with clock.frozen(AT + timedelta(minutes=61)), database.reading() as session:
        assert service.count_overdue(session, **limits) == (1, 1)


def test_an_enqueue_that_is_rolled_back_leaves_nothing(database):
    session = database.open_writing()
    service.enqueue(session, lane="a", kind="k", payload={}, idempotency_key="x")
    session.rollback()
    session.close()
    with database.reading() as session:
        assert service.lanes_with_due(session) == []
