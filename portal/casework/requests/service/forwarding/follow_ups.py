"""What a partner is told after it was handed a request; called by the worker."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from connectors.sdk import AmendCommand, ComplementCommand, LetterPurpose, Receipt, WithdrawCommand
from portal.casework.requests.enums import RequestStatus
from portal.casework.requests.models import Forwarding, RequestMessage, ServiceRequest
from portal.casework.requests.service.access import lock_request
from portal.casework.requests.service.forwarding.partners import partner, payload_of
from portal.casework.requests.service.marks import forwardings_of, mark_prepared, mark_stopped
from portal.casework.requests.service.sealed import message_content
from portal.casework.requests.service.telling import warn_department
from portal.ground import clock
from portal.ground.errors import Conflict, NotFound
from portal.ground.permissions import Actor
from portal.records.timeline.service import append


def withdrawal_command(session: Session, request_id: UUID, connection: str, *, idempotency_key: str) -> WithdrawCommand:
    """What a recipient is told of a withdrawal: its own reference, ours, and when. Reads only.

    :raises Conflict: ``request_finished``: the recipient has ended already, there is nothing to stop.
    :raises NotFound: no such request, not sent to this connection, or ``external_ref_missing``.
    """
    request, forwarding = _sent(session, request_id, connection)
    if forwarding.finished_at is not None:
        raise Conflict("request_finished")
    return WithdrawCommand(
        idempotency_key=idempotency_key,
        external_ref=_external_ref(forwarding),
        reference=request.reference,
        withdrawn_at=request.decided_at or request.updated_at,
    )


# What a connector's receipt says of a letter that was taken back before anybody posted it.
CANCELLED = "cancelled"


def amendment_command(
    session: Session,
    request_id: UUID,
    connection: str,
    amendment: int,
    data_sent: Collection[str],
    *,
    idempotency_key: str,
) -> AmendCommand:
    """A correction for a recipient that has the request: the whole of it as it now stands. Reads only.

    :raises Conflict: ``request_withdrawn``, ``request_finished``, or ``amendment_superseded``: a later correction is on
        its way, or known there, and says all that this one says.
    :raises NotFound: no such request, not sent to this connection, or ``external_ref_missing``.
    :raises VaultDestroyed: the request was erased.
    """
    request, forwarding = _sent(session, request_id, connection)
    if request.status is RequestStatus.WITHDRAWN:
        raise Conflict("request_withdrawn")
    if forwarding.finished_at is not None:
        raise Conflict("request_finished")
    if request.amendments > amendment or forwarding.carried_amendment >= amendment:
        raise Conflict("amendment_superseded")
    return AmendCommand(
        idempotency_key=idempotency_key,
        reference=request.reference,
        external_ref=_external_ref(forwarding),
        amendment=amendment,
        payload=payload_of(session, request, data_sent),
    )


def record_amendment(session: Session, request_id: UUID, connection: str, amendment: int, receipt: Receipt) -> None:
    """The recipient was sent a correction; ``received`` when it says that it has it.

    :raises NotFound: no such request, or it does not go to this connection.
    """
    request = lock_request(session, request_id)
    forwarding = _of(session, request, connection)
    if not receipt.left:
        _note_letter(session, request, forwarding, receipt, LetterPurpose.AMENDMENT)
        return
    forwarding.carried_amendment = max(forwarding.carried_amendment, amendment)
    payload: dict[str, str | int] = {
        "connection": connection,
        "amendment": amendment,
        "received": receipt.received,
    }
    _append(session, request, "amendment_sent", payload, partner(connection))
    session.flush()


def complement_command(
    session: Session, request_id: UUID, connection: str, message_id: UUID, *, idempotency_key: str
) -> ComplementCommand:
    """The resident's answer, for the recipient who asked. Reads only.

    :raises Conflict: ``request_withdrawn``: nobody studies it any more.
    :raises NotFound: no such request or message, not sent to this connection, or ``external_ref_missing``.
    :raises VaultDestroyed: the request was erased.
    """
    request, forwarding = _sent(session, request_id, connection)
    message = session.get(RequestMessage, message_id)
    if message is None or message.request_id != request_id:
        raise NotFound("message_unknown")
    if request.status is RequestStatus.WITHDRAWN:
        raise Conflict("request_withdrawn")
    return ComplementCommand(
        idempotency_key=idempotency_key,
        external_ref=_external_ref(forwarding),
        reference=request.reference,
        text=message_content(session, request, message)["text"],
        answered_at=message.posted_at,
    )


def record_withdrawal(session: Session, request_id: UUID, connection: str, receipt: Receipt) -> None:
    """The recipient was told of the withdrawal; ``received`` when it says that it has stopped.

    :raises NotFound: no such request, or it does not go to this connection.
    """
    request = lock_request(session, request_id)
    forwarding = _of(session, request, connection)
    if not receipt.left and receipt.raw_status == CANCELLED:
        forwarding.prepared_at, forwarding.finished_at = None, clock.now()
        _append(session, request, "letter_cancelled", {"connection": connection}, partner(connection))
        return
    if not receipt.left:
        _note_letter(session, request, forwarding, receipt, LetterPurpose.WITHDRAWAL)
        return
    _append(session, request, "withdrawal_sent", {"connection": connection}, partner(connection))
    if receipt.received:
        mark_stopped(session, request, forwarding, clock.now(), partner(connection))
    session.flush()


def record_complement(session: Session, request_id: UUID, connection: str, message_id: UUID) -> None:
    """The recipient was given the answer.

    :raises NotFound: no such request.
    """
    request = lock_request(session, request_id)
    payload = {"connection": connection, "message_id": str(message_id)}
    _append(session, request, "complement_sent", payload, partner(connection))


def record_follow_up_failure(
    session: Session, request_id: UUID, connection: str, *, kind: str, code: str, death: str = ""
) -> None:
    """The recipient cannot be told by the portal: an agent does it, and the department is told so.

    :param kind: that of the message, one of ``FOLLOW_UP_KINDS``.
    :param death: what tells this failure from any other, for the alert to the department; none without it.
    :raises NotFound: no such request.
    """
    request = lock_request(session, request_id)
    payload = {"connection": connection, "kind": kind, "code": code[:80]}
    _append(session, request, "follow_up_dead", payload, partner(connection))
    if death:
        warn_department(session, request, connection, kind, death)


def _note_letter(
    session: Session, request: ServiceRequest, forwarding: Forwarding, receipt: Receipt, purpose: LetterPurpose
) -> None:
    actor, when = partner(forwarding.connection), clock.now()
    mark_prepared(session, request, forwarding, number=receipt.external_ref, purpose=purpose, actor=actor, when=when)
    session.flush()


def _sent(session: Session, request_id: UUID, connection: str) -> tuple[ServiceRequest, Forwarding]:
    request = session.get(ServiceRequest, request_id)
    if request is None:
        raise NotFound("forwarding_unknown")
    return request, _of(session, request, connection)


def _of(session: Session, request: ServiceRequest, connection: str) -> Forwarding:
    for forwarding in forwardings_of(session, request):
        if forwarding.connection == connection:
            return forwarding
    raise NotFound("forwarding_unknown")


def _external_ref(forwarding: Forwarding) -> str:
    if not forwarding.external_ref:
        raise NotFound("external_ref_missing")
    return forwarding.external_ref


def _append(
    session: Session, request: ServiceRequest, event: str, payload: Mapping[str, str | int], actor: Actor
) -> None:
    append(session, request_id=request.id, type=event, version=1, payload=payload, actor=actor)
    request.updated_at = clock.now()
