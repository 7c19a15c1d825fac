"""How the notices to applicants fared: in their own lines, in the timeline and the journal of the request."""

from uuid import UUID

from sqlalchemy.orm import Session

from portal.casework.notifications import service as notifications
from portal.casework.notifications.service import DeliveryProgress, NoticeChannel
from portal.casework.requests.models import ServiceRequest
from portal.casework.requests.service.forwarding.partners import record_exchange
from portal.casework.requests.service.mailing.letters import address_of_account, recipient_of
from portal.ground.permissions import SYSTEM
from portal.records.timeline.service import append


def address_of_notice(session: Session, notification_id: UUID) -> str:
    """Where the e-mail of a notification goes; empty when there is no address."""
    notice = notifications.get_notification(session, notification_id)
    if notice.request_id is None:
        return address_of_account(session, notice.account_id)
    return recipient_of(session, session.get_one(ServiceRequest, notice.request_id))


def record_notification_refused(session: Session, notification_id: UUID, *, code: str) -> None:
    """The letter cannot be delivered to this address: the person reads it on the page of the request.

    Nothing more is sent to an address that does not exist, and the notice leaves by SMS where that is possible.

    :raises NotFound: no such notification.
    """
    notification = notifications.get_notification(session, notification_id)
    address = address_of_notice(session, notification_id)
    notifications.block(session, NoticeChannel.EMAIL, address, code)
    _note(session, notification_id, NoticeChannel.EMAIL, DeliveryProgress.REFUSED, code)
    notifications.fall_back(session, notification_id, NoticeChannel.EMAIL, "")
    if notification.request_id is not None:
        payload = {"template": notification.event.value, "code": code[:80]}
        append(
            session, request_id=notification.request_id, type="email_refused", version=1, payload=payload, actor=SYSTEM
        )


def record_notification_sent(session: Session, notification_id: UUID, *, connection: str = notifications.LANE) -> None:
    """The mail server took the letter: the timeline says which one was sent, and the journal by whom.

    :raises NotFound: no such notification.
    """
    notification = notifications.get_notification(session, notification_id)
    _note(session, notification_id, NoticeChannel.EMAIL, DeliveryProgress.SENT, "")
    if notification.request_id is None:
        return
    template = {"template": notification.event.value}
    append(session, request_id=notification.request_id, type="email_sent", version=1, payload=template, actor=SYSTEM)
    record_exchange(session, notification.request_id, connection, "letter_sent", details=template)


def record_notification_unsent(
    session: Session, notification_id: UUID, *, code: str, channel: NoticeChannel = NoticeChannel.EMAIL
) -> None:
    """It did not leave, or nobody knows whether it did: an agent reads it on the page of the request.

    :raises NotFound: no such notification.
    """
    unsure = code in {"to_verify", "worker_lost"}
    progress = DeliveryProgress.UNSURE if unsure else DeliveryProgress.REFUSED
    _note(session, notification_id, channel, progress, code)


def record_text_sent(
    session: Session, notification_id: UUID, *, connection: str, external_ref: str, segments: int
) -> None:
    """The operator took the text message, which is not yet on the phone. It is counted in what the month costs.

    :raises NotFound: no such notification.
    """
    notice = notifications.get_notification(session, notification_id)
    notifications.track(
        session,
        notification_id,
        NoticeChannel.SMS,
        DeliveryProgress.SENT,
        connection=connection,
        external_ref=external_ref,
    )
    notifications.count_sms(session, segments)
    if notice.request_id is not None:
        details = {"template": notice.event.value}
        record_exchange(session, notice.request_id, connection, "text_message_sent", details=details)


def record_text_refused(session: Session, notification_id: UUID, *, code: str) -> None:
    """The phone cannot be reached: nothing more is sent to it, and the notice leaves by e-mail.

    :raises NotFound: no such notification.
    """
    notice = notifications.get_notification(session, notification_id)
    if notice.account_id is not None:
        chosen = notifications.get_preferences(session, notice.account_id)
        number = notifications.reachable_number(session, notice.account_id, chosen.phone_digest)
        notifications.block(session, NoticeChannel.SMS, number, code)
    _note(session, notification_id, NoticeChannel.SMS, DeliveryProgress.REFUSED, code)
    fall_back_to_email(session, notification_id)


def fall_back_to_email(session: Session, notification_id: UUID) -> None:
    """Have a notice that could not leave by SMS leave by e-mail, where there is an address."""
    address = address_of_notice(session, notification_id)
    notifications.fall_back(session, notification_id, NoticeChannel.SMS, address)


def apply_text_report(
    session: Session, connection: str, external_ref: str, *, progress: DeliveryProgress | None, code: str
) -> None:
    """What the operator reports of a text message. What did not arrive leaves by e-mail."""
    notification_id = notifications.report(session, connection, external_ref, progress, code)
    if notification_id is not None and progress is DeliveryProgress.REFUSED:
        record_text_refused(session, notification_id, code=code)


def record_digest(session: Session, batch_id: UUID, *, connection: str, code: str = "", sent: bool) -> None:
    """How the e-mail of the morning fared: each notice in it says so."""
    if sent:
        notifications.settle_batch(session, batch_id, DeliveryProgress.SENT)
        for notification_id in notifications.in_batch(session, batch_id):
            notice = notifications.get_notification(session, notification_id)
            if notice.request_id is not None:
                details = {"template": notice.event.value}
                record_exchange(session, notice.request_id, connection, "letter_sent", details=details)
        return
    unsure = code in {"to_verify", "worker_lost"}
    progress = DeliveryProgress.UNSURE if unsure else DeliveryProgress.REFUSED
    notifications.settle_batch(session, batch_id, progress, code=code)
    notifications.block(session, NoticeChannel.EMAIL, _address_of_batch(session, batch_id), code)
    for notification_id in notifications.in_batch(session, batch_id):
        notifications.fall_back(session, notification_id, NoticeChannel.EMAIL, "")


def _address_of_batch(session: Session, batch_id: UUID) -> str:
    found = notifications.in_batch(session, batch_id)
    notice = notifications.get_notification(session, found[0]) if found else None
    return address_of_account(session, notice.account_id) if notice else ""


def _note(
    session: Session, notification_id: UUID, channel: NoticeChannel, progress: DeliveryProgress, code: str
) -> None:
    notifications.track(session, notification_id, channel, progress, code=code)
