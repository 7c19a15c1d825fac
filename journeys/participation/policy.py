"""The rules of a poll: where it stands, who may vote, what may be told. Pure."""

from datetime import date, datetime, time, timedelta
from typing import Final

from journeys.participation.enums import Access, Phase, PollState, Refusal, Residence
from journeys.participation.shapes import Terms, Voter
from portal.ground.clock import PARIS, local
from portal.ground.permissions import Actor, Permission

# Fewer ballots than that in a batch would leave each one close to the moment of its vote.
BATCH: Final = 20
# No group of fewer people is ever described.
SMALLEST_GROUP: Final = 11
# How long a result can be disputed: marks and keys are destroyed after it.
APPEAL: Final = timedelta(days=61)
MAX_QUESTIONS: Final = 3
MIN_CHOICES, MAX_CHOICES = 2, 5
TITLE_LENGTH, TEXT_LENGTH, CHOICE_LENGTH = 150, 500, 60
AGES: Final = (16, 18)
# From one network address, on polls open without an account.
GUEST_LIMIT, GUEST_PERIOD = 5, timedelta(minutes=1)
# How long a device is recognised, at most: longer than any poll lasts.
LONGEST: Final = timedelta(days=92)


def can_manage(actor: Actor) -> bool:
    """Whether this actor writes, publishes and closes polls."""
    return actor.is_agent and actor.can(Permission.PARTICIPATION_MANAGE)


def day_begins(day: date) -> datetime:
    """Midnight at the start of a civil day of the authority."""
    return datetime.combine(day, time(), PARIS)


def day_ends(day: date) -> datetime:
    """Midnight at the end of a civil day of the authority."""
    return day_begins(day + timedelta(days=1))


def last_day(closes_at: datetime) -> date:
    """The last civil day on which one may vote."""
    return local(closes_at - timedelta(microseconds=1)).date()


def phase_of(
    state: PollState, opens_at: datetime, closes_at: datetime, counted_at: datetime | None, now: datetime
) -> Phase:
    """Where a poll stands. Nothing has to have run for it to open or to close: it is a matter of dates."""
    if state is PollState.DRAFT:
        return Phase.DRAFT
    if now < opens_at:
        return Phase.UPCOMING
    if now < closes_at:
        return Phase.OPEN
    return Phase.COUNTED if counted_at is not None else Phase.COUNTING


def why_not_now(phase: Phase) -> Refusal | None:
    """Why nobody votes at this moment; None when the poll is open."""
    if phase is Phase.OPEN:
        return None
    return Refusal.NOT_OPEN_YET if phase in {Phase.DRAFT, Phase.UPCOMING} else Refusal.CLOSED


def why_not_eligible(terms: Terms, voter: Voter, *, concerned: bool, today: date) -> Refusal | None:
    """Why this person does not vote in this poll; None when they may.

    :param concerned: what the person declared about living, or working, in the commune.
    """
    if voter.on_behalf:
        return Refusal.ON_BEHALF  # a ballot is nobody else's to cast, whatever the mandate
    if terms.residence is not Residence.ANYONE and not concerned:
        return Refusal.NOT_CONCERNED
    if terms.min_age is None or terms.access is Access.OPEN:
        return None  # nobody's age can be checked without a sign-in: the page says so
    return _why_not_old_enough(voter.birthdate, terms.min_age, today)


def _why_not_old_enough(birthdate: str, least: int, today: date) -> Refusal | None:
    """A day or a month that is unknown counts as the last one: nobody votes before the age."""
    try:
        year, month, day = (int(part) for part in birthdate.split("-"))
    except ValueError:
        return Refusal.AGE_UNKNOWN
    if year == 0:
        return Refusal.AGE_UNKNOWN
    born = (year, month or 12, day or 31)
    years = today.year - born[0] - ((today.month, today.day) < born[1:])
    return None if years >= least else Refusal.TOO_YOUNG


def may_tell_results(ballots: int) -> bool:
    """Whether there are enough ballots for their sums to hide each of them."""
    return ballots >= SMALLEST_GROUP


def may_tell_cross(cells: tuple[tuple[int, ...], ...]) -> bool:
    """Whether a crossed table may be told: whole, or not at all.

    A single cell left out would be found again from the sums of its line and of its column.
    """
    return all(count >= SMALLEST_GROUP for line in cells for count in line)
