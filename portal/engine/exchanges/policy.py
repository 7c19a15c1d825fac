"""How often partners are asked, how long what they said is kept. Pure."""

from datetime import timedelta
from typing import Final

RECEIPTS_KEPT: Final = timedelta(days=90)
POLL_EVERY: Final = timedelta(minutes=2)
POLL_BATCH: Final = 10
POLL_AT_MOST: Final = 200
POLL_WITHIN: Final = timedelta(seconds=60)
CHECK_EVERY: Final = timedelta(minutes=15)
UNDELIVERED_ALARM: Final = timedelta(hours=1)
DEAD_ALARM: Final = timedelta(minutes=15)


def next_in_turn(references: list[str], position: str, count: int) -> list[str]:
    """The ``count`` references that follow ``position`` in alphabetical order, starting again after the last one."""
    ordered = sorted(references)
    after = [reference for reference in ordered if reference > position]
    return (after + [reference for reference in ordered if reference <= position])[:count]
