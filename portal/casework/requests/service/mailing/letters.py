"""Letters to applicants, written at the moment they leave from what is true then."""

from uuid import UUID

from sqlalchemy.orm import Session

from portal.casework.catalogue.enums import Regime
from portal.casework.catalogue.service import get_version
from portal.casework.notifications import service as notifications
from portal.casework.notifications.service import (
    AlertFacts,
    NotificationEvent,
    NotificationFacts,
    NotificationView,
    RenderedNotification,
    TextMessage,
)
from portal.casework.requests import policy
from portal.casework.requests.models import Opinion, ServiceRequest
from portal.casework.requests.service.asking import WITHDRAWAL_KIND
from portal.casework.requests.service.drafting.forgotten import render_draft_notice
from portal.casework.requests.service.marks import forwardings_of
from portal.casework.requests.service.telling import DEADLINE_NEAR, OPINION_ASKED, address_in_charge, address_of
from portal.casework.satisfaction.service import is_refused
from portal.ground.errors import NotFound
from portal.ground.vault.service import VaultDestroyed
from portal.ground.web.languages import reading_language
from portal.people.accounts.service import get_account, get_department
from portal.records.outbox.enums import MessageState
from portal.records.outbox.service import delivery_state


def render_notification(session: Session, notification_id: UUID, *, public_url: str) -> RenderedNotification | None:
    """The letter behind a notification; None when there is nobody to write to any more. Reads only.

    :param public_url: the address of the portal, for the link.
    :raises NotFound: no such notification.
    """
    notification = notifications.get_notification(session, notification_id)
    if notification.request_id is None:
        return _render_announcement(session, notification, public_url=public_url)
    request = session.get_one(ServiceRequest, notification.request_id)
    recipient = recipient_of(session, request)
    if not recipient:
        return None
    with notifications.words_of(session, request.account_id):
        facts = _facts(session, request, recipient)
        return notifications.render(session, notification, facts, public_url=public_url)


def _render_announcement(session: Session, notice: NotificationView, *, public_url: str) -> RenderedNotification | None:
    """The letter of what is about no request; the warning about a draft only while it is true."""
    recipient = address_of_account(session, notice.account_id)
    if not recipient:
        return None
    with notifications.words_of(session, notice.account_id):
        if notice.event is NotificationEvent.DRAFT_ENDING:
            return render_draft_notice(session, UUID(notice.cause.partition(":")[0]), public_url=public_url)
        return notifications.render_announcement(session, notice, recipient, public_url=public_url)


def render_text(session: Session, notification_id: UUID, *, public_url: str) -> TextMessage | None:
    """The text message behind a notification; None when no number may be written to any more. Reads only.

    :raises NotFound: no such notification.
    """
    notice = notifications.get_notification(session, notification_id)
    request = session.get_one(ServiceRequest, notice.request_id) if notice.request_id else None
    return notifications.render_text(session, notice, request.reference if request else "", public_url=public_url)


def render_digest(session: Session, batch_id: UUID, *, public_url: str) -> RenderedNotification | None:
    """The e-mail of the morning of one account; None when there is nobody to write to any more. Reads only."""
    notices = [notifications.get_notification(session, each) for each in notifications.in_batch(session, batch_id)]
    recipient = address_of_account(session, notices[0].account_id) if notices else ""
    if not recipient:
        return None
    with notifications.words_of(session, notices[0].account_id):
        rows = [_row(session, notice) for notice in notices]
        return notifications.render_digest(session, recipient, rows, public_url=public_url)


def _row(session: Session, notice: NotificationView) -> tuple[str, str]:
    """One line of the e-mail of the morning: what is told, and where it is read."""
    request = session.get_one(ServiceRequest, notice.request_id) if notice.request_id else None
    reference = request.reference if request else ""
    path = f"/demandes/{reference}" if request else notice.path
    return notifications.subject_of(notice.event, reference, notice.title), path


def recipient_of(session: Session, request: ServiceRequest) -> str:
    """Where the applicant of a request is written to; empty when there is no address any more."""
    try:
        return address_of(session, request)
    except VaultDestroyed:
        return ""


def address_of_account(session: Session, account_id: UUID | None) -> str:
    """Where an account is written to when it is about no request; empty when there is no address any more."""
    try:
        return get_account(session, account_id).email if account_id else ""
    except VaultDestroyed:
        return ""


def _told_of_withdrawal(session: Session, request: ServiceRequest) -> set[str]:
    """The connections through which the withdrawal was sent, as far as is known when the letter leaves."""
    return {
        each.lane
        for each in delivery_state(session, str(request.id))
        if each.kind == WITHDRAWAL_KIND and each.state is MessageState.DELIVERED
    }


def _facts(session: Session, request: ServiceRequest, recipient: str) -> NotificationFacts:
    procedure = get_version(session, request.procedure_id, request.procedure_version, language=reading_language())
    service = procedure.document.acknowledgement.service
    names = {route.connection: str(route.recipient) for route in procedure.document.routing}
    forwardings = forwardings_of(session, request)
    received = [each for each in forwardings if each.received_at is not None]
    held = [each for each in forwardings if each.is_held_there]
    # A letter that is ready is not sent: only what the recipient's own transport took counts.
    posted_by_hand = {each.connection for each in held if each.prepared_at}
    told = {each.connection for each in held if each.finished_at}
    told |= _told_of_withdrawal(session, request) - posted_by_hand
    return NotificationFacts(
        recipient=recipient,
        reference=request.reference,
        procedure_title=procedure.title,
        department=service.designation or "",
        department_phone=service.phone or "",
        department_address=service.postal_address or service.email or "",
        submitted_at=request.submitted_at,
        is_granted_by_silence=request.regime is Regime.ACCEPTANCE,
        implicit_on=request.implicit_on,
        has_account=request.account_id is not None,
        recipients=tuple(names.get(each.connection, each.connection) for each in received),
        told=tuple(names.get(each.connection, each.connection) for each in held if each.connection in told),
        to_tell=tuple(names.get(each.connection, each.connection) for each in held if each.connection not in told),
        asks_opinion=not is_refused(session, request.account_id),
    )


def render_department_alert(
    session: Session,
    request_id: UUID,
    connection: str,
    *,
    about: str,
    public_url: str,
    opinion_id: UUID | None = None,
) -> RenderedNotification | None:
    """The letter that tells a department what waits for a person; None when it has no address, or no reason, any more.

    It holds the reference and nothing of the person.

    :raises NotFound: no such request.
    """
    request = session.get(ServiceRequest, request_id)
    if request is None:
        raise NotFound("request_unknown")
    procedure = get_version(session, request.procedure_id, request.procedure_version)
    address, path = address_in_charge(session, request), ""
    if about == OPINION_ASKED:
        address, path = _asked_department(session, request, opinion_id)
    if not address or (about == DEADLINE_NEAR and request.status not in policy.OPEN):
        return None
    names = {route.connection: str(route.recipient) for route in procedure.document.routing}
    facts = AlertFacts(
        recipient=address,
        reference=request.reference,
        procedure_title=procedure.title,
        partner=names.get(connection, connection),
        about=about,
        path=path,
        deadline=request.deadline,
    )
    return notifications.render_alert(session, facts, public_url=public_url)


def _asked_department(session: Session, request: ServiceRequest, opinion_id: UUID | None) -> tuple[str, str]:
    """The address of the department asked for an opinion, and the page to open; empty when nobody waits."""
    opinion = session.get(Opinion, opinion_id) if opinion_id else None
    if opinion is None or opinion.closed_at is not None or request.status not in policy.OPEN:
        return "", ""
    return get_department(session, opinion.department_id).email, f"/agents/avis/{opinion.id}"
