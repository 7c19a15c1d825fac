"""When to try again, and who may act on what failed. Pure."""

import hashlib
from datetime import timedelta
from typing import Final

from portal.ground.permissions import Actor, Permission

# Delay before attempt 1, 2, … 13: about 76 h in all.
SCHEDULE: Final = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=2),
    timedelta(hours=4),
    timedelta(hours=8),
    timedelta(hours=12),
    timedelta(hours=24),
    timedelta(hours=24),
)
MAX_ATTEMPTS: Final = len(SCHEDULE)
MAX_MALFORMED: Final = 3
JITTER: Final = 0.2
RETRY_AFTER_LIMIT: Final = timedelta(hours=1)
LEASE: Final = timedelta(seconds=60)
BATCH: Final = 10
# How long the trace of a message stays once it is delivered or closed.
SETTLED_KEPT: Final = timedelta(days=365)


def jitter(seed: str, attempt: int) -> float:
    """A factor between 0.8 and 1.2, always the same for one message and one attempt, spread over messages."""
    digest = hashlib.sha256(f"{seed}:{attempt}".encode()).digest()
    share = int.from_bytes(digest[:8], "big") / 2**64
    return 1 - JITTER + 2 * JITTER * share


def retry_delay(attempt: int, *, seed: str, retry_after: float | None = None) -> timedelta | None:
    """How long to wait after attempt number ``attempt`` (from 1) failed; ``None`` when the schedule is exhausted.

    :param seed: identifies the message; fixes the jitter.
    :param retry_after: seconds the partner asked for; honoured up to one hour, never shortening the schedule.
    """
    if attempt >= MAX_ATTEMPTS:
        return None
    planned = SCHEDULE[attempt] * jitter(seed, attempt)
    if retry_after is None or retry_after <= 0:
        return planned
    asked = min(timedelta(seconds=min(retry_after, RETRY_AFTER_LIMIT.total_seconds())), RETRY_AFTER_LIMIT)
    return max(planned, asked)


def can_retry_delivery(actor: Actor) -> bool:
    """Replaying or closing a dead letter is for those who answer for deliveries."""
    return actor.can(Permission.DELIVERIES_RETRY)
