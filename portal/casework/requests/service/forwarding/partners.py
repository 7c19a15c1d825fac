"""What passes between a request and its recipients; called by the worker and by the webhooks."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from connectors.sdk import LetterPurpose, Receipt, StatusUpdate, SubmitCommand, UpdateStatus
from portal.casework.catalogue.fields import rows_in
from portal.casework.catalogue.service import get_version
from portal.casework.notifications.service import NotificationEvent
from portal.casework.requests import policy
from portal.casework.requests.enums import ApplyOutcome, RequestStatus
from portal.casework.requests.models import Forwarding, ServiceRequest
from portal.casework.requests.service.access import lock_request
from portal.casework.requests.service.asking import ask_to_amend, ask_to_stop
from portal.casework.requests.service.marks import forwardings_of, mark_prepared, mark_received, mark_transmitted
from portal.casework.requests.service.sealed import answers_of
from portal.casework.requests.service.sending.submission import FORWARD_KIND, forwarding_key
from portal.casework.requests.service.standing.reported import MAX_UPDATE_ID, Reported
from portal.casework.requests.service.standing.status import apply_report
from portal.casework.requests.service.telling import TOLD_BEFORE, tell_applicant, warn_department
from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.errors import Conflict, NotFound
from portal.ground.permissions import Actor, ActorKind
from portal.ground.vault.service import fingerprint
from portal.records.timeline.service import append

STOP_AWAITED = timedelta(days=30)
_NOT_IN_CODES = re.compile(r"[^A-Za-z0-9.:-]+")

STATUS_OF = {
    UpdateStatus.RECEIVED: RequestStatus.SUBMITTED,
    UpdateStatus.TAKEN_INTO_ACCOUNT: RequestStatus.IN_PROGRESS,
    UpdateStatus.NEEDS_INFORMATION: RequestStatus.WAITING_FOR_RESIDENT,
    UpdateStatus.ACCEPTED: RequestStatus.ACCEPTED,
    UpdateStatus.REJECTED: RequestStatus.REJECTED,
    UpdateStatus.CANCELLED: RequestStatus.CLOSED,
}


def forwarding_command(
    session: Session, request_id: UUID, data_sent: Collection[str], connection: str, *, ended: bool = False
) -> SubmitCommand:
    """What a recipient is sent: the concepts its manifest declares, and a pseudonym of the person made for it alone.

    Reads only.

    :param ended: give it even if the request has ended, to look for it at the recipient's.
    :raises Conflict: ``request_withdrawn``: the person gave it up before it left; ``request_ended``: it is decided.
    :raises NotFound: no such request, or it does not go to this connection.
    :raises VaultDestroyed: the request was erased.
    """
    request = session.get(ServiceRequest, request_id)
    if request is None or all(each.connection != connection for each in forwardings_of(session, request)):
        raise NotFound("forwarding_unknown")
    if not ended:
        check_may_leave(request.status)
    procedure = get_version(session, request.procedure_id, request.procedure_version)
    return SubmitCommand(
        idempotency_key=forwarding_key(request.id, connection),
        reference=request.reference,
        subject_pseudonym=fingerprint(str(request.person_id), sector=connection),
        procedure=procedure.slug,
        procedure_version=procedure.version,
        submitted_at=request.submitted_at,
        payload=payload_of(session, request, data_sent),
    )


def check_may_leave(status: RequestStatus) -> None:
    """:raises Conflict: ``request_withdrawn`` or ``request_ended``: nobody is to be sent this request any more."""
    if status is RequestStatus.WITHDRAWN:
        raise Conflict("request_withdrawn")
    if status in policy.ENDED:
        raise Conflict("request_ended")


def payload_of(session: Session, request: ServiceRequest, data_sent: Collection[str]) -> dict[str, Any]:
    """The answers as they now stand, by concept: those that the connection's manifest declares.

    A concept asked for each of several is a list, one entry an item, None where one has no answer: lists asked on the
    same page go together.
    """
    procedure = get_version(session, request.procedure_id, request.procedure_version)
    answers, payload = answers_of(session, request), dict[str, Any]()
    for step, field in procedure.document.fields():
        if field.concept not in data_sent:
            continue
        rows = rows_in(step, answers)
        if any(field.name in row for row in rows):
            payload[field.concept] = [row.get(field.name) for row in rows]
        elif step.repeat is None and field.name in answers:
            payload[field.concept] = answers[field.name]
    return payload


def current_amendment(session: Session, request_id: UUID) -> int:
    """The number of the last correction, 0 when there is none. To be read before what is sent: it may then say less.

    :raises NotFound: no such request.
    """
    found = session.scalar(select(ServiceRequest.amendments).where(ServiceRequest.id == request_id))
    if found is None:
        raise NotFound("forwarding_unknown")
    return found


def partner(connection: str) -> Actor:
    """The actor behind what a connection reports."""
    return Actor(kind=ActorKind.PARTNER, label=connection)


def record_delivery(
    session: Session, request_id: UUID, connection: str, receipt: Receipt, *, amendment: int | None = None
) -> None:
    """The recipient's transport accepted the request, or its letter is ready. Hearing it again changes nothing.

    A request given up while it was on its way is followed by its withdrawal, one that was corrected by its correction.

    :param amendment: the number of the last correction in what was sent; None when it cannot be known.
    :raises NotFound: no such request, or it does not go to this connection.
    """
    request = lock_request(session, request_id)
    forwardings, one = _recipients(session, request, connection)
    if receipt.external_ref:
        one.external_ref = receipt.external_ref[:200]
    now = clock.now()
    first = one.prepared_at is None if not receipt.left else mark_transmitted(request, forwardings, one, now)
    if first and not receipt.left:
        one.prepared_at, one.failed_at, one.failure_code = now, None, None
        actor, purpose = partner(connection), LetterPurpose.REQUEST
        mark_prepared(session, request, one, number=receipt.external_ref, purpose=purpose, actor=actor, when=now)
    elif first:
        _append(session, request, connection, "delivery_succeeded", {"connection": connection}, occurred_at=now)
    if receipt.received:
        mark_received(session, request, forwardings, one, now, partner(connection))
    if first or receipt.received:
        request.updated_at = now
    one.carried_amendment = max(one.carried_amendment, amendment or 0)
    if request.status not in policy.ENDED:
        ask_to_amend(session, request, [one])
    elif first and request.status is RequestStatus.WITHDRAWN:
        ask_to_stop(session, request, [one])
    session.flush()


def record_delivery_retry(
    session: Session, request_id: UUID, connection: str, *, code: str, next_attempt_at: datetime
) -> None:
    """It did not go through and will be tried again: the person is shown when.

    :raises NotFound: no such request, or it does not go to this connection.
    """
    request = lock_request(session, request_id)
    _recipients(session, request, connection)
    payload = {"connection": connection, "next_attempt_at": next_attempt_at.isoformat(), "code": code[:80]}
    _append(session, request, connection, "delivery_retrying", payload)


def record_delivery_failure(session: Session, request_id: UUID, connection: str, *, code: str, death: str = "") -> None:
    """It will not go through by itself: an agent takes over; the person and the department are told so.

    When it was sent again and failed again, the person was told already: the timeline alone says it.

    :param death: what tells this failure from any other, for the alert to the department; none without it.
    :raises NotFound: no such request, or it does not go to this connection.
    """
    request = lock_request(session, request_id)
    _forwardings, one = _recipients(session, request, connection)
    if one.transmitted_at is not None:
        return
    again = one.failed_at is not None
    one.failed_at, one.failure_code = clock.now(), code[:80]
    one.closing = one.closed_at = one.closing_note_id = None
    request.updated_at = one.failed_at
    payload = {"connection": connection, "code": code[:80]}
    if again:
        payload |= {"again": "yes", "told": TOLD_BEFORE}
    else:
        payload["told"] = tell_applicant(session, request, NotificationEvent.DELIVERY_DEAD, cause=connection)
    _append(session, request, connection, "delivery_dead", payload)
    if death:
        warn_department(session, request, connection, FORWARD_KIND, death)
    session.flush()


def apply_partner_update(session: Session, *, request_id: UUID, connection: str, update: StatusUpdate) -> ApplyOutcome:
    """Apply what a recipient reports; a status we do not know is kept as a refused move.

    :raises NotFound: no such request, or it does not go to this connection.
    """
    reported = Reported(
        connection=connection,
        update_id=update.update_id[:MAX_UPDATE_ID],
        status=STATUS_OF.get(update.status),
        occurred_at=update.occurred_at,
        details={**update.details, "raw": _as_code(update.raw_status)},
    )
    outcome = apply_report(session, request_id, reported, partner(connection))
    if outcome is not ApplyOutcome.DUPLICATE:
        told = {"outcome": outcome.value, "status": reported.status.value if reported.status else "unknown"}
        record_exchange(session, request_id, connection, "partner_reported", details=told)
    return outcome


def record_exchange(
    session: Session, request_id: UUID, connection: str, action: str, *, details: Mapping[str, str] | None = None
) -> None:
    """Put in the journal that something passed between a request and a partner: the person may see it there.

    :param action: ``request_transmitted``, ``request_not_transmitted``, ``withdrawal_transmitted``,
        ``amendment_transmitted``, ``answer_transmitted``, ``follow_up_not_transmitted``, ``partner_reported`` or
        ``letter_sent``.
    """
    person_id = session.scalar(select(ServiceRequest.person_id).where(ServiceRequest.id == request_id))
    record(
        session,
        partner(connection),
        action,
        subject_id=person_id,
        request_id=request_id,
        connection=connection,
        details=details,
    )


def _as_code(raw: str) -> str:
    return _NOT_IN_CODES.sub("_", raw)[:80].strip("_")


def find_forwarding(session: Session, connection: str, external_ref: str) -> UUID | None:
    """The request that a recipient knows under this reference of its own."""
    query = select(Forwarding.request_id).where(
        Forwarding.connection == connection, Forwarding.external_ref == external_ref
    )
    return session.scalars(query.order_by(Forwarding.id.desc()).limit(1)).one_or_none()


def open_external_refs(session: Session, connection: str, *, limit: int = 200) -> list[str]:
    """References to ask a recipient about: transmitted and not ended, the least recently changed first.

    For a month, a recipient is also asked whether it stopped what the person withdrew.
    """
    withdrawn = and_(
        ServiceRequest.status == RequestStatus.WITHDRAWN, ServiceRequest.decided_at > clock.now() - STOP_AWAITED
    )
    query = (
        select(Forwarding.external_ref)
        .join(ServiceRequest, ServiceRequest.id == Forwarding.request_id)
        .where(
            Forwarding.connection == connection,
            Forwarding.external_ref.is_not(None),
            Forwarding.finished_at.is_(None),
            or_(ServiceRequest.status.in_(policy.OPEN), withdrawn),
        )
        .order_by(ServiceRequest.updated_at, Forwarding.id)
        .limit(limit)
    )
    return [reference for reference in session.scalars(query) if reference]


def _recipients(session: Session, request: ServiceRequest, connection: str) -> tuple[list[Forwarding], Forwarding]:
    forwardings = list(forwardings_of(session, request))
    for forwarding in forwardings:
        if forwarding.connection == connection:
            return forwardings, forwarding
    raise NotFound("forwarding_unknown")


def _append(
    session: Session,
    request: ServiceRequest,
    connection: str,
    event_type: str,
    payload: dict[str, str],
    *,
    occurred_at: datetime | None = None,
) -> None:
    append(
        session,
        request_id=request.id,
        type=event_type,
        version=1,
        payload=payload,
        actor=partner(connection),
        occurred_at=occurred_at,
    )
