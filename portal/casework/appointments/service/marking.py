"""Who came and who did not, noted by the department; taken back the same day, when it was a mistake."""

from uuid import UUID

from sqlalchemy.orm import Session

from portal.casework.appointments import policy
from portal.casework.appointments.enums import AppointmentState, EventKind
from portal.casework.appointments.models import Appointment
from portal.casework.appointments.service.rows import (
    check_version,
    held_row,
    note,
    touch,
    view_by_id,
)
from portal.casework.appointments.service.telling import tell
from portal.casework.appointments.shapes import AppointmentView
from portal.casework.notifications.service import NotificationEvent
from portal.ground import clock
from portal.ground.errors import Forbidden
from portal.ground.permissions import Actor


def mark(session: Session, actor: Actor, appointment_id: UUID, *, attended: bool, version: int) -> AppointmentView:
    """Note that the person came, or did not: then they are told, with a way to book again.

    :raises Conflict: ``appointment_changed``, with how it now stands.
    :raises Forbidden: not an agent who holds it, or it has not begun, or is marked already.
    :raises NotFound: none of the agent's departments.
    """
    row = _held(session, actor, appointment_id, version)
    if not policy.may_mark(row, clock.now()):
        raise Forbidden("appointment_not_begun")
    row.state = AppointmentState.ATTENDED if attended else AppointmentState.MISSED
    row.marked_at = clock.now()
    row.days_due_at = row.hours_due_at = row.live_kind_id = row.live_rank = None
    touch(session, row)
    note(session, row, actor, EventKind.ATTENDED if attended else EventKind.MISSED)
    if not attended:
        tell(session, row, NotificationEvent.APPOINTMENT_MISSED, actor)
    return view_by_id(session, row.id)


def unmark(session: Session, actor: Actor, appointment_id: UUID, *, version: int) -> AppointmentView:
    """Take that back, the same day.

    :raises Conflict: ``appointment_changed``, with how it now stands.
    :raises Forbidden: not an agent who holds it, or it is too late.
    :raises NotFound: none of the agent's departments.
    """
    row = _held(session, actor, appointment_id, version)
    if not policy.may_unmark(row, clock.today(), clock.PARIS):
        raise Forbidden("mark_settled")
    row.state, row.marked_at = AppointmentState.BOOKED, None
    touch(session, row)
    note(session, row, actor, EventKind.UNMARKED)
    return view_by_id(session, row.id)


def _held(session: Session, actor: Actor, appointment_id: UUID, version: int) -> Appointment:
    row = held_row(session, actor, appointment_id)
    if not policy.can_keep(actor, row.department_id):
        raise Forbidden("permission")
    check_version(session, row, version)
    return row
