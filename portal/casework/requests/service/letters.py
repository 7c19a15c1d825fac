"""Letters to applicants, written at the moment they leave from what is true then."""

from uuid import UUID

from sqlalchemy.orm import Session

from portal.casework.catalogue.enums import Regime
from portal.casework.catalogue.service import get_version
from portal.casework.notifications import service as notifications
from portal.casework.notifications.service import AlertFacts, NotificationFacts, RenderedNotification
from portal.casework.requests import policy
from portal.casework.requests.models import Opinion, ServiceRequest
from portal.casework.requests.service.asking import WITHDRAWAL_KIND
from portal.casework.requests.service.marks import forwardings_of
from portal.casework.requests.service.partners import record_exchange
from portal.casework.requests.service.telling import DEADLINE_NEAR, OPINION_ASKED, address_of
from portal.ground.errors import NotFound
from portal.ground.permissions import SYSTEM
from portal.ground.vault.service import VaultDestroyed
from portal.people.accounts.service import get_department
from portal.records.outbox.enums import MessageState
from portal.records.outbox.service import delivery_state
from portal.records.timeline.service import append


def render_notification(session: Session, notification_id: UUID, *, public_url: str) -> RenderedNotification | None:
    """The letter behind a notification; None when there is nobody to write to any more. Reads only.

    :param public_url: the address of the portal, for the link.
    :raises NotFound: no such notification.
    """
    notification = notifications.get_notification(session, notification_id)
    request = session.get_one(ServiceRequest, notification.request_id)
    try:
        recipient = address_of(session, request)
    except VaultDestroyed:
        return None
    if not recipient:
        return None
    facts = _facts(session, request, recipient)
    return notifications.render(session, notification, facts, public_url=public_url)


def _told_of_withdrawal(session: Session, request: ServiceRequest) -> set[str]:
    """The connections through which the withdrawal was sent, as far as is known when the letter leaves."""
    return {
        each.lane
        for each in delivery_state(session, str(request.id))
        if each.kind == WITHDRAWAL_KIND and each.state is MessageState.DELIVERED
    }


def _facts(session: Session, request: ServiceRequest, recipient: str) -> NotificationFacts:
    procedure = get_version(session, request.procedure_id, request.procedure_version)
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
    address, path = procedure.document.acknowledgement.service.email or "", ""
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


def record_notification_refused(session: Session, notification_id: UUID, *, code: str) -> None:
    """The letter cannot be delivered to this address: the person reads it on the page of the request.

    :raises NotFound: no such notification.
    """
    notification = notifications.get_notification(session, notification_id)
    payload = {"template": notification.event.value, "code": code[:80]}
    append(session, request_id=notification.request_id, type="email_refused", version=1, payload=payload, actor=SYSTEM)


def record_notification_sent(session: Session, notification_id: UUID, *, connection: str = notifications.LANE) -> None:
    """The mail server took the letter: the timeline says which one was sent, and the journal by whom.

    :raises NotFound: no such notification.
    """
    notification = notifications.get_notification(session, notification_id)
    append(
        session,
        request_id=notification.request_id,
        type="email_sent",
        version=1,
        payload={"template": notification.event.value},
        actor=SYSTEM,
    )
    template = {"template": notification.event.value}
    record_exchange(session, notification.request_id, connection, "letter_sent", details=template)
