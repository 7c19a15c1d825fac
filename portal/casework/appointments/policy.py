"""Which times are free, and who may do what with an appointment. Pure: no database.

Weekly openings are hours of the wall clock; appointments are instants. On the day the clocks change, an hour that does
not exist is not offered, and one that exists twice is offered once, the first time. What lasts, lasts in real minutes.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from portal.casework.appointments.enums import AppointmentState, Reminder
from portal.ground.permissions import Actor, Permission

# One seat lasts so long: durations, spare minutes and hours of opening are multiples of it.
TICK: Final = timedelta(minutes=5)
TICK_MINUTES: Final = 5
# How far a list of free times may reach at once, and how many other times a refusal proposes.
MOST_DAYS: Final = 31
ALTERNATIVES: Final = 6
# What one person may have to come, all kinds together; one of each kind besides.
MOST_COMING: Final = 3
MOST_DESKS: Final = 30
# Long enough for the figures of missed appointments, and to answer whoever says that they came.
APPOINTMENT_KEPT: Final = timedelta(days=180)
# How long an earlier time waits for the answer of who is asked.
OFFER_LIFE: Final = timedelta(hours=4)
DAYS_BEFORE: Final = timedelta(days=2)
HOURS_BEFORE: Final = timedelta(hours=3)
# Nobody is reminded before that hour: an early appointment is reminded the evening before.
FIRST_HOUR: Final = time(8)
EVENING: Final = time(18)
FEED_PAST: Final = timedelta(days=7)
FEED_AHEAD: Final = timedelta(days=60)
COMING: Final = frozenset({AppointmentState.BOOKED, AppointmentState.DISPLACED, AppointmentState.AWAITED})
# An earlier time may be offered to who has one, and any time to who has none.
MAY_BE_OFFERED: Final = frozenset({AppointmentState.BOOKED, AppointmentState.AWAITED})
# Nobody is expected at the instant that these hold.
WITHOUT_TIME: Final = frozenset({AppointmentState.AWAITED, AppointmentState.LEFT})
# How far one may wait for a time, and how many free ones may be passed over: with more, one of them is chosen.
MOST_WAITED: Final = 60
MOST_PASSED: Final = 100

Seat = tuple[str, int, datetime]


@dataclass(frozen=True, slots=True)
class Opening:
    """A weekly opening, as the rules look at it. ``weekday``: 0 is Monday; hours are those of the wall clock."""

    weekday: int
    opens: time
    closes: time
    desks: int
    desk_group: str
    valid_from: date
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a kind lasts, how much is left after it, how many people one session holds."""

    minutes: int
    spare: int = 0
    capacity: int = 1
    key: str = ""

    @property
    def step(self) -> timedelta:
        """From one start to the next."""
        return timedelta(minutes=self.minutes + self.spare)

    def group_of(self, opening: Opening) -> str:
        """Whose desks it takes: a session of several people has a room of its own."""
        return opening.desk_group if self.capacity == 1 else f"*{self.key}"

    def numbers_of(self, opening: Opening) -> int:
        """How many may be met at once."""
        return opening.desks * self.capacity


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of time, its end apart."""

    starts_at: datetime
    ends_at: datetime

    def meets(self, other: "Span") -> bool:
        """Whether they share a moment."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


@dataclass(frozen=True, slots=True)
class Slot:
    """A time at which at least one desk is free. ``free``: which, as (group, number), in the order they are taken."""

    span: Span
    free: tuple[tuple[str, int], ...]


class Timed(Protocol):
    """What the rules look at in an appointment."""

    @property
    def starts_at(self) -> datetime:
        """When it begins."""

    @property
    def state(self) -> AppointmentState:
        """Where it stands."""

    @property
    def marked_at(self) -> datetime | None:
        """When it was noted as attended or missed."""

    @property
    def department_id(self) -> UUID:
        """Whose it is."""


def instant_of(day: date, hour: time, zone: ZoneInfo) -> datetime | None:
    """The instant, in UTC, when a wall clock shows this hour that day; the first of two, None when it never does."""
    local = datetime.combine(day, hour, zone)
    found = local.astimezone(UTC)
    return found if found.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None) else None


def spans_of(opening: Opening, pace: Pace, day: date, zone: ZoneInfo) -> Iterator[Span]:
    """The appointments of a kind that an opening has room for that day, one after the other."""
    over = opening.valid_until is not None and day > opening.valid_until
    if day.weekday() != opening.weekday or day < opening.valid_from or over:
        return
    at, closes = datetime.combine(day, opening.opens), datetime.combine(day, opening.closes)
    lasts = timedelta(minutes=pace.minutes)
    while at + lasts <= closes:
        starts = instant_of(day, at.time(), zone)
        if starts is not None and (starts + lasts).astimezone(zone).replace(tzinfo=None) <= closes:
            yield Span(starts, starts + lasts)
        at += pace.step


def ticks_of(span: Span, spare: int) -> list[datetime]:
    """The five-minute pieces that an appointment keeps a desk for, spare minutes included."""
    count = (span.ends_at - span.starts_at + timedelta(minutes=spare)) // TICK
    return [span.starts_at + TICK * number for number in range(count)]


def free_slots(
    openings: Sequence[Opening],
    pace: Pace,
    days: Iterable[date],
    *,
    window: Span,
    closures: Sequence[Span],
    taken: Collection[Seat],
    is_holiday: Callable[[date], bool],
    zone: ZoneInfo,
) -> list[Slot]:
    """The times that can be booked, in order. ``window``: the earliest and the latest start, both included."""
    found: dict[datetime, tuple[Span, set[tuple[str, int]]]] = {}
    for day in days:
        if is_holiday(day):
            continue
        for opening in openings:
            group, numbers = pace.group_of(opening), pace.numbers_of(opening)
            for span in spans_of(opening, pace, day, zone):
                outside = not window.starts_at <= span.starts_at <= window.ends_at
                if outside or any(span.meets(closed) for closed in closures):
                    continue
                ticks = ticks_of(span, pace.spare)
                free = {
                    (group, number)
                    for number in range(1, numbers + 1)
                    if all((group, number, tick) not in taken for tick in ticks)
                }
                if free:
                    found.setdefault(span.starts_at, (span, set()))[1].update(free)
    return [Slot(span, tuple(sorted(free))) for _at, (span, free) in sorted(found.items())]


def window_of(now: datetime, zone: ZoneInfo, *, notice_hours: int, horizon_days: int) -> Span:
    """When a kind may be booked for: from the notice that it asks on, until the end of the last day of its horizon."""
    last = now.astimezone(zone).date() + timedelta(days=horizon_days + 1)
    # An authority's midnight exists every day: clocks change at two or three in the morning.
    end = datetime.combine(last, time(0), zone).astimezone(UTC) - timedelta(microseconds=1)
    return Span(now + timedelta(hours=notice_hours), end)


def may_change(appointment: Timed, cancel_hours: int, now: datetime) -> bool:
    """Whether the person may still move or cancel by themselves; one that has no time, at any time."""
    if appointment.state in {AppointmentState.DISPLACED, AppointmentState.AWAITED}:
        return True
    return appointment.state is AppointmentState.BOOKED and now <= appointment.starts_at - timedelta(hours=cancel_hours)


def in_own_name(actor: Actor) -> bool:
    """An agent who acts with the rights of their role, for nobody else."""
    return actor.is_agent and actor.assisted is None and actor.mandate_id is None


def helps(actor: Actor) -> bool:
    """An agent who acts for somebody under a mandate: by the rules of residents, with no right left of their own."""
    return actor.is_agent and actor.assisted is None and actor.mandate_id is not None


def helper(agent: Actor, *, mandate_id: UUID, person_id: UUID) -> Actor:
    """The agent acting for the person who gave a mandate."""
    return replace(agent, subject=person_id, mandate_id=mandate_id, permissions=frozenset(), department_ids=frozenset())


def can_keep(actor: Actor, department_id: UUID) -> bool:
    """An agent of the department who holds the appointments, in their own name."""
    return _in_department(actor, department_id) and actor.can(Permission.APPOINTMENTS_KEEP)


def can_settle(actor: Actor, department_id: UUID) -> bool:
    """Who heads the department: places, kinds, hours and closures."""
    return _in_department(actor, department_id) and actor.can(Permission.APPOINTMENTS_SETTLE)


def _in_department(actor: Actor, department_id: UUID) -> bool:
    return actor.is_agent and actor.assisted is None and department_id in actor.department_ids


def may_mark(appointment: Timed, now: datetime) -> bool:
    """Whether one may say who came: once it has begun."""
    return appointment.state is AppointmentState.BOOKED and appointment.starts_at <= now


def may_unmark(appointment: Timed, today: date, zone: ZoneInfo) -> bool:
    """Whether that may be taken back: the same day."""
    marked = appointment.marked_at
    return marked is not None and marked.astimezone(zone).date() == today


def days_due(starts_at: datetime, now: datetime) -> datetime | None:
    """When the first reminder leaves; None when the appointment was made too late for it."""
    due = starts_at - DAYS_BEFORE
    return due if due > now else None


def hours_due(starts_at: datetime, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When the second one leaves: three hours before, or the evening before when that is too early for anybody."""
    due = starts_at - HOURS_BEFORE
    here = due.astimezone(zone)
    day = starts_at.astimezone(zone).date()
    if here.date() < day or here.time() < FIRST_HOUR:
        due = datetime.combine(day - timedelta(days=1), EVENING, zone).astimezone(UTC)
    return due if due > now else None


def due_of(
    starts_at: datetime, now: datetime, zone: ZoneInfo, wanted: Collection[Reminder]
) -> tuple[datetime | None, datetime | None]:
    """When each reminder that the person wants leaves."""
    first = days_due(starts_at, now) if Reminder.DAYS in wanted else None
    return first, hours_due(starts_at, now, zone) if Reminder.HOURS in wanted else None


def offer_until(now: datetime, starts_at: datetime, notice_hours: int) -> datetime:
    """Until when an earlier time waits for an answer: never past the notice that the kind asks."""
    return min(now + OFFER_LIFE, starts_at - timedelta(hours=notice_hours))
