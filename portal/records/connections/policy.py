"""The circuit breaker, and who may operate a connection. Pure.

It opens after 5 failures in a row, or when at least half of at least 10 calls failed within 60 s. While it is open, one
call is let through as a probe: after 30 s, then at intervals doubling up to 300 s. One success closes it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from portal.ground.permissions import Actor, ActorKind, Permission

FAILURES_IN_A_ROW: Final = 5
WINDOW: Final = timedelta(seconds=60)
WINDOW_CALLS: Final = 10
BUCKET_SECONDS: Final = 5
FIRST_PROBE: Final = timedelta(seconds=30)
LONGEST_PROBE: Final = timedelta(seconds=300)

# One bucket of the window: start (seconds since the epoch), calls, failures.
Bucket = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Breaker:
    """The breaker of one connection. ``opened_at`` is empty while it is closed."""

    failures_in_a_row: int = 0
    window: tuple[Bucket, ...] = ()
    opened_at: datetime | None = None
    next_probe_at: datetime | None = None
    probe_interval: timedelta = FIRST_PROBE
    probing: bool = False

    @property
    def is_open(self) -> bool:
        """True while calls are refused, probes excepted."""
        return self.opened_at is not None


def after_success(breaker: Breaker, now: datetime) -> Breaker:
    """The breaker once a call has succeeded."""
    if breaker.is_open:
        return Breaker()
    return replace(breaker, failures_in_a_row=0, window=_add(breaker.window, now, failed=False))


def after_failure(breaker: Breaker, now: datetime) -> Breaker:
    """The breaker once a call has failed for want of an answer worth the name."""
    in_a_row = breaker.failures_in_a_row + 1
    if breaker.is_open:
        return _after_failed_probe(breaker, now, in_a_row)
    window = _add(breaker.window, now, failed=True)
    counted = replace(breaker, failures_in_a_row=in_a_row, window=window)
    if in_a_row < FAILURES_IN_A_ROW and not _is_bad(window):
        return counted
    return replace(counted, opened_at=now, next_probe_at=now + FIRST_PROBE, probe_interval=FIRST_PROBE, probing=False)


def may_probe(breaker: Breaker, now: datetime) -> bool:
    """True when the breaker is open and the time of its next probe has come."""
    return breaker.is_open and (breaker.next_probe_at is None or breaker.next_probe_at <= now)


def with_probe_taken(breaker: Breaker, now: datetime) -> Breaker:
    """The breaker once somebody has taken the probe: nobody else may until one interval has passed."""
    return replace(breaker, probing=True, next_probe_at=now + breaker.probe_interval)


def can_operate(actor: Actor) -> bool:
    """Pausing, resuming and checking are for operators, and for the portal itself."""
    return actor.kind is ActorKind.SYSTEM or actor.can(Permission.CONNECTIONS_OPERATE)


def _after_failed_probe(breaker: Breaker, now: datetime, in_a_row: int) -> Breaker:
    if not breaker.probing:  # a call that had left before the breaker opened tells nothing new
        return replace(breaker, failures_in_a_row=in_a_row)
    interval = min(breaker.probe_interval * 2, LONGEST_PROBE)
    return replace(
        breaker, failures_in_a_row=in_a_row, probing=False, probe_interval=interval, next_probe_at=now + interval
    )


def _add(window: tuple[Bucket, ...], now: datetime, *, failed: bool) -> tuple[Bucket, ...]:
    instant = int(now.timestamp())
    start = instant - instant % BUCKET_SECONDS
    oldest = instant - WINDOW.total_seconds()
    kept = [bucket for bucket in window if bucket[0] > oldest and bucket[0] != start]
    _, calls, failures = next((bucket for bucket in window if bucket[0] == start), (start, 0, 0))
    kept.append((start, calls + 1, failures + int(failed)))
    return tuple(kept)


def _is_bad(window: tuple[Bucket, ...]) -> bool:
    calls = sum(bucket[1] for bucket in window)
    failures = sum(bucket[2] for bucket in window)
    return calls >= WINDOW_CALLS and failures * 2 >= calls
