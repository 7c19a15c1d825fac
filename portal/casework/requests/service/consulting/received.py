"""Having a department told by e-mail that requests were sent to it. Ids go into the outbox, words are written later."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.casework.catalogue.service import get_version
from portal.casework.notifications import service as notifications
from portal.casework.notifications.service import LANE, AlertFacts, RenderedNotification
from portal.casework.requests import policy
from portal.casework.requests.models import RequestTransfer, ServiceRequest
from portal.people.accounts.service import get_department, heads_of
from portal.records.outbox.service import enqueue

TRANSFER_NOTICE = "transfer_notice"
TRANSFERRED = "transferred"
TO_DEPARTMENT = "department"


def tell_receiver(session: Session, transfer: RequestTransfer, *, lot: UUID | None) -> None:
    """Have the receiving department told once of a transfer, or once of all those of a lot.

    At its address; at those of its heads when it has none. Nothing when there is nobody to write to.

    :param lot: the act on many requests that the transfer is part of.
    """
    cause = {"lot_id": str(lot)} if lot else {"transfer_id": str(transfer.id)}
    named = str(lot or transfer.id)
    for receiver in _receivers(session, transfer.to_department_id):
        enqueue(
            session,
            lane=LANE,
            kind=TRANSFER_NOTICE,
            payload={**cause, "department_id": str(transfer.to_department_id), "receiver": receiver},
            idempotency_key=f"{TRANSFER_NOTICE}:{named}:{receiver}",
        )


def _receivers(session: Session, department_id: UUID) -> list[str]:
    """Who is written to: the department itself, else the id of each of its heads."""
    if get_department(session, department_id).email:
        return [TO_DEPARTMENT]
    return [str(one.id) for one in heads_of(session, department_id)]


def receiver_address(session: Session, department_id: UUID, receiver: str) -> str:
    """Where this receiver is written to now; empty when it has no address, or is head of the department, no more."""
    if receiver == TO_DEPARTMENT:
        return get_department(session, department_id).email
    return next((one.email for one in heads_of(session, department_id) if str(one.id) == receiver), "")


def render_transfer_notice(
    session: Session, transfer_id: UUID, receiver: str, *, public_url: str
) -> RenderedNotification | None:
    """The letter about one request: its reference, and nothing of the person. Reads only.

    None when the request is erased, has ended, went elsewhere meanwhile, or there is nobody to write to any more.
    """
    transfer = session.get(RequestTransfer, transfer_id)
    if transfer is None or not count_received(session, [transfer.request_id], transfer.to_department_id):
        return None
    address = receiver_address(session, transfer.to_department_id, receiver)
    if not address:
        return None
    request = session.get_one(ServiceRequest, transfer.request_id)
    procedure = get_version(session, request.procedure_id, request.procedure_version)
    facts = AlertFacts(
        recipient=address,
        reference=request.reference,
        procedure_title=procedure.title,
        partner="",
        about=TRANSFERRED,
    )
    return notifications.render_alert(session, facts, public_url=public_url)


def count_received(session: Session, request_ids: Collection[UUID], department_id: UUID) -> int:
    """How many of these requests this department has, open. One statement."""
    query = select(func.count()).where(
        ServiceRequest.id.in_(request_ids),
        ServiceRequest.department_id == department_id,
        ServiceRequest.status.in_(policy.OPEN),
    )
    return session.scalar(query) or 0
