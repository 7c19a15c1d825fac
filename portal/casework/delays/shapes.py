"""What the room gives: plain immutable values."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Delays:
    """Days from submission to decision: half of the cases took the first at most, nine in ten the second.

    The time during which the resident was awaited is left out. ``cases``: how many decisions this was measured on.
    """

    median_days: int
    p90_days: int
    cases: int
    computed_at: datetime
