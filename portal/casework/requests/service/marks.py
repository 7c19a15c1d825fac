"""Transmitted, received, taken into account: three facts per recipient, and their sum on the request."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.notifications.service import NotificationEvent
from portal.casework.requests.models import Forwarding, ServiceRequest
from portal.casework.requests.service.telling import tell_applicant
from portal.ground.permissions import Actor
from portal.records.timeline.service import append


def forwardings_of(session: Session, request: ServiceRequest) -> Sequence[Forwarding]:
    """The recipients of a request."""
    query = select(Forwarding).where(Forwarding.request_id == request.id).order_by(Forwarding.connection)
    return session.scalars(query).all()


def mark_transmitted(request: ServiceRequest, all_of: Sequence[Forwarding], one: Forwarding, when: datetime) -> bool:
    """The recipient's transport accepted it. False when that was known."""
    if one.transmitted_at is not None:
        return False
    one.transmitted_at = when
    one.failed_at = one.failure_code = None
    request.transmitted_at = _when_all([each.transmitted_at for each in all_of])
    return True


def unmark_transmitted(request: ServiceRequest, all_of: Sequence[Forwarding], one: Forwarding) -> None:
    """It had not left after all, or came back."""
    one.transmitted_at = None
    request.transmitted_at = _when_all([each.transmitted_at for each in all_of])


def mark_prepared(
    session: Session,
    request: ServiceRequest,
    one: Forwarding,
    *,
    number: str,
    purpose: str,
    actor: Actor,
    when: datetime,
) -> None:
    """A letter is ready: it has not left, somebody must post it."""
    payload = {"connection": one.connection, "number": number, "purpose": purpose}
    append(
        session,
        request_id=request.id,
        type="letter_prepared",
        version=1,
        payload=payload,
        actor=actor,
        occurred_at=when,
    )
    request.updated_at = when


def mark_received(
    session: Session,
    request: ServiceRequest,
    all_of: Sequence[Forwarding],
    one: Forwarding,
    when: datetime,
    actor: Actor,
) -> None:
    """The recipient says that it has it; whoever has it was sent it."""
    mark_transmitted(request, all_of, one, when)
    if one.received_at is not None:
        return
    one.received_at = when
    request.received_at = _when_all([each.received_at for each in all_of])
    told = tell_applicant(session, request, NotificationEvent.PARTNER_RECEIVED, cause=one.connection)
    append(
        session,
        request_id=request.id,
        type="partner_received",
        version=1,
        payload={"connection": one.connection, "told": told},
        actor=actor,
        occurred_at=when,
    )


def mark_taken_into_account(
    request: ServiceRequest, all_of: Sequence[Forwarding], one: Forwarding, when: datetime
) -> None:
    """The recipient reported a business status."""
    if one.taken_into_account_at is None:
        one.taken_into_account_at = when
        request.taken_into_account_at = _when_all([each.taken_into_account_at for each in all_of])


def mark_stopped(session: Session, request: ServiceRequest, one: Forwarding, when: datetime, actor: Actor) -> None:
    """The recipient says that it has stopped, as the person who withdrew asked. Hearing it again changes nothing."""
    if one.finished_at is not None:
        return
    one.finished_at = when
    append(
        session,
        request_id=request.id,
        type="withdrawal_confirmed",
        version=1,
        payload={"connection": one.connection},
        actor=actor,
        occurred_at=when,
    )


def _when_all(instants: Sequence[datetime | None]) -> datetime | None:
    """The moment it became true of every recipient; None while it is not."""
    known = [instant for instant in instants if instant is not None]
    return max(known) if known and len(known) == len(instants) else None
