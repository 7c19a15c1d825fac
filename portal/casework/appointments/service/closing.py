"""Closing a place for a while: who is concerned is shown first, then told, each with a way to choose another time."""

from collections.abc import Mapping
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.appointments import policy
from portal.casework.appointments.enums import AppointmentState, EventKind, Refusal
from portal.casework.appointments.models import Appointment, AppointmentClosure, AppointmentPlace
from portal.casework.appointments.policy import Span
from portal.casework.appointments.service.rows import (
    end_wait,
    free_seats,
    lock_place,
    note,
    reseal,
    touch,
    views_of,
    whole,
)
from portal.casework.appointments.service.telling import tell
from portal.casework.appointments.shapes import ClosureView, Concerned
from portal.casework.notifications.service import NotificationEvent
from portal.ground import clock
from portal.ground.audit.service import record_each
from portal.ground.dictionary.service import clean_line
from portal.ground.errors import Conflict, Forbidden, Invalid, NotFound
from portal.ground.permissions import Actor

MAX_REASON = 200
MOST_CONCERNED = 500


def list_concerned(session: Session, actor: Actor, place_id: UUID, span: Span, *, journal: Session) -> list[Concerned]:
    """Those who have an appointment at a place in a time that is to be closed, in order.

    :param journal: the session that writes that their names were read.
    :raises Invalid: ``until``, in French: too many to be displaced at once.
    :raises Forbidden: the agent does not head the department. :raises NotFound: no such place.
    """
    _settled(session, actor, place_id)
    found = _concerned(session, place_id, span)
    record_each(journal, actor, "appointment_listed", [(one.person_id, one.request_id) for one in found[1]])
    return found[0]


def close_period(
    session: Session,
    actor: Actor,
    place_id: UUID,
    span: Span,
    reason: str,
    *,
    concerned: Mapping[UUID, int],
) -> ClosureView:
    """Close a place for a while. Every appointment in it is to be replaced: its person is told, with a link to choose.

    :param concerned: those whom the agent saw when confirming, with the version of each: nobody else is moved.
    :raises Conflict: ``concerned_changed``: somebody booked, moved or cancelled meanwhile; ``theirs`` is the new list.
    :raises Invalid: ``reason``, ``until``, in French.
    :raises Forbidden: the agent does not head the department. :raises NotFound: no such place.
    """
    _settled(session, actor, place_id)
    why = clean_line(reason)
    faults = {}
    if not why or len(why) > MAX_REASON:
        faults["reason"] = _("Écrivez pourquoi, en %(limit)s caractères au plus : on le lira.", limit=MAX_REASON)
    if span.ends_at <= span.starts_at or span.ends_at <= clock.now():
        faults["until"] = _("La fin doit venir après le début, et n’être pas passée.")
    if faults:
        raise Invalid(faults)
    lock_place(session, place_id)
    listed, _views = _concerned(session, place_id, span)
    if {one.id: one.version for one in listed} != dict(concerned):
        raise Conflict(Refusal.CONCERNED_CHANGED, theirs=listed)
    closure = AppointmentClosure(place_id=place_id, starts_at=span.starts_at, ends_at=span.ends_at, reason=why)
    session.add(closure)
    session.flush()
    for one in listed:
        _displace(session, actor, one.id, why)
    return closure_view(closure)


def reopen(session: Session, actor: Actor, closure_id: UUID) -> None:
    """Take a closure away: its times are offered again. Those who were displaced stay free to choose.

    :raises Forbidden: the agent does not head the department. :raises NotFound: no such closure.
    """
    row = session.get(AppointmentClosure, closure_id)
    if row is None:
        raise NotFound("closure_unknown")
    _settled(session, actor, row.place_id)
    session.delete(row)
    session.flush()


def list_closures(session: Session, actor: Actor) -> list[ClosureView]:
    """The closures of the agent's departments that are not over, in order. One statement."""
    query = (
        select(AppointmentClosure)
        .join(AppointmentPlace, AppointmentPlace.id == AppointmentClosure.place_id)
        .where(AppointmentPlace.department_id.in_(actor.department_ids), AppointmentClosure.ends_at > clock.now())
    )
    rows = session.scalars(query.order_by(AppointmentClosure.starts_at, AppointmentClosure.id).limit(MOST_CONCERNED))
    return [closure_view(row) for row in rows]


def closure_view(row: AppointmentClosure) -> ClosureView:
    """A closure as the room gives it."""
    return ClosureView(row.id, row.place_id, row.starts_at, row.ends_at, row.reason)


def _settled(session: Session, actor: Actor, place_id: UUID) -> None:
    place = session.get(AppointmentPlace, place_id)
    if place is None or place.department_id not in actor.department_ids:
        raise NotFound("place_unknown")
    if not policy.can_settle(actor, place.department_id):
        raise Forbidden("permission")


def _concerned(session: Session, place_id: UUID, span: Span) -> tuple[list[Concerned], list[Appointment]]:
    query = whole().where(
        Appointment.place_id == place_id,
        Appointment.state == AppointmentState.BOOKED,
        Appointment.starts_at < span.ends_at,
        Appointment.ends_at > max(span.starts_at, clock.now()),
    )
    query = query.order_by(Appointment.starts_at, Appointment.id).limit(MOST_CONCERNED)
    rows = session.execute(query.execution_options(populate_existing=True)).all()
    if len(rows) >= MOST_CONCERNED:  # the rest would stay booked in a closed time, and be told nothing
        said = _("Trop de rendez-vous sont concernés (%(most)d ou plus) : fermez en plusieurs fois.", most=len(rows))
        raise Invalid({"until": said})
    listed = [
        Concerned(one.id, one.reference, one.starts_at, one.kind.say_title(), one.contact.name, one.version)
        for one in views_of(session, rows)
    ]
    return listed, [row[0] for row in rows]


def _displace(session: Session, actor: Actor, appointment_id: UUID, why: str) -> None:
    row = session.get_one(Appointment, appointment_id)
    row.state = AppointmentState.DISPLACED
    row.days_due_at = row.hours_due_at = None
    row.sequence += 1
    free_seats(session, row.id)
    end_wait(session, row.id)
    reseal(session, row, reason=why)
    touch(session, row)
    note(session, row, actor, EventKind.DISPLACED)
    tell(session, row, NotificationEvent.APPOINTMENT_DISPLACED, actor)
