"""Waiting for an earlier time, or for any: first come, first served.

A time is kept for one person until they answer, or lapses.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.casework.appointments import policy
from portal.casework.appointments.enums import AppointmentState, EventKind, Reminder
from portal.casework.appointments.models import (
    Appointment,
    AppointmentClosure,
    AppointmentKind,
    AppointmentPlace,
    AppointmentSeat,
    AppointmentWait,
)
from portal.casework.appointments.policy import Slot
from portal.casework.appointments.service.booking import take_seats
from portal.casework.appointments.service.changing import settle_move
from portal.casework.appointments.service.offering import slot_at, slots_by_place
from portal.casework.appointments.service.rows import (
    check_version,
    end_wait,
    free_seats,
    held_row,
    leave_line,
    lock_appointment,
    lock_place,
    note,
    view_by_id,
)
from portal.casework.appointments.service.telling import tell
from portal.casework.appointments.shapes import AppointmentView
from portal.casework.notifications.service import NotificationEvent
from portal.ground import clock
from portal.ground.errors import Conflict, Forbidden
from portal.ground.permissions import SYSTEM, Actor

AT_ONCE = 100


def wait_for_earlier(session: Session, actor: Actor, appointment_id: UUID, *, version: int) -> AppointmentView:
    """Ask to be told when an earlier time of the same kind is free at the same place. Again changes nothing.

    :raises Conflict: ``appointment_changed``. :raises Forbidden: it is not to come. :raises NotFound: none of theirs.
    """
    row = held_row(session, actor, appointment_id)
    check_version(session, row, version)
    if row.state is not AppointmentState.BOOKED or row.starts_at <= clock.now():
        raise Forbidden("appointment_over")
    if _wait_of(session, row.id) is None:
        session.add(AppointmentWait(appointment_id=row.id, created_at=clock.now(), passed=[]))
        session.flush()
        note(session, row, actor, EventKind.WAITING)
    return view_by_id(session, row.id)


def stop_waiting(session: Session, actor: Actor, appointment_id: UUID) -> AppointmentView:
    """Wait no more; what was kept is free again. Again changes nothing. :raises NotFound: none of theirs."""
    row = held_row(session, actor, appointment_id)
    if row.state is AppointmentState.AWAITED:
        leave_line(session, row, actor, EventKind.STOPPED_WAITING)
    elif _wait_of(session, row.id) is not None:
        end_wait(session, row.id)
        session.expire_all()
        note(session, row, actor, EventKind.STOPPED_WAITING)
    return view_by_id(session, row.id)


def accept_offer(session: Session, actor: Actor, appointment_id: UUID) -> AppointmentView:
    """Take the time that is kept. The former one, if there was one, is free at once, and waiting ends.

    :raises Conflict: ``offer_over``: it waited too long, or was answered; ``theirs`` is the appointment as it stands.
    :raises NotFound: none of theirs.
    """
    row, wait = _offered(session, actor, appointment_id)
    kind = session.get_one(AppointmentKind, row.kind_id)
    was, starts_at = row.starts_at, wait.offered_at
    if starts_at is None or not _is_still_open(session, row, kind, starts_at):
        raise Conflict("offer_over", theirs=view_by_id(session, row.id))
    free_seats(session, row.id, offered=False)
    kept = select(AppointmentSeat).where(AppointmentSeat.appointment_id == row.id, AppointmentSeat.offered)
    for seat in session.scalars(kept):
        seat.offered = False
    session.delete(wait)
    row.starts_at, row.ends_at = starts_at, starts_at + timedelta(minutes=kind.minutes)
    row.days_due_at, row.hours_due_at = policy.due_of(
        starts_at, clock.now(), clock.PARIS, [Reminder(one) for one in row.reminders]
    )
    settle_move(session, row, actor, EventKind.OFFER_TAKEN, was)
    return view_by_id(session, row.id)


def _is_still_open(session: Session, row: Appointment, kind: AppointmentKind, starts_at: datetime) -> bool:
    """Whether nobody closed that time, its place or its kind since it was offered."""
    place = session.get_one(AppointmentPlace, row.place_id, populate_existing=True)
    closed = exists().where(
        AppointmentClosure.place_id == row.place_id,
        AppointmentClosure.starts_at < starts_at + timedelta(minutes=kind.minutes),
        AppointmentClosure.ends_at > starts_at,
    )
    return kind.active and place.active and not session.scalar(select(closed))


def decline_offer(session: Session, actor: Actor, appointment_id: UUID) -> AppointmentView:
    """Leave the earlier time to others, and go on waiting for another one.

    :raises Conflict: ``offer_over``, as above. :raises NotFound: none of theirs.
    """
    row, wait = _offered(session, actor, appointment_id)
    _pass_on(session, row, wait, actor, EventKind.OFFER_DECLINED)
    return view_by_id(session, row.id)


def lapse_offers(session: Session, *, limit: int = AT_ONCE) -> int:
    """Take back the times that nobody answered for; return how many. They go to the next at the next round."""
    query = (
        select(AppointmentWait.appointment_id)
        .where(AppointmentWait.offered_until <= clock.now())
        .order_by(AppointmentWait.offered_until, AppointmentWait.id)
        .limit(limit)
    )
    lapsed = 0
    for appointment_id in session.scalars(query).all():
        row = lock_appointment(session, appointment_id)
        wait = _wait_of(session, row.id)
        if wait is not None and wait.offered_until is not None and wait.offered_until <= clock.now():
            _pass_on(session, row, wait, SYSTEM, EventKind.OFFER_LAPSED)
            lapsed += 1
    return lapsed


def offer_next(session: Session) -> bool:
    """Offer one free time to the first who waits for one like it, in the unit of the caller; False: nothing to offer.

    Nobody is offered the same time twice, nor two times at once. The free times of a kind at a place are read once,
    however many people wait for them.
    """
    lines: dict[tuple[UUID, UUID], list[Row[Any]]] = defaultdict(list)
    for one in session.execute(_in_line()):
        lines[one.kind_id, one.place_id].append(one)
    for (kind_id, place_id), line in lines.items():
        kind = session.get_one(AppointmentKind, kind_id, populate_existing=True)
        if not kind.active:
            continue
        last = clock.local(max(one.starts_at for one in line)).date()
        found = slots_by_place(session, kind, place_id, clock.today(), last).get(place_id, [])
        for one in line:
            slot = _earlier(found, one.starts_at, one.passed)
            if slot is not None and _keep_for(session, one.appointment_id, kind, slot):
                return True
    return False


def _in_line() -> Select[*tuple[Any, ...]]:
    """Who waits and is offered nothing, the first come first."""
    query = (
        select(
            AppointmentWait.appointment_id,
            AppointmentWait.passed,
            Appointment.kind_id,
            Appointment.place_id,
            Appointment.starts_at,
        )
        .join(Appointment, Appointment.id == AppointmentWait.appointment_id)
        .where(
            AppointmentWait.offered_at.is_(None),
            Appointment.state.in_(policy.MAY_BE_OFFERED),
            Appointment.starts_at > clock.now(),
        )
    )
    return query.order_by(AppointmentWait.created_at, AppointmentWait.id)


def _earlier(found: Sequence[Slot], than: datetime, passed: Sequence[str]) -> Slot | None:
    earlier = (one for one in found if one.span.starts_at < than)
    return next((one for one in earlier if one.span.starts_at.isoformat() not in passed), None)


def _keep_for(session: Session, appointment_id: UUID, kind: AppointmentKind, seen: Slot) -> bool:
    """Keep a time for who waits, once place and appointment are held and both still are as they were seen."""
    place_id = session.get_one(Appointment, appointment_id).place_id
    lock_place(session, place_id)
    row = lock_appointment(session, appointment_id)
    wait = _wait_of(session, row.id)
    slot = slot_at(session, kind, place_id, seen.span.starts_at)
    until = policy.offer_until(clock.now(), seen.span.starts_at, kind.notice_hours)
    still = row.state in policy.MAY_BE_OFFERED and row.place_id == place_id
    later = still and row.starts_at > seen.span.starts_at
    if wait is None or wait.offered_at is not None or slot is None or not later or until <= clock.now():
        return False
    try:
        with session.begin_nested():
            take_seats(session, row, kind, row.place_id, slot, offered=True)
    except IntegrityError:
        return False
    wait.offered_at, wait.offered_until = slot.span.starts_at, until
    session.flush()
    note(session, row, SYSTEM, EventKind.OFFERED, {"at": slot.span.starts_at.isoformat()})
    freed = row.state is AppointmentState.AWAITED
    event = NotificationEvent.APPOINTMENT_FREED if freed else NotificationEvent.APPOINTMENT_OFFERED
    tell(session, row, event, SYSTEM, offer=slot.span.starts_at)
    return True


def _pass_on(session: Session, row: Appointment, wait: AppointmentWait, actor: Actor, kind: EventKind) -> None:
    offered: datetime | None = wait.offered_at
    free_seats(session, row.id, offered=True)
    if offered is not None:
        wait.passed = [*wait.passed, offered.isoformat()]
        note(session, row, actor, kind, {"at": offered.isoformat()})
    wait.offered_at = wait.offered_until = None
    session.flush()


def _offered(session: Session, actor: Actor, appointment_id: UUID) -> tuple[Appointment, AppointmentWait]:
    row = held_row(session, actor, appointment_id)
    wait = _wait_of(session, row.id)
    if wait is None or wait.offered_until is None or wait.offered_until <= clock.now():
        raise Conflict("offer_over", theirs=view_by_id(session, row.id))
    return row, wait


def _wait_of(session: Session, appointment_id: UUID) -> AppointmentWait | None:
    query = select(AppointmentWait).where(AppointmentWait.appointment_id == appointment_id)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()
