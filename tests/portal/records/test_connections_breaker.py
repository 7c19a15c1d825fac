"""The circuit breaker: pure, with its time given."""

from datetime import UTC, datetime, timedelta

from portal.records.connections import policy
from portal.records.connections.policy import Breaker

AT = datetime(2026, 3, 3, 13, 5, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def fail(breaker: Breaker, times: int, now: datetime = AT) -> Breaker:
    for _ in range(times):
        breaker = policy.after_failure(breaker, now)
    return breaker


def opened(now: datetime = AT) -> Breaker:
    return fail(Breaker(), 5, now)


def test_it_opens_at_the_fifth_failure_in_a_row():
    assert not fail(Breaker(), 4).is_open
    assert opened().is_open
    assert opened().next_probe_at == AT + 30 * SECOND


def test_a_success_starts_the_count_again():
    breaker = policy.after_success(fail(Breaker(), 4), AT)
    assert not fail(breaker, 4).is_open


def test_it_opens_when_half_of_ten_calls_failed_within_a_minute():
    breaker = Breaker()
    for turn in range(5):
        breaker = policy.after_success(breaker, AT + turn * SECOND)
        assert not breaker.is_open
        breaker = policy.after_failure(breaker, AT + turn * SECOND)
    assert breaker.is_open


def test_less_than_half_or_less_than_ten_is_tolerated():
    breaker = Breaker()
    for turn in range(30):
        breaker = policy.after_success(breaker, AT + turn * SECOND)
        breaker = policy.after_success(breaker, AT + turn * SECOND)
        breaker = policy.after_failure(breaker, AT + turn * SECOND)
        assert not breaker.is_open
    nine = Breaker()
    for turn in range(4):
        nine = policy.after_failure(policy.after_success(nine, AT), AT + turn * SECOND)
    assert not policy.after_failure(nine, AT).is_open


def test_what_is_older_than_a_minute_does_not_count():
    breaker = Breaker()
    for turn in range(4):
        breaker = policy.after_failure(policy.after_success(breaker, AT), AT)
        assert not breaker.is_open, turn
    later = AT + 61 * SECOND
    breaker = policy.after_failure(policy.after_success(breaker, later), later)
    assert not breaker.is_open


def test_only_one_probe_at_a_time_is_let_through():
    breaker = opened()
    assert not policy.may_probe(breaker, AT + 29 * SECOND)
    assert policy.may_probe(breaker, AT + 30 * SECOND)
    taken = policy.with_probe_taken(breaker, AT + 30 * SECOND)
    assert not policy.may_probe(taken, AT + 31 * SECOND)
    assert policy.may_probe(taken, AT + 60 * SECOND)  # the prober was lost: another may


def test_probes_grow_from_thirty_seconds_to_five_minutes():
    breaker, now, intervals = opened(), AT, []
    for _ in range(6):
        intervals.append((breaker.next_probe_at - now).total_seconds())
        now = breaker.next_probe_at
        breaker = policy.after_failure(policy.with_probe_taken(breaker, now), now)
    assert intervals == [30, 60, 120, 240, 300, 300]


def test_a_failure_that_had_left_before_does_not_lengthen_the_wait():
    late = policy.after_failure(opened(), AT + 5 * SECOND)
    assert late.next_probe_at == AT + 30 * SECOND
    assert late.probe_interval == timedelta(seconds=30)


def test_one_success_closes_it_and_forgets():
    breaker = policy.after_success(policy.with_probe_taken(opened(), AT), AT + 30 * SECOND)
    assert breaker == Breaker()
