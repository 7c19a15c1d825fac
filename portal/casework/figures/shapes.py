"""What the room takes and gives: plain immutable values."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from portal.casework.figures.enums import Obtained, Outcome

# The last whole day of each step of the histogram: day by day for a month, then wider; one more step for what is over.
STEPS: Final[tuple[int, ...]] = (*range(1, 31), *range(35, 61, 5), *range(70, 121, 10), *range(150, 361, 30))
LENGTHS: Final = len(STEPS) + 1
EASE_STEPS: Final = 5
# How long open requests have waited: up to a week, a month, two, four, more.
AGES: Final = (7, 30, 60, 120)


class Position(NamedTuple):
    """Where a walk over what changed has come to: the moment of a change, then the id of what changed."""

    at: datetime
    id: UUID


class Cell(NamedTuple):
    """What is counted together: a month (its first day), a department, a procedure, a channel, assisted or not."""

    month: date
    department_id: UUID
    procedure_id: UUID
    channel: str
    assisted: bool


@dataclass(frozen=True, slots=True)
class Case:
    """What the figures look at in one request, as it stands now. ``waited``: the time its resident was awaited."""

    request_id: UUID
    department_id: UUID
    procedure_id: UUID
    channel: str
    assisted: bool
    received_at: datetime
    ended_at: datetime | None = None
    outcome: Outcome | None = None
    waited: timedelta = timedelta()
    late: bool = False
    partner_errors: int = 0


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a person answered to the two questions. ``ease``: from 1, very hard, to 5, very easy."""

    obtained: Obtained
    ease: int


@dataclass(frozen=True, slots=True)
class OpenGroup:
    """The requests not ended of one kind: by how long ago they were sent, how many await their resident, or are late.

    ``ages``: one number for each of :data:`AGES`, and one for what is older.
    """

    department_id: UUID
    procedure_id: UUID
    channel: str
    assisted: bool
    ages: tuple[int, ...]
    awaited: int
    late: int


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one cell, or of several together.

    ``received`` and ``partner_errors`` are of requests sent in the month, ``given_up`` of drafts last touched in it and
    never sent, all others of requests that ended in it. ``days``: how many took so long, by
    :data:`STEPS`, the resident's own time left out; ``obtained`` in the order of :class:`Obtained`; ``ease`` from 1.
    """

    received: int = 0
    accepted: int = 0
    rejected: int = 0
    closed: int = 0
    withdrawn: int = 0
    late: int = 0
    given_up: int = 0
    partner_errors: int = 0
    days: tuple[int, ...] = (0,) * LENGTHS
    obtained: tuple[int, ...] = (0,) * len(Obtained)
    ease: tuple[int, ...] = (0,) * EASE_STEPS

    @property
    def decided(self) -> int:
        """Requests that the service answered; those that were withdrawn say nothing of it."""
        return self.accepted + self.rejected + self.closed

    @property
    def ended(self) -> int:
        """Requests that ended, by a decision or withdrawn."""
        return self.decided + self.withdrawn

    @property
    def answers(self) -> int:
        """How many persons answered the two questions."""
        return sum(self.obtained)

    @property
    def easy(self) -> int:
        """How many found it easy or very easy."""
        return sum(self.ease[3:])

    @staticmethod
    def of(tallies: Iterable["Tally"]) -> "Tally":
        """All of them together."""
        found = list(tallies)
        if not found:
            return Tally()
        sums: dict[str, Any] = {name: sum(getattr(one, name) for one in found) for name in PLAIN}
        for name in LISTS:
            sums[name] = tuple(map(sum, zip(*(getattr(one, name) for one in found), strict=True)))
        return Tally(**sums)


PLAIN: Final = ("received", "accepted", "rejected", "closed", "withdrawn", "late", "given_up", "partner_errors")
LISTS: Final = ("days", "obtained", "ease")
