"""Free times: what is open, less what is closed, taken, too soon or too far."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.casework.appointments import policy
from portal.casework.appointments.enums import Audience
from portal.casework.appointments.models import (
    AppointmentClosure,
    AppointmentKind,
    AppointmentPlace,
    AppointmentRule,
    AppointmentRuleKind,
    AppointmentSeat,
)
from portal.casework.appointments.policy import Opening, Pace, Slot, Span
from portal.casework.appointments.service.rows import kind_view, place_view
from portal.casework.appointments.shapes import FreeSlot, KindName, KindOffer
from portal.casework.requests.working_days import is_public_holiday
from portal.ground import clock
from portal.ground.errors import NotFound

LONGEST_VISIT = timedelta(days=1)

_OFFERS = (
    select(AppointmentKind, AppointmentPlace)
    .join(AppointmentRuleKind, AppointmentRuleKind.kind_id == AppointmentKind.id)
    .join(AppointmentRule, AppointmentRule.id == AppointmentRuleKind.rule_id)
    .join(AppointmentPlace, AppointmentPlace.id == AppointmentRule.place_id)
    .where(
        AppointmentKind.active,
        AppointmentPlace.active,
        AppointmentRule.valid_until.is_(None) | (AppointmentRule.valid_until >= bindparam("today")),
    )
    .distinct()
)
_NAMES = select(AppointmentKind.slug, AppointmentKind.title, AppointmentKind.department_id).where(
    AppointmentKind.active
)
_OPENINGS = (
    select(AppointmentRule)
    .join(AppointmentRuleKind, AppointmentRuleKind.rule_id == AppointmentRule.id)
    .join(AppointmentPlace, AppointmentPlace.id == AppointmentRule.place_id)
    .where(AppointmentRuleKind.kind_id == bindparam("kind_id"), AppointmentPlace.active)
    .order_by(AppointmentRule.id)
)


def list_offers(session: Session, *, invited: bool = False) -> list[KindOffer]:
    """The kinds that may be booked, by their French title, each with the places where it is held. One statement.

    :param invited: with those that one must have been invited to.
    """
    kinds: dict[UUID, AppointmentKind] = {}
    places: dict[UUID, dict[UUID, AppointmentPlace]] = defaultdict(dict)
    for kind, place in session.execute(_OFFERS, {"today": clock.today()}):
        if invited or kind.audience is Audience.PUBLIC:
            kinds[kind.id] = kind
            places[kind.id][place.id] = place
    found = [
        KindOffer(
            kind_view(kind),
            tuple(sorted(map(place_view, places[kind.id].values()), key=lambda one: (one.name, one.id))),
        )
        for kind in kinds.values()
    ]
    return sorted(found, key=lambda one: (one.kind.say_title(), one.kind.id))


def list_kind_names(session: Session) -> list[KindName]:
    """Every kind that is not withdrawn, held anywhere yet or not, by its French title. One statement.

    Nothing of who comes: it is for who writes procedures, whatever the department.
    """
    found = [KindName(row.slug, row.title["fr"], row.department_id) for row in session.execute(_NAMES)]
    return sorted(found, key=lambda one: (one.title, one.slug))


def find_offer(session: Session, slug: str) -> KindOffer:
    """One kind that may be booked, invited or not, with its places. One statement.

    :raises NotFound: no such kind, or it is offered no more.
    """
    found = next((one for one in list_offers(session, invited=True) if one.kind.facts.slug == slug), None)
    if found is None:
        raise NotFound("kind_unknown")
    return found


def free_slots(
    session: Session, kind_id: UUID, place_id: UUID | None, from_day: date, days: int, *, at_once: bool = False
) -> list[FreeSlot]:
    """The free times of a kind, in order, at one place or at any. Four statements, whatever the number of days.

    :param from_day: in the authority's zone. :param days: how many, 31 at most; more is cut.
    :param at_once: for an agent, who may book without the notice that the kind asks of others.
    :raises NotFound: no such kind, or it is withdrawn.
    """
    kind = open_kind(session, kind_id)
    last = from_day + timedelta(days=max(1, min(days, policy.MOST_DAYS)) - 1)
    found = [
        FreeSlot(place, slot.span.starts_at, slot.span.ends_at, len(slot.free))
        for place, slots in slots_by_place(session, kind, place_id, from_day, last, at_once=at_once).items()
        for slot in slots
    ]
    return sorted(found, key=lambda one: (one.starts_at, one.place_id))


def next_slots(
    session: Session, kind_id: UUID, place_id: UUID | None, from_day: date, *, at_once: bool = False
) -> list[FreeSlot]:
    """The first free times from a day on: what is proposed when the one that was wanted is gone. Six at most."""
    found = free_slots(session, kind_id, place_id, from_day, policy.MOST_DAYS, at_once=at_once)
    return found[: policy.ALTERNATIVES]


def open_kind(session: Session, kind_id: UUID) -> AppointmentKind:
    """A kind that is offered.

    :raises NotFound: none, or withdrawn meanwhile.
    """
    row = session.get(AppointmentKind, kind_id, populate_existing=True)
    if row is None or not row.active:
        raise NotFound("kind_unknown")
    return row


def pace_of(kind: AppointmentKind) -> Pace:
    """How long a kind lasts, as the rules look at it."""
    return Pace(kind.minutes, kind.spare_minutes, kind.capacity, str(kind.id))


def slots_by_place(
    session: Session,
    kind: AppointmentKind,
    place_id: UUID | None,
    first: date,
    last: date,
    *,
    at_once: bool = False,
) -> dict[UUID, list[Slot]]:
    """The free times of a kind between two days, included, by place. Three statements."""
    now = clock.now()
    notice = 0 if at_once else kind.notice_hours
    window = policy.window_of(now, clock.PARIS, notice_hours=notice, horizon_days=kind.horizon_days)
    first = max(first, clock.today())
    last = min(last, clock.local(window.ends_at).date())
    openings = _openings(session, kind.id, place_id)
    if not openings or last < first:
        return {}
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    stretch = _stretch(first, last)
    closures = _closures(session, list(openings), stretch)
    taken = _taken(session, list(openings), stretch)
    return {
        place: policy.free_slots(
            rules,
            pace_of(kind),
            days,
            window=window,
            closures=closures[place],
            taken=taken[place],
            is_holiday=is_public_holiday,
            zone=clock.PARIS,
        )
        for place, rules in openings.items()
    }


def slot_at(
    session: Session,
    kind: AppointmentKind,
    place_id: UUID,
    starts_at: datetime,
    *,
    at_once: bool = False,
) -> Slot | None:
    """The free time of a kind that starts exactly then; None when there is none, taken or never there."""
    day = clock.local(starts_at).date()
    slots = slots_by_place(session, kind, place_id, day, day, at_once=at_once).get(place_id, [])
    return next((one for one in slots if one.span.starts_at == starts_at), None)


def _openings(session: Session, kind_id: UUID, place_id: UUID | None) -> dict[UUID, list[Opening]]:
    found: dict[UUID, list[Opening]] = defaultdict(list)
    query = _OPENINGS if place_id is None else _OPENINGS.where(AppointmentRule.place_id == place_id)
    for row in session.scalars(query, {"kind_id": kind_id}):
        opening = Opening(
            row.weekday, row.opens, row.closes, row.desks, row.desk_group, row.valid_from, row.valid_until
        )
        found[row.place_id].append(opening)
    return found


def _stretch(first: date, last: date) -> Span:
    """Instants wide enough to hold whatever touches these days."""
    noon = datetime.min.time().replace(hour=12)
    start = datetime.combine(first, noon, clock.PARIS) - LONGEST_VISIT
    return Span(start, datetime.combine(last, noon, clock.PARIS) + LONGEST_VISIT)


def _closures(session: Session, places: Sequence[UUID], stretch: Span) -> dict[UUID, list[Span]]:
    found: dict[UUID, list[Span]] = defaultdict(list)
    query = select(AppointmentClosure).where(
        AppointmentClosure.place_id.in_(places),
        AppointmentClosure.ends_at > stretch.starts_at,
        AppointmentClosure.starts_at < stretch.ends_at,
    )
    for row in session.scalars(query):
        found[row.place_id].append(Span(row.starts_at, row.ends_at))
    return found


def _taken(session: Session, places: Sequence[UUID], stretch: Span) -> dict[UUID, set[policy.Seat]]:
    found: dict[UUID, set[policy.Seat]] = defaultdict(set)
    seat = AppointmentSeat
    query = select(seat.place_id, seat.desk_group, seat.number, seat.tick_at).where(
        seat.place_id.in_(places), seat.tick_at >= stretch.starts_at, seat.tick_at < stretch.ends_at
    )
    for place_id, group, number, tick in session.execute(query):
        found[place_id].add((group, number, tick))
    return found
