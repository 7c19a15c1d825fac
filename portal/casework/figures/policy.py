"""What a request adds to which cell, how delays are read, what is too small to show, when to alert. Pure."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import ceil, sqrt
from typing import Any, Final
from uuid import UUID

from portal.casework.figures.enums import Obtained, Outcome
from portal.casework.figures.shapes import LENGTHS, STEPS, Case, Cell, Opinion, Tally
from portal.ground import clock

# Fewer than this could be told apart: « moins de 5 ».
LEAST_SHOWN: Final = 5
# The alert on equity: enough decisions on both sides, a gap that matters, and one that chance seldom makes.
ENOUGH: Final = 30
GAP_IN_POINTS: Final = 5
SELDOM: Final = 1.96
SLOWER: Final = 1.25
SLOWER_DAYS: Final = 2

Parts = dict[Cell, Counter[str]]


def month_of(instant: datetime) -> date:
    """The first day of the month, in the authority's zone."""
    return clock.local(instant).date().replace(day=1)


def step_of(spent: timedelta) -> int:
    """The step of the histogram of a length of time: whole days begun, one at least."""
    days: int = max(1, ceil(spent / timedelta(days=1)))
    return bisect_left(STEPS, days)


def parts_of(case: Case, opinion: Opinion | None) -> Parts:
    """What one request adds to the figures: to the month when it was sent, and to the one when it ended."""
    kind = (case.department_id, case.procedure_id, case.channel, case.assisted)
    received = Counter({"received": 1})
    if case.partner_errors:
        received["partner_errors"] = case.partner_errors
    parts: Parts = {Cell(month_of(case.received_at), *kind): received}
    if case.ended_at is None or case.outcome is None:
        return parts
    ended = parts.setdefault(Cell(month_of(case.ended_at), *kind), Counter())
    ended[case.outcome.value] += 1
    if case.outcome is Outcome.WITHDRAWN:
        return parts
    if case.late:
        ended["late"] += 1
    spent = max(timedelta(), case.ended_at - case.received_at - case.waited)
    ended[f"days:{step_of(spent)}"] += 1
    if opinion is not None:
        ended[f"obtained:{list(Obtained).index(opinion.obtained)}"] += 1
        ended[f"ease:{opinion.ease - 1}"] += 1
    return parts


def within(days: Sequence[int], share: float) -> int | None:
    """The days within which this share of the cases was answered; None under five cases.

    Exact to the day up to thirty; beyond, the end of the step, so that it is never told too short. What took more than
    the longest step is told as one day more than it.
    """
    cases = sum(days)
    if cases < LEAST_SHOWN:
        return None
    rank, seen = max(1, ceil(share * cases)), 0
    for step in range(LENGTHS):
        seen += days[step]
        if seen >= rank:
            return int(STEPS[step] if step < len(STEPS) else STEPS[-1] + 1)
    raise ValueError("a histogram holds all of its cases")


class Hidden(StrEnum):
    """Why a number is not shown: there are one to four, or it would tell another one."""

    FEW = "few"
    OTHER = "other"


Shown = int | Hidden


def conceal(counts: Sequence[int]) -> tuple[Shown, ...]:
    """The numbers of a table whose total may be known, without those that could tell of somebody.

    One to four is left out. What is left out must not be found again from the total: it is never alone, never adds up
    to less than five, nor to what only ones, or only fours, make; otherwise the smallest of the others goes with it.
    Zero tells of nobody and stays.
    """
    few = [place for place, count in enumerate(counts) if 0 < count < LEAST_SHOWN]
    others = sorted((count, place) for place, count in enumerate(counts) if count >= LEAST_SHOWN)
    total = sum(counts[place] for place in few)
    also: set[int] = set()
    while few and others and (len(few) + len(also) < 2 or (not also and total in _told_by(len(few)))):
        also.add(others.pop(0)[1])
    found: list[Shown] = list(counts)
    for place in few:
        found[place] = Hidden.FEW
    for place in also:
        found[place] = Hidden.OTHER
    return tuple(found)


def _told_by(number: int) -> set[int]:
    """The sums of so many numbers between one and four from which each of them is known, or nearly."""
    return {*range(LEAST_SHOWN), number, number * (LEAST_SHOWN - 1)}


def share_of(count: Shown, total: Shown) -> int | None:
    """A whole percentage; None when either is left out, when there are too few, or when the rest tells of a few."""
    if isinstance(count, Hidden) or isinstance(total, Hidden) or total < LEAST_SHOWN:
        return None
    if 0 < count < LEAST_SHOWN or 0 < total - count < LEAST_SHOWN:
        return None
    return round(100 * count / total)


class Gap(StrEnum):
    """In what persons who were helped fare worse."""

    SUCCESS = "success"
    REFUSAL = "refusal"
    DELAY = "delay"


def gaps(assisted: Tally, alone: Tally) -> tuple[Gap, ...]:
    """In what persons who were helped fare worse than the others: none is told on fewer than thirty decisions a side.

    Shares: five points apart at least, and further apart than chance makes them nineteen times in twenty (test of two
    proportions). Delay: a median a quarter longer, and two days at least.
    """
    if min(assisted.decided, alone.decided) < ENOUGH:
        return ()
    found = []
    if _is_higher(alone.accepted, alone.decided, assisted.accepted, assisted.decided):
        found.append(Gap.SUCCESS)
    if _is_higher(assisted.rejected, assisted.decided, alone.rejected, alone.decided):
        found.append(Gap.REFUSAL)
    slow, usual = within(assisted.days, 0.5), within(alone.days, 0.5)
    if slow is not None and usual is not None and slow >= usual * SLOWER and slow - usual >= SLOWER_DAYS:
        found.append(Gap.DELAY)
    return tuple(found)


def _is_higher(count: int, total: int, other: int, other_total: int) -> bool:
    difference = count * other_total - other * total
    gap = difference / (total * other_total)
    pooled = (count + other) / (total + other_total)
    noise = sqrt(pooled * (1 - pooled) * (1 / total + 1 / other_total))
    return 100 * difference >= GAP_IN_POINTS * total * other_total and gap > SELDOM * noise


def dump_parts(parts: Mapping[Cell, Mapping[str, int]]) -> list[list[Any]]:
    """The parts as they are kept with the request."""
    return [
        [
            cell.month.isoformat(),
            str(cell.department_id),
            str(cell.procedure_id),
            cell.channel,
            cell.assisted,
            dict(sorted(counts.items())),
        ]
        for cell, counts in sorted(parts.items())
    ]


def load_parts(kept: Sequence[Sequence[Any]]) -> Parts:
    """The parts that were kept."""
    return {
        Cell(date.fromisoformat(month), UUID(department), UUID(procedure), channel, assisted): Counter(counts)
        for month, department, procedure, channel, assisted, counts in kept
    }
