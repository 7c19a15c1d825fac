"""Waiting without an appointment: a line with no time yet, which the same offers, limits and codes serve.

The row is an appointment whose time is to come: who waits counts among the three that a person may have, is found by
the same reference and code, and holds no seat. An offer accepted gives it its time.
"""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Integer, case, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.casework.appointments import policy
from portal.casework.appointments.enums import AppointmentState, EventKind, Refusal
from portal.casework.appointments.models import Appointment, AppointmentKind, AppointmentPlace, AppointmentWait
from portal.casework.appointments.policy import Span
from portal.casework.appointments.service.booking import (
    check_booking,
    check_limits,
    check_place,
    form_of,
    insert_row,
    party_of,
    release_past,
    replay_of,
)
from portal.casework.appointments.service.contact import checked_remark
from portal.casework.appointments.service.offering import open_kind, slots_by_place
from portal.casework.appointments.service.reading import check_keeper
from portal.casework.appointments.service.rows import (
    kind_view,
    leave_line,
    lock_place,
    note,
    of_departments,
    view_by_id,
)
from portal.casework.appointments.service.telling import tell
from portal.casework.appointments.shapes import AppointmentView, Booking, WaitingLine
from portal.casework.notifications.service import NotificationEvent
from portal.ground import clock
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.ground.permissions import SYSTEM, Actor

AT_ONCE = 100


def wait_for_any(session: Session, actor: Actor, booking: Booking, *, idempotency_key: str) -> AppointmentView:
    """Ask to be told as soon as a time frees, when none is free or none suits. With or without an account.

    What is free when it is asked is never offered: it was seen, and it did not suit. Without an account the view holds
    a ``code``, as :func:`book` gives one.

    :param booking: ``starts_at`` is the latest time that would do; it belongs to no request.
    :param idempotency_key: the key of the form; the same one gives the same wish.
    :raises Conflict: ``many_free``: so many times are free that one is to be chosen; ``too_many``, ``one_per_kind``.
    :raises Invalid: by field, in French: ``until``, ``means``, ``name``, ``email``, ``phone``, ``remark``.
    :raises Forbidden: ``invitation_needed``, or not somebody who may book.
    :raises NotFound: no such kind or place, or one was withdrawn meanwhile.
    """
    form = form_of(idempotency_key)
    kind = open_kind(session, booking.kind_id)
    party = party_of(session, actor, booking, kind, None)
    check_booking(booking, kind, party, actor)
    if not clock.now() < booking.starts_at <= last_wait(kind.horizon_days):
        raise Invalid({"until": _("Choisissez un jour à partir d’aujourd’hui, dans le délai indiqué.")})
    remark = checked_remark(booking.remark)
    place = lock_place(session, booking.place_id)
    replay = replay_of(session, form)
    if replay is not None:
        return replay
    check_place(place, kind)
    release_past(session, party.holder)
    check_limits(session, party.holder, kind.id)
    seen = _free_before(session, kind, place.id, booking.starts_at)
    if len(seen) > policy.MOST_PASSED:
        raise Conflict(Refusal.MANY_FREE)
    span = Span(booking.starts_at, booking.starts_at + timedelta(minutes=kind.minutes))
    try:
        with session.begin_nested():
            row = insert_row(session, booking, kind, party, form, remark, span, AppointmentState.AWAITED)
    except IntegrityError:  # the same form, or the last of a person's three, at the same moment
        replay = replay_of(session, form)
        if replay is not None:
            return replay
        check_limits(session, party.holder, kind.id)
        raise Conflict(Refusal.TOO_MANY) from None
    session.add(AppointmentWait(appointment_id=row.id, created_at=clock.now(), passed=seen))
    session.flush()
    note(session, row, actor, EventKind.AWAITED, {"at": row.starts_at.isoformat()})
    tell(session, row, NotificationEvent.APPOINTMENT_AWAITED, actor)
    return view_by_id(session, row.id, code=form.code if row.code_key else "")


def last_wait(horizon_days: int) -> datetime:
    """The latest time for which one may wait: the end of what may be booked, or of two months."""
    return end_of(clock.today() + timedelta(days=min(horizon_days, policy.MOST_WAITED)))


def end_of(day: date) -> datetime:
    """The last moment of a day of the wall clock."""
    return datetime.combine(day, time(23, 59), clock.PARIS).astimezone(UTC)


def end_vain_waits(session: Session, *, limit: int = AT_ONCE) -> int:
    """End the waiting of those for whom nothing freed in time, and tell them; return how many. Called until 0."""
    query = (
        select(Appointment)
        .where(Appointment.state == AppointmentState.AWAITED, Appointment.starts_at <= clock.now())
        .order_by(Appointment.starts_at, Appointment.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = session.scalars(query.execution_options(populate_existing=True)).all()
    for row in rows:
        leave_line(session, row, SYSTEM, EventKind.WAITED_IN_VAIN)
        tell(session, row, NotificationEvent.APPOINTMENT_WAITED_IN_VAIN, SYSTEM)
    return len(rows)


def list_waiting(session: Session, actor: Actor) -> list[WaitingLine]:
    """How many people wait, by place and kind of the agent's departments. One statement, and nobody is named.

    :raises Forbidden: the agent does not hold the appointments.
    """
    check_keeper(actor)
    awaited = Appointment.state == AppointmentState.AWAITED
    query = (
        select(
            AppointmentKind,
            AppointmentPlace.name,
            func.sum(case((awaited, 1), else_=0), type_=Integer),
            func.sum(case((awaited, 0), else_=1), type_=Integer),
        )
        .select_from(AppointmentWait)
        .join(Appointment, Appointment.id == AppointmentWait.appointment_id)
        .join(AppointmentKind, AppointmentKind.id == Appointment.kind_id)
        .join(AppointmentPlace, AppointmentPlace.id == Appointment.place_id)
        .where(
            of_departments(actor, Appointment.department_id.expression),
            Appointment.state.in_(policy.MAY_BE_OFFERED),
            Appointment.starts_at > clock.now(),
        )
        .group_by(AppointmentKind.id, AppointmentPlace.id)
        .order_by(AppointmentPlace.name, AppointmentKind.slug)
    )
    return [WaitingLine(kind_view(kind).say_title(), *rest) for kind, *rest in session.execute(query)]


def _free_before(session: Session, kind: AppointmentKind, place_id: UUID, until: datetime) -> list[str]:
    """The times that are free now, as a wish keeps those that it passes over.

    :raises NotFound: the kind is not held at this place: nothing would ever free.
    """
    found = slots_by_place(session, kind, place_id, clock.today(), clock.local(until).date())
    if place_id not in found:
        raise NotFound("place_unknown")
    return [one.span.starts_at.isoformat() for one in found[place_id] if one.span.starts_at <= until]
