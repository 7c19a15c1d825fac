"""Letters and text messages to who has no account: ids go into the outbox, the words are made when they leave."""

from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.casework.appointments.models import Appointment
from portal.casework.appointments.service.rows import content_of
from portal.casework.notifications.policy import QUIET_FROM, QUIET_UNTIL, is_mobile, quiet_end
from portal.casework.notifications.service import (
    LANE,
    SMS_LANE,
    NoticeChannel,
    NotificationEvent,
    RenderedNotification,
    TextMessage,
    render_about_appointment,
    say_event,
    subject_of,
)
from portal.ground import clock
from portal.people.accounts.service import get_authority
from portal.records.outbox.service import enqueue

APPOINTMENT_LETTER_KIND = "appointment_letter"
APPOINTMENT_TEXT_KIND = "appointment_text"
FOLLOW_ADDRESS = "/rendez-vous/suivre"


def order_letter(session: Session, row: Appointment, event: NotificationEvent, cause: str) -> NoticeChannel | None:
    """Have an e-mail leave, else a text message outside the quiet hours; by which it does. None: there is no way."""
    content = content_of(session, row)
    if content["email"]:
        channel, lane, kind, not_before = NoticeChannel.EMAIL, LANE, APPOINTMENT_LETTER_KIND, None
    elif is_mobile(content["phone"]):
        quiet = quiet_end(clock.now(), QUIET_FROM, QUIET_UNTIL)
        channel, lane, kind, not_before = NoticeChannel.SMS, SMS_LANE, APPOINTMENT_TEXT_KIND, quiet
    else:
        return None
    enqueue(
        session,
        lane=lane,
        kind=kind,
        payload={"appointment_id": str(row.id), "event": event.value, "cause": cause},
        idempotency_key=f"{event.value}:{cause}",
        group=str(row.id),
        not_before=not_before,
    )
    return channel


def render_appointment_letter(
    session: Session, appointment_id: UUID, event: str, cause: str, *, public_url: str
) -> RenderedNotification | None:
    """The e-mail; None when the appointment is erased, or handed over to an account. Reads only."""
    row = session.get(Appointment, appointment_id)
    if row is None or row.account_id is not None:
        return None
    told, at = NotificationEvent(event), cause.split(":", 2)[2]
    letter = render_about_appointment(session, told, at, link=_link(row, public_url))
    return RenderedNotification(content_of(session, row)["email"], subject_of(told, "", at), letter.text, letter.html)


def render_appointment_text(
    session: Session, appointment_id: UUID, event: str, cause: str, *, public_url: str
) -> TextMessage | None:
    """The text message; None when the appointment is erased, or handed over to an account. Reads only."""
    row = session.get(Appointment, appointment_id)
    if row is None or row.account_id is not None:
        return None
    at, name = cause.split(":", 2)[2], get_authority(session).name
    words = say_event(NotificationEvent(event), reference="", link=_link(row, public_url), title=at)
    return TextMessage(content_of(session, row)["phone"], _("%(authority)s : %(text)s", authority=name, text=words))


def _link(row: Appointment, public_url: str) -> str:
    return f"{public_url.rstrip('/')}{FOLLOW_ADDRESS}?reference={row.reference}"
