"""Erasing what is long over, and bringing what was booked without an account into one."""

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.casework.appointments import policy
from portal.casework.appointments.enums import EventKind
from portal.casework.appointments.models import Appointment, AppointmentEvent, AppointmentSeat, AppointmentWait
from portal.casework.appointments.service.rows import note
from portal.ground import clock
from portal.ground.errors import Forbidden
from portal.ground.permissions import Actor
from portal.ground.vault.service import destroy_data_key

AT_ONCE = 200


def purge_appointments(session: Session, *, limit: int = AT_ONCE) -> int:
    """Erase the appointments of half a year ago; return how many."""
    over = select(Appointment.id, Appointment.data_key_id).where(
        Appointment.ends_at <= clock.now() - policy.APPOINTMENT_KEPT
    )
    rows = session.execute(over.order_by(Appointment.ends_at).limit(limit)).all()
    ids = [row.id for row in rows]
    for row in rows:
        destroy_data_key(session, row.data_key_id)
    if ids:
        for table in (AppointmentSeat, AppointmentWait, AppointmentEvent):
            session.execute(delete(table).where(table.appointment_id.in_(ids)))
        session.execute(delete(Appointment).where(Appointment.id.in_(ids)))
    return len(ids)


def adopt_appointments(session: Session, actor: Actor, former_person_id: UUID) -> None:
    """What somebody booked without an account becomes their account's: they are signed in, and showed its code.

    The code opens it no more. It does not count among the three to come, nor among those of its kind: nothing that is
    booked is lost by signing in.

    :raises Forbidden: not a resident acting for themselves, with an account.
    """
    if not actor.is_resident or actor.id is None or actor.subject is None or actor.mandate_id is not None:
        raise Forbidden("resident_needed")
    theirs = select(Appointment).where(Appointment.person_id == former_person_id, Appointment.account_id.is_(None))
    for row in session.scalars(theirs.with_for_update()).all():
        row.person_id, row.account_id, row.code_key = actor.subject, actor.id, ""
        row.holder, row.live_kind_id, row.live_rank = str(actor.subject), None, None
        session.flush()
        note(session, row, actor, EventKind.ATTACHED)
