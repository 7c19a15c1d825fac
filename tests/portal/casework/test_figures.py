"""Figures: what each request adds and where, what is shown of small numbers, when to alert."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.casework.delays.policy import at_share
from portal.casework.figures.policy import (
    Gap,
    Hidden,
    conceal,
    dump_parts,
    gaps,
    load_parts,
    month_of,
    parts_of,
    share_of,
    step_of,
    within,
)
from portal.casework.figures.shapes import LENGTHS, STEPS, Case, Cell, Obtained, Opinion, Outcome, Tally

DEPARTMENT, PROCEDURE, REQUEST = UUID(int=1), UUID(int=2), UUID(int=3)
SENT = datetime(2026, 3, 3, 10, tzinfo=UTC)


def case(**changes: object) -> Case:
    return Case(REQUEST, DEPARTMENT, PROCEDURE, "web", False, SENT, **changes)  # type: ignore[arg-type]


def histogram(days: list[float]) -> list[int]:
    found = [0] * LENGTHS
    for one in days:
        found[step_of(timedelta(days=one))] += 1
    return found


@pytest.mark.parametrize(
    ("instant", "month"),
    [
        (datetime(2026, 3, 31, 21, 59, tzinfo=UTC), date(2026, 3, 1)),  # one minute before midnight in Paris, in summer
        (datetime(2026, 3, 31, 22, 0, tzinfo=UTC), date(2026, 4, 1)),
        (datetime(2026, 12, 31, 22, 59, tzinfo=UTC), date(2026, 12, 1)),  # in winter the hour is another
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_months_end_at_midnight_of_the_town(instant: datetime, month: date) -> None:
    assert month_of(instant) == month


def test_a_request_counts_when_it_was_sent_and_when_it_ended() -> None:
    ended = case(
        ended_at=SENT + timedelta(days=40),
        outcome=Outcome.REJECTED,
        waited=timedelta(days=30, hours=12),
        late=True,
        partner_errors=2,
    )
    parts = parts_of(ended, Opinion(Obtained.NO, 2))
    march, april = (Cell(date(2026, month, 1), DEPARTMENT, PROCEDURE, "web", False) for month in (3, 4))
    assert parts[march] == {"received": 1, "partner_errors": 2}
    # forty days, of which the resident was awaited thirty and a half: the tenth day is begun
    assert parts[april] == {"rejected": 1, "late": 1, "days:9": 1, "obtained:2": 1, "ease:1": 1}
    assert load_parts(dump_parts(parts)) == parts


def test_one_withdrawn_says_nothing_of_the_department() -> None:
    gone = case(ended_at=SENT + timedelta(days=2), outcome=Outcome.WITHDRAWN, late=True)
    (counts,) = parts_of(gone, None).values()
    assert counts == {"received": 1, "withdrawn": 1}


@given(st.lists(st.floats(0, 30, allow_nan=False), min_size=5, max_size=60), st.sampled_from([0.5, 0.9]))
def test_up_to_a_month_delays_are_those_told_to_residents(days: list[float], share: float) -> None:
    assert within(histogram(days), share) == at_share(days, share)


@given(st.lists(st.floats(0, 900, allow_nan=False), min_size=5, max_size=60), st.sampled_from([0.5, 0.9]))
def test_a_long_delay_is_never_told_too_short(days: list[float], share: float) -> None:
    exact, told = at_share(days, share), within(histogram(days), share)
    assert told is not None
    assert told >= min(exact, STEPS[-1] + 1)
    assert told <= max(exact * 1.25, exact + 4)


def test_under_five_cases_there_is_no_delay() -> None:
    assert within(histogram([1, 2, 3, 4]), 0.5) is None
    assert within(histogram([]), 0.9) is None


FEW, OTHER = Hidden.FEW, Hidden.OTHER


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ((), ()),
        ((0, 0), (0, 0)),
        ((1,), (FEW,)),  # one case only: its total is left out too
        ((12, 7), (12, 7)),
        ((12, 3, 7), (12, FEW, OTHER)),  # 22 less 12 and 7 would tell it
        ((12, 3, 4), (12, FEW, FEW)),  # seven in two: who knows which
        ((12, 1, 2), (OTHER, FEW, FEW)),  # three in two: too small together
        ((12, 4, 4, 9), (12, FEW, FEW, OTHER)),  # eight in two is four and four
        ((1, 1, 1, 1, 1, 30), (FEW,) * 5 + (OTHER,)),  # five in five is one each
        ((0, 3, 40), (0, FEW, OTHER)),
    ],
)
def test_small_numbers_are_left_out_and_cannot_be_found_again(
    counts: tuple[int, ...], shown: tuple[int | Hidden, ...]
) -> None:
    assert conceal(counts) == shown


@given(st.lists(st.integers(0, 30), max_size=12))
def test_no_total_ever_tells_a_small_number(counts: list[int]) -> None:
    shown = conceal(counts)
    hidden = [count for count, one in zip(counts, shown, strict=True) if isinstance(one, Hidden)]
    assert all(not 0 < one < 5 for one in shown if not isinstance(one, Hidden))
    if hidden and sum(counts) != sum(hidden):  # something is shown beside: what is left is not small, and not alone
        assert sum(hidden) >= 5 or not any(count >= 5 for count in counts)
        assert len(hidden) > 1 or not any(count >= 5 for count in counts)


def test_shares_hide_what_they_would_tell() -> None:
    assert share_of(10, 40) == 25
    assert share_of(0, 40) == 0
    assert share_of(3, 40) is None
    assert share_of(38, 40) is None  # the two others would be told
    assert share_of(2, 4) is None
    assert share_of(Hidden.OTHER, 40) is None
    assert share_of(0, 0) is None


def tally(accepted: int, rejected: int, days: float = 5) -> Tally:
    taken = tuple(histogram([days] * (accepted + rejected)))
    return Tally(accepted=accepted, rejected=rejected, days=taken)


@pytest.mark.parametrize(
    ("assisted", "alone", "found"),
    [
        (tally(20, 20), tally(38, 2), (Gap.SUCCESS, Gap.REFUSAL)),
        (tally(9, 20), tally(38, 2), ()),  # 29 decisions: too few to say anything
        (tally(36, 4), tally(38, 2), ()),  # five points on forty: chance does that
        (tally(3600, 400), tally(3800, 200), (Gap.SUCCESS, Gap.REFUSAL)),
        (tally(3900, 100), tally(3960, 40), ()),  # sure, and too small to matter
        (tally(38, 2), tally(20, 20), ()),  # who is helped fares better: nothing to alert about
        (tally(40, 0, days=10), tally(40, 0, days=8), (Gap.DELAY,)),
        (tally(40, 0, days=2), tally(40, 0, days=1), ()),  # twice as long, and one day
        (Tally(), Tally(), ()),
    ],
)
def test_the_alert_needs_enough_cases_a_gap_that_matters_and_more_than_chance(
    assisted: Tally, alone: Tally, found: tuple[Gap, ...]
) -> None:
    assert gaps(assisted, alone) == found


def test_tallies_add_up() -> None:
    both = Tally.of([tally(3, 1), tally(2, 2, days=400)])
    assert (both.accepted, both.rejected, both.decided, both.days[4], both.days[-1]) == (5, 3, 8, 4, 4)
    assert Tally.of([]) == Tally()
