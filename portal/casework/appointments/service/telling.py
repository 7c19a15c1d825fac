"""What people are told of their appointment, and what a request’s history says of it.

Who has an account is told by the ways that they chose. Somebody without one is written to where they said. A notice
holds an instant and an id: never what the appointment is about.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from portal.casework.appointments import policy
from portal.casework.appointments.enums import AppointmentState
from portal.casework.appointments.models import Appointment, AppointmentSms, AppointmentWait
from portal.casework.appointments.service.mailing import order_letter
from portal.casework.notifications.service import NoticeChannel, NotificationEvent, announce
from portal.ground import clock
from portal.ground.errors import NotFound
from portal.ground.permissions import Actor
from portal.ground.vault.service import VaultDestroyed
from portal.people.accounts.service import get_account
from portal.records.timeline.service import append

OWN_ADDRESS = "/mon-espace/rendez-vous"
OFFERS = frozenset({NotificationEvent.APPOINTMENT_OFFERED, NotificationEvent.APPOINTMENT_FREED})
CHANGES = {
    NotificationEvent.APPOINTMENT_BOOKED: "booked",
    NotificationEvent.APPOINTMENT_MOVED: "moved",
    NotificationEvent.APPOINTMENT_CANCELLED: "cancelled",
    NotificationEvent.APPOINTMENT_DISPLACED: "displaced",
    NotificationEvent.APPOINTMENT_MISSED: "missed",
}


def tell(
    session: Session,
    row: Appointment,
    event: NotificationEvent,
    actor: Actor,
    *,
    offer: datetime | None = None,
    stage: str = "",
) -> None:
    """Have the person told; the same event of the same time is told once. A request’s history says it too.

    :param offer: the time that is offered. :param stage: which reminder it is.
    """
    at = offer or row.starts_at
    cause = f"{row.id}:{row.sequence}{stage}:{at.isoformat()}"
    if row.account_id is None:
        channel = order_letter(session, row, event, cause)
        channels = frozenset({channel}) if channel else frozenset()
    else:
        channels = _announce(session, row, row.account_id, event, cause, at)
    if NoticeChannel.SMS in channels:
        count_text(session, row.kind_id)
    if row.request_id is not None and event in CHANGES:
        payload = {"appointment": row.reference, "change": CHANGES[event], "at": at.isoformat()}
        append(session, request_id=row.request_id, type="appointment_changed", version=1, payload=payload, actor=actor)


def _announce(
    session: Session, row: Appointment, account_id: UUID, event: NotificationEvent, cause: str, at: datetime
) -> frozenset[NoticeChannel]:
    try:
        address = get_account(session, account_id).email
    except (NotFound, VaultDestroyed):
        return frozenset()
    return announce(
        session,
        event=event,
        account_id=account_id,
        address=address,
        cause=cause,
        title=at.isoformat(),
        path=f"{OWN_ADDRESS}/{row.id}",
    )


def is_notice_due(session: Session, event: NotificationEvent, cause: str) -> bool:
    """Whether a notice that is about to leave still says what is true: a reminder, or an offer, may be over.

    :param cause: as :func:`tell` wrote it.
    """
    if event is not NotificationEvent.APPOINTMENT_REMINDER and event not in OFFERS:
        return True
    named, _sequence, at = cause.split(":", 2)
    row = session.get(Appointment, UUID(named), populate_existing=True)
    if row is None or row.state not in policy.COMING:
        return False
    if event is NotificationEvent.APPOINTMENT_REMINDER:
        on_time = row.starts_at == datetime.fromisoformat(at) and row.starts_at > clock.now()
        return on_time and row.state is AppointmentState.BOOKED
    wait = session.scalars(select(AppointmentWait).where(AppointmentWait.appointment_id == row.id)).one_or_none()
    offered = wait is not None and wait.offered_at == datetime.fromisoformat(at)
    return bool(offered and wait and wait.offered_until and wait.offered_until > clock.now())


def count_text(session: Session, kind_id: UUID) -> None:
    """Add a text message to what a kind costs this month."""
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    row = insert(AppointmentSms).values(kind_id=kind_id, month=f"{clock.today():%Y-%m}", messages=1)
    added = {"messages": AppointmentSms.messages + 1}
    session.execute(row.on_conflict_do_update(index_elements=["kind_id", "month"], set_=added))
