"""The schedule is a promise made to people: it is pinned here, value by value."""

from datetime import timedelta

import pytest

from portal.records.outbox import policy

PROMISED_SECONDS = [0, 5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200, 86_400, 86_400]


def test_the_schedule_is_the_promised_one():
    assert [delay.total_seconds() for delay in policy.SCHEDULE] == PROMISED_SECONDS
    total = sum(policy.SCHEDULE, timedelta())
    assert timedelta(hours=75) < total < timedelta(hours=77)


@pytest.mark.parametrize("attempt", range(1, 13))
def test_each_delay_stays_within_a_fifth_of_the_schedule(attempt):
    planned = PROMISED_SECONDS[attempt]
    delays = [policy.retry_delay(attempt, seed=f"message-{number}").total_seconds() for number in range(400)]
    assert all(0.8 * planned <= delay <= 1.2 * planned for delay in delays)
    assert min(delays) < 0.85 * planned
    assert max(delays) > 1.15 * planned
    assert 0.97 * planned < sum(delays) / len(delays) < 1.03 * planned


def test_jitter_is_the_same_for_one_message_and_one_attempt():
    assert policy.retry_delay(4, seed="a") == policy.retry_delay(4, seed="a")
    assert policy.retry_delay(4, seed="a") != policy.retry_delay(4, seed="b")


def test_there_is_no_delay_after_the_last_attempt():
    assert policy.retry_delay(12, seed="a") is not None
    assert policy.retry_delay(13, seed="a") is None
    assert policy.retry_delay(13, seed="a", retry_after=10) is None


@pytest.mark.parametrize(
    ("attempt", "retry_after", "least", "most"),
    [
        (1, 120, 120, 120),  # longer than the schedule: what the partner asks
        (1, 1, 4, 6),  # shorter: the schedule
        (1, 86_400, 3_600, 3_600),  # at most one hour
        (8, 3_600, 11_520, 17_280),  # the schedule already waits longer
        (1, 0, 4, 6),
        (1, -5, 4, 6),
        (1, float("inf"), 3_600, 3_600),
    ],
)
def test_retry_after_is_honoured_up_to_one_hour(attempt, retry_after, least, most):
    delay = policy.retry_delay(attempt, seed="a", retry_after=retry_after).total_seconds()
    assert least <= delay <= most
