"""Which figures are fair to show, and how they are worked out. Pure."""

from collections.abc import Sequence
from datetime import timedelta
from math import ceil
from typing import Final

# Fewer cases than this say more about them than about the procedure.
LEAST_CASES: Final = 5
MEASURED_OVER: Final = timedelta(days=365)


def at_share(days: Sequence[float], share: float) -> int:
    """The whole number of days within which this share of the cases was answered (nearest rank, rounded up)."""
    ranked = sorted(days)
    rank = max(1, ceil(share * len(ranked)))
    return max(1, ceil(ranked[rank - 1]))
