"""Having partners told of what the resident did after a request left: the asking side, in the unit of the act."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.requests.enums import ApplyOutcome, RequestStatus
from portal.casework.requests.models import AppliedUpdate, Forwarding, RequestMessage, ServiceRequest
from portal.records.outbox.enums import MessageState
from portal.records.outbox.service import delivery_state, enqueue

WITHDRAWAL_KIND = "withdraw_request"
COMPLEMENT_KIND = "complement_request"
AMENDMENT_KIND = "amend_request"
FOLLOW_UP_KINDS = (AMENDMENT_KIND, WITHDRAWAL_KIND, COMPLEMENT_KIND)
DEPARTMENT = ""
SETTLED = (MessageState.DELIVERED, MessageState.CLOSED)


def ask_to_amend(session: Session, request: ServiceRequest, forwardings: Iterable[Forwarding]) -> None:
    """Have each of these recipients that has the request told of its last correction, unless it knows it already.

    A recipient to whom the request is still on its way is sent the corrected answers with it; should what it got turn
    out to be older, this is asked again then: a correction never overtakes the request.
    """
    for one in forwardings:
        if one.is_held_there and one.finished_at is None and one.carried_amendment < request.amendments:
            payload = {
                "request_id": str(request.id),
                "connection": one.connection,
                "amendment": str(request.amendments),
            }
            enqueue(
                session,
                lane=one.connection,
                kind=AMENDMENT_KIND,
                payload=payload,
                idempotency_key=f"{request.id}:{one.connection}:amendment:{request.amendments}",
                group=str(request.id),
            )


def ask_to_stop(session: Session, request: ServiceRequest, forwardings: Iterable[Forwarding]) -> None:
    """Have each of these recipients that has the request told of the withdrawal; the others are told nothing.

    A recipient to whom the request is still on its way gets this when it turns out that it has it: the order is kept.
    """
    for one in forwardings:
        if one.is_held_there and one.finished_at is None:
            _ask_to_stop(session, request, one.connection, f"{request.id}:{one.connection}:withdrawal")


def ask_again(session: Session, request: ServiceRequest, forwarding: Forwarding) -> bool:
    """The recipient goes on after a withdrawal: ask once more. False while an earlier asking is not settled yet."""
    asked = [
        each
        for each in delivery_state(session, str(request.id))
        if each.lane == forwarding.connection and each.kind == WITHDRAWAL_KIND
    ]
    if any(each.state not in SETTLED for each in asked):
        return False
    key = f"{request.id}:{forwarding.connection}:withdrawal:{len(asked)}"
    _ask_to_stop(session, request, forwarding.connection, key)
    return True


def _ask_to_stop(session: Session, request: ServiceRequest, connection: str, key: str) -> None:
    enqueue(
        session,
        lane=connection,
        kind=WITHDRAWAL_KIND,
        payload={"request_id": str(request.id), "connection": connection},
        idempotency_key=key,
        group=str(request.id),
    )


def pass_answer_on(
    session: Session, request: ServiceRequest, message: RequestMessage, connections: Iterable[str]
) -> None:
    """Have the resident's message handed to the recipients who asked for it."""
    for connection in connections:
        payload = {"request_id": str(request.id), "connection": connection, "message_id": str(message.id)}
        enqueue(
            session,
            lane=connection,
            kind=COMPLEMENT_KIND,
            payload=payload,
            idempotency_key=f"{message.id}:{connection}",
            group=str(request.id),
        )


def awaited_by(session: Session, request: ServiceRequest) -> set[str]:
    """Who waits for an answer of the resident's: connections, and ``DEPARTMENT``. One statement.

    A recipient stops waiting when it reports something else; an answer of the resident's answers everybody.
    """
    query = (
        select(AppliedUpdate.connection, AppliedUpdate.status)
        .where(
            AppliedUpdate.request_id == request.id,
            AppliedUpdate.outcome == ApplyOutcome.APPLIED,
            AppliedUpdate.status != RequestStatus.SUBMITTED,
        )
        .order_by(AppliedUpdate.applied_at, AppliedUpdate.id)
    )
    waiting: set[str] = set()
    for connection, status in session.execute(query):
        if status is RequestStatus.WAITING_FOR_RESIDENT:
            waiting.add(connection)
        elif connection == DEPARTMENT:
            waiting.clear()
        else:
            waiting.discard(connection)
    return waiting
