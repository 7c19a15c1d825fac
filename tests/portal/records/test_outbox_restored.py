"""What a restored database believes still to deliver waits for a person, and doubtful letters are not sent again."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.ground import clock
from portal.records.outbox import service
from portal.records.outbox.enums import HeldReason, MessageState

AT = datetime(2026, 3, 3, 13, 5, tzinfo=UTC)


def put(database, key, lane="ecoles"):
    with database.writing() as session:
        return service.enqueue(
            session, lane=lane, kind="forward", payload={"request_id": key}, idempotency_key=key, group=key
        )


def view(database, group):
    with database.reading() as session:
        (found,) = service.delivery_state(session, group)
        return found


def claim(database, lane="ecoles", limit=10):
    with database.writing() as session:
        return service.claim(session, worker="w", lane=lane, limit=limit)


@pytest.fixture
def restored(database):
    """One message waiting, one taken and begun, one taken and not begun, one retrying, one delivered."""
    with clock.frozen(AT):
        for key in ("begun", "taken", "retrying", "delivered"):
            put(database, key)
        claimed = {one.group: one for one in claim(database)}
        put(database, "waiting", lane="courriel")
        with database.writing() as session:
            for key in ("begun", "retrying", "delivered"):
                assert service.begin(session, claimed[key])
            service.retry_later(session, claimed["retrying"], code="network")
            service.complete(session, claimed["delivered"])
        with database.writing() as session:
            assert service.hold_restored(session) == 4
    return claimed


def test_nothing_leaves_however_long_one_waits(database, restored):
    with clock.frozen(AT + timedelta(days=4_000)), database.writing() as session:
        service.sweep(session)
        for lane in ("ecoles", "courriel"):
            assert service.free_lane(session, lane) == 0
            assert service.claim(session, worker="w", lane=lane) == []
        assert service.lanes_with_held(session) == []
        assert service.lanes_with_due(session) == []
        assert service.count_restored(session) == {"courriel": 1, "ecoles": 3}


def test_what_is_said_of_them_is_that_they_wait(database, restored):
    found = view(database, "begun")
    assert (found.state, found.held_reason, found.next_attempt_at) == (
        MessageState.RETRYING,
        HeldReason.RESTORED,
        None,
    )
    assert found.uncertain
    assert view(database, "taken").attempts == 0
    assert not view(database, "taken").uncertain
    assert view(database, "delivered").state is MessageState.DELIVERED


def test_the_worker_of_before_writes_nothing_any_more(database, restored):
    with database.writing() as session:
        assert not service.complete(session, restored["begun"])
        assert not service.renew(session, restored["taken"])


def test_released_one_lane_at_a_time_and_doubtful(database, restored):
    with clock.frozen(AT), database.writing() as session:
        assert service.release_restored(session, "ecoles") == 3
        assert service.release_restored(session, "ecoles") == 0
        assert service.count_restored(session) == {"courriel": 1}
    with clock.frozen(AT):
        taken = claim(database)
        assert {one.group for one in taken} == {"begun", "taken", "retrying"}
        assert all(one.uncertain for one in taken)
        assert {one.idempotency_key for one in taken} == {"begun", "taken", "retrying"}


def test_nothing_is_doubtful_when_the_portal_was_stopped_but_what_had_begun(database, restored):
    with clock.frozen(AT), database.writing() as session:
        service.release_restored(session, "ecoles", doubtful=False)
        service.release_restored(session, "courriel", doubtful=False)
    with clock.frozen(AT):
        assert {one.group for one in claim(database) if one.uncertain} == {"begun"}
        assert [one.uncertain for one in claim(database, lane="courriel")] == [False]
