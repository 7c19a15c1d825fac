"""Moving and cancelling, by the person or by the department. The new seat is taken before the old one is given up."""

from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.casework.appointments import policy
from portal.casework.appointments.enums import AppointmentState, EventKind, Refusal
from portal.casework.appointments.models import Appointment, AppointmentKind, AppointmentSeat
from portal.casework.appointments.service.booking import others, set_time, slot_or_conflict, take_seats
from portal.casework.appointments.service.offering import open_kind
from portal.casework.appointments.service.rows import (
    check_version,
    end_wait,
    held_row,
    lock_place,
    may_see,
    note,
    reseal,
    touch,
    view_by_id,
)
from portal.casework.appointments.service.telling import tell
from portal.casework.appointments.shapes import AppointmentView
from portal.casework.notifications.service import NotificationEvent
from portal.ground import clock
from portal.ground.dictionary.service import clean_block
from portal.ground.errors import Conflict, Forbidden, Invalid, NotFound
from portal.ground.permissions import Actor

MAX_REASON, MAX_NOTE = 500, 2_000


def reschedule(
    session: Session, actor: Actor, appointment_id: UUID, *, place_id: UUID, starts_at: datetime, version: int
) -> AppointmentView:
    """Move an appointment to another free time of its kind, at the same place or another. The person is told.

    :param version: of the appointment that was looked at.
    :raises Conflict: ``slot_taken``, with other :class:`FreeSlot`; ``appointment_changed``, with how it now stands.
    :raises Forbidden: ``too_late`` for the person to do it; or it is not to come any more.
    :raises NotFound: none of theirs; its kind or the place was withdrawn.
    """
    seen = session.get(Appointment, appointment_id)
    if seen is None or not may_see(session, actor, seen):
        raise NotFound("appointment_unknown")
    # Places before appointments, both places in one order: who closes a place, or swaps, never waits in a circle.
    places = {one: lock_place(session, one) for one in sorted({seen.place_id, place_id}, key=str)}
    row = _changeable(session, actor, appointment_id, version)
    if not places[place_id].active or places[place_id].department_id != row.department_id:
        raise NotFound("place_unknown")
    kind = open_kind(session, row.kind_id)
    if row.starts_at == starts_at and row.place_id == place_id and row.state is AppointmentState.BOOKED:
        return view_by_id(session, row.id)
    slot = slot_or_conflict(session, kind, place_id, starts_at, at_once=policy.in_own_name(actor))
    before = _seats(session, row.id)
    try:
        with session.begin_nested():
            take_seats(session, row, kind, place_id, slot)
    except IntegrityError:
        raise Conflict(Refusal.SLOT_TAKEN, theirs=others(session, kind, place_id, starts_at)) from None
    for seat in before:
        session.delete(seat)
    was = row.starts_at
    row.place_id = place_id
    set_time(row, slot)
    waited = row.state is AppointmentState.AWAITED
    settle_move(session, row, actor, EventKind.BOOKED if waited else EventKind.MOVED, was)
    end_wait(session, row.id)
    return view_by_id(session, row.id)


def settle_move(session: Session, row: Appointment, actor: Actor, kind: EventKind, was: datetime) -> None:
    """What follows a change of time, or a first one for who waited: sequence, history, and the person is told."""
    had_time = row.state is not AppointmentState.AWAITED
    row.state = AppointmentState.BOOKED
    row.sequence += 1
    reseal(session, row, reason="")
    touch(session, row)
    before = {"from": was.isoformat()} if had_time else {}
    note(session, row, actor, kind, {**before, "at": row.starts_at.isoformat()})
    event = NotificationEvent.APPOINTMENT_MOVED if had_time else NotificationEvent.APPOINTMENT_BOOKED
    tell(session, row, event, actor)


def cancel(session: Session, actor: Actor, appointment_id: UUID, *, reason: str = "", version: int) -> AppointmentView:
    """Cancel an appointment. Its time is free at once. Again changes nothing.

    :param reason: what an agent tells the person, and must; kept sealed.
    :raises Invalid: ``reason``: an agent gives none, or it is too long.
    :raises Conflict: ``appointment_changed``, with how it now stands.
    :raises Forbidden: ``too_late`` for the person to do it; or it is not to come any more.
    :raises NotFound: none of theirs.
    """
    row = held_row(session, actor, appointment_id)
    if row.state is AppointmentState.CANCELLED:
        return view_by_id(session, row.id)
    row = _changeable(session, actor, appointment_id, version)
    if row.state is AppointmentState.AWAITED:  # there is nothing to cancel: one stops waiting
        raise Forbidden("appointment_over")
    why = clean_block(reason)
    if len(why) > MAX_REASON:
        raise Invalid({"reason": _("Écrivez %(limit)s caractères au plus.", limit=MAX_REASON)})
    if policy.in_own_name(actor) and not why:
        raise Invalid({"reason": _("Écrivez pourquoi : la personne le lira.")})
    row.state = AppointmentState.CANCELLED
    row.days_due_at = row.hours_due_at = row.live_kind_id = row.live_rank = None
    row.sequence += 1
    for seat in _seats(session, row.id):
        session.delete(seat)
    end_wait(session, row.id)
    reseal(session, row, reason=why)
    touch(session, row)
    note(session, row, actor, EventKind.CANCELLED)
    tell(session, row, NotificationEvent.APPOINTMENT_CANCELLED, actor)
    return view_by_id(session, row.id)


def write_note(session: Session, actor: Actor, appointment_id: UUID, text: str, *, version: int) -> AppointmentView:
    """Keep a note between agents; empty, it is taken away.

    :raises Invalid: ``note``: too long.
    :raises Conflict: ``appointment_changed``. :raises NotFound: none of the agent's departments.
    """
    row = _kept(session, actor, appointment_id, version)
    words = clean_block(text)
    if len(words) > MAX_NOTE:
        raise Invalid({"note": _("Écrivez %(limit)s caractères au plus.", limit=MAX_NOTE)})
    reseal(session, row, note=words)
    touch(session, row)
    note(session, row, actor, EventKind.NOTED)
    return view_by_id(session, row.id)


def assign(
    session: Session, actor: Actor, appointment_id: UUID, agent_id: UUID | None, *, version: int
) -> AppointmentView:
    """Say which agent will receive the person; None: nobody in particular.

    :raises Conflict: ``appointment_changed``. :raises NotFound: none of the agent's departments.
    """
    row = _kept(session, actor, appointment_id, version)
    row.assigned_agent_id = agent_id
    touch(session, row)
    note(session, row, actor, EventKind.ASSIGNED, {"agent": str(agent_id or "")})
    return view_by_id(session, row.id)


def _kept(session: Session, actor: Actor, appointment_id: UUID, version: int) -> Appointment:
    row = held_row(session, actor, appointment_id)
    if not policy.can_keep(actor, row.department_id):
        raise Forbidden("permission")
    check_version(session, row, version)
    return row


def _changeable(session: Session, actor: Actor, appointment_id: UUID, version: int) -> Appointment:
    row = held_row(session, actor, appointment_id)
    check_version(session, row, version)
    if row.state not in policy.COMING or (row.state is AppointmentState.BOOKED and row.ends_at <= clock.now()):
        raise Forbidden("appointment_over")
    hours = session.get_one(AppointmentKind, row.kind_id).cancel_hours
    if not policy.in_own_name(actor) and not policy.may_change(row, hours, clock.now()):
        raise Forbidden(Refusal.TOO_LATE)
    return row


def _seats(session: Session, appointment_id: UUID) -> list[AppointmentSeat]:
    query = select(AppointmentSeat).where(
        AppointmentSeat.appointment_id == appointment_id, AppointmentSeat.offered.is_(False)
    )
    return list(session.scalars(query))
