"""Which times are free: against a naive reference, on the days the clocks change, around closures and holidays."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.casework.appointments import policy
from portal.casework.appointments.enums import AppointmentState, Reminder
from portal.casework.appointments.policy import Opening, Pace, Slot, Span
from portal.ground.clock import PARIS

SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
ALWAYS = Span(datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC))


def opening(day: date, opens: time, closes: time, desks: int = 1, group: str = "") -> Opening:
    return Opening(day.weekday(), opens, closes, desks, group, date(2020, 1, 1))


def slots(
    openings: list[Opening],
    pace: Pace,
    days: list[date],
    *,
    closures: tuple[Span, ...] = (),
    taken: frozenset[policy.Seat] = frozenset(),
    holidays: frozenset[date] = frozenset(),
    window: Span = ALWAYS,
) -> list[Slot]:
    return policy.free_slots(
        openings,
        pace,
        days,
        window=window,
        closures=closures,
        taken=taken,
        is_holiday=holidays.__contains__,
        zone=PARIS,
    )


def starts(found: list[Slot]) -> list[str]:
    return [f"{one.span.starts_at.astimezone(PARIS):%H:%M %z}" for one in found]


def test_what_is_left_after_each_is_kept_free() -> None:
    day = date(2026, 12, 3)
    found = slots([opening(day, time(9), time(11))], Pace(30, spare=10), [day])
    assert starts(found) == ["09:00 +0100", "09:40 +0100", "10:20 +0100"]


def test_an_hour_that_does_not_exist_is_not_offered() -> None:
    found = slots([opening(SPRING, time(1), time(4))], Pace(30), [SPRING])
    assert starts(found) == ["01:00 +0100", "01:30 +0100", "03:00 +0200", "03:30 +0200"]
    assert [one.span.ends_at - one.span.starts_at for one in found] == [timedelta(minutes=30)] * 4


def test_an_hour_that_exists_twice_is_offered_once_the_first_time() -> None:
    found = slots([opening(AUTUMN, time(1), time(4))], Pace(60), [AUTUMN])
    assert starts(found) == ["01:00 +0200", "02:00 +0200", "03:00 +0100"]


def test_what_would_end_after_the_hour_because_the_clocks_change_is_not_offered() -> None:
    found = slots([opening(SPRING, time(1), time(2, 30))], Pace(90), [SPRING])
    assert found == []


def test_a_collective_session_holds_many_in_a_room_of_its_own() -> None:
    day = date(2026, 12, 3)
    pace = Pace(60, capacity=3, key="atelier")
    one_taken = frozenset(("*atelier", 2, datetime(2026, 12, 3, 8, 5 * number, tzinfo=UTC)) for number in range(12))
    at_the_desk = frozenset(("", 1, datetime(2026, 12, 3, 8, 5 * number, tzinfo=UTC)) for number in range(12))
    found = slots([opening(day, time(9), time(10))], pace, [day], taken=one_taken | at_the_desk)
    assert [one.free for one in found] == [(("*atelier", 1), ("*atelier", 3))]


@pytest.mark.parametrize("change", [SPRING, AUTUMN])
def test_the_horizon_ends_with_its_last_day_even_when_the_clocks_change(change: date) -> None:
    now = datetime.combine(change - timedelta(days=3), time(12), PARIS)
    window = policy.window_of(now.astimezone(UTC), PARIS, notice_hours=2, horizon_days=3)
    last = window.ends_at.astimezone(PARIS)
    assert (last.date(), last.hour, last.minute) == (change, 23, 59)
    assert window.starts_at == now + timedelta(hours=2)


HOURS = st.integers(0, 287).map(lambda tick: time(tick // 12, tick % 12 * 5))
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31)) | st.sampled_from([SPRING, AUTUMN])


@st.composite
def scenes(draw: st.DrawFn) -> dict[str, object]:
    day = draw(DAYS)
    openings = []
    for _number in range(draw(st.integers(1, 3))):
        opens, closes = sorted([draw(HOURS), draw(HOURS)])
        weekday = draw(st.sampled_from([day.weekday(), (day.weekday() + 1) % 7]))
        group = draw(st.sampled_from(["", "accueil"]))
        openings.append(Opening(weekday, opens, closes, draw(st.integers(1, 2)), group, date(2020, 1, 1)))
    midnight = datetime.combine(day, time(0), PARIS).astimezone(UTC)
    tick = st.integers(0, 600).map(lambda number: midnight + policy.TICK * number)
    taken = draw(st.frozensets(st.tuples(st.sampled_from(["", "accueil"]), st.integers(1, 2), tick), max_size=30))
    closures = []
    for _number in range(draw(st.integers(0, 2))):
        first, last = sorted([draw(tick), draw(tick)])
        closures.append(Span(first, last))
    return {
        "openings": openings,
        "pace": Pace(draw(st.sampled_from([5, 15, 20, 45, 90])), draw(st.sampled_from([0, 5, 10]))),
        "days": [day, day + timedelta(days=1)],
        "taken": taken,
        "closures": tuple(closures),
        "holidays": draw(st.sampled_from([frozenset(), frozenset({day})])),
    }


@given(scenes())
def test_free_times_are_those_that_a_walk_of_the_clock_finds(scene: dict[str, object]) -> None:
    """The reference walks over each minute of real time, and looks at a wall clock."""
    openings, pace, days = scene["openings"], scene["pace"], scene["days"]
    assert isinstance(openings, list)
    assert isinstance(pace, Pace)
    assert isinstance(days, list)
    taken, closures, holidays = scene["taken"], scene["closures"], scene["holidays"]
    assert isinstance(taken, frozenset)
    assert isinstance(closures, tuple)
    assert isinstance(holidays, frozenset)
    expected: dict[datetime, set[tuple[str, int]]] = {}
    seen: set[datetime] = set()
    at = datetime.combine(days[0], time(0), PARIS).astimezone(UTC)
    until = datetime.combine(days[-1] + timedelta(days=1), time(0), PARIS).astimezone(UTC)
    while at < until:
        wall = at.astimezone(PARIS).replace(tzinfo=None)
        if wall not in seen and wall.date() not in holidays:
            seen.add(wall)
            for one in openings:
                since = wall - datetime.combine(wall.date(), one.opens)
                ends = at + timedelta(minutes=pace.minutes)
                fits = wall.weekday() == one.weekday and since >= timedelta(0) and since % pace.step == timedelta(0)
                fits = fits and ends.astimezone(PARIS).replace(tzinfo=None) <= datetime.combine(wall.date(), one.closes)
                # On the wall clock too, there must be room: at the end of the hour that comes twice, there is none.
                fits = fits and wall + timedelta(minutes=pace.minutes) <= datetime.combine(wall.date(), one.closes)
                if not fits or any(c.starts_at < ends and at < c.ends_at for c in closures):
                    continue
                busy = ends + timedelta(minutes=pace.spare)
                for number in range(1, one.desks + 1):
                    if not any(g == one.desk_group and n == number and at <= t < busy for g, n, t in taken):
                        expected.setdefault(at, set()).add((one.desk_group, number))
        at += timedelta(minutes=5)
    found = slots(openings, pace, days, taken=taken, closures=closures, holidays=holidays)
    assert {one.span.starts_at: set(one.free) for one in found} == expected


@given(scenes())
def test_an_appointment_taken_frees_nobody_else_s_desk(scene: dict[str, object]) -> None:
    """Once the seats of a slot are taken, no slot offers them again."""
    found = slots(scene["openings"], scene["pace"], scene["days"])  # type: ignore[arg-type]
    pace = scene["pace"]
    assert isinstance(pace, Pace)
    for slot in found[:3]:
        group, number = slot.free[0]
        mine = frozenset((group, number, tick) for tick in policy.ticks_of(slot.span, pace.spare))
        for other in slots(scene["openings"], pace, scene["days"], taken=mine):  # type: ignore[arg-type]
            for theirs in other.free:
                ticks = {(*theirs, tick) for tick in policy.ticks_of(other.span, pace.spare)}
                assert not ticks & mine


def test_an_early_appointment_is_reminded_the_evening_before() -> None:
    now = datetime(2026, 12, 1, 8, tzinfo=UTC)
    early = datetime(2026, 12, 4, 8, tzinfo=UTC)
    late = datetime(2026, 12, 4, 14, tzinfo=UTC)
    every = frozenset(Reminder)
    assert policy.due_of(early, now, PARIS, every) == (
        datetime(2026, 12, 2, 8, tzinfo=UTC),
        datetime(2026, 12, 3, 17, tzinfo=UTC),
    )
    assert policy.due_of(late, now, PARIS, every)[1] == datetime(2026, 12, 4, 11, tzinfo=UTC)
    assert policy.due_of(late, late - timedelta(hours=1), PARIS, every) == (None, None)
    assert policy.due_of(late, now, PARIS, ()) == (None, None)


class _Timed:
    def __init__(self, state: AppointmentState) -> None:
        self.state = state
        self.starts_at = datetime(2026, 12, 4, 8, tzinfo=UTC)
        self.marked_at = None
        self.department_id = None


def test_until_when_a_person_changes_their_mind() -> None:
    at = datetime(2026, 12, 4, 8, tzinfo=UTC)
    booked, displaced = _Timed(AppointmentState.BOOKED), _Timed(AppointmentState.DISPLACED)
    assert policy.may_change(booked, 3, at - timedelta(hours=3))  # type: ignore[arg-type]
    assert not policy.may_change(booked, 3, at - timedelta(hours=2, minutes=59))  # type: ignore[arg-type]
    assert policy.may_change(displaced, 3, at + timedelta(days=1))  # type: ignore[arg-type]
    assert not policy.may_change(_Timed(AppointmentState.CANCELLED), 0, at - timedelta(days=9))  # type: ignore[arg-type]
