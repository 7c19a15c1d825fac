"""Reminders: each leaves once, whoever restarts, and never for an appointment that is not to come."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.casework.appointments.enums import AppointmentState, EventKind
from portal.casework.appointments.models import Appointment
from portal.casework.appointments.service.rows import note
from portal.casework.appointments.service.telling import tell
from portal.casework.notifications.service import NotificationEvent
from portal.ground import clock
from portal.ground.permissions import SYSTEM

AT_ONCE = 100


def remind_due(session: Session, *, limit: int = AT_ONCE) -> int:
    """Have the reminders that are due leave; return how many appointments were looked at. Called until it returns 0.

    What is due is cleared in the unit that writes the message. When both are due, after a long stop, one leaves.
    """
    at = clock.now()
    query = (
        select(Appointment)
        .where(or_(Appointment.days_due_at <= at, Appointment.hours_due_at <= at))
        .order_by(Appointment.starts_at, Appointment.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = session.scalars(query.execution_options(populate_existing=True)).all()
    for row in rows:
        stage = "hours" if row.hours_due_at is not None and row.hours_due_at <= at else "days"
        row.days_due_at = None
        row.hours_due_at = None if stage == "hours" else row.hours_due_at
        session.flush()
        if row.state is AppointmentState.BOOKED and row.starts_at > at:
            note(session, row, SYSTEM, EventKind.REMINDED, {"stage": stage})
            tell(session, row, NotificationEvent.APPOINTMENT_REMINDER, SYSTEM, stage=stage)
    return len(rows)
