"""Where several requests of one person stand, for a screen that shows them together: two statements, however many."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.requests.models import Forwarding, ServiceRequest
from portal.casework.requests.service.access import account_of
from portal.casework.requests.service.reading.queries import follow_ups_of, forwarding_view
from portal.casework.requests.service.sending.submission import FORWARD_KIND
from portal.casework.requests.shapes import RequestStanding
from portal.ground.permissions import Actor
from portal.records.outbox.service import DeliveryView, delivery_states


def list_standings(session: Session, actor: Actor, request_ids: Collection[UUID]) -> dict[UUID, RequestStanding]:
    """Where each of these requests of the resident stands, by id; what is not theirs is left out.

    Recipients are called by the name of their connection: a screen has better words for them.

    :raises Forbidden: not a resident.
    """
    if not request_ids:
        return {}
    query = (
        select(ServiceRequest, Forwarding)
        .outerjoin(Forwarding, Forwarding.request_id == ServiceRequest.id)
        .where(ServiceRequest.id.in_(request_ids), ServiceRequest.account_id == account_of(actor))
        .order_by(ServiceRequest.id, Forwarding.connection)
    )
    rows: dict[UUID, ServiceRequest] = {}
    recipients: dict[UUID, list[Forwarding]] = {}
    for request, forwarding in session.execute(query):
        rows[request.id] = request
        recipients.setdefault(request.id, []).extend([forwarding] if forwarding is not None else [])
    deliveries = delivery_states(session, [str(id_) for id_ in rows])
    return {id_: _standing(row, recipients[id_], deliveries.get(str(id_), [])) for id_, row in rows.items()}


def _standing(
    request: ServiceRequest, forwardings: Sequence[Forwarding], deliveries: Sequence[DeliveryView]
) -> RequestStanding:
    sendings = {one.lane: one for one in deliveries if one.kind == FORWARD_KIND}
    views = tuple(
        forwarding_view(request, row, row.connection, sendings.get(row.connection), {}) for row in forwardings
    )
    return RequestStanding(
        id=request.id,
        reference=request.reference,
        procedure_id=request.procedure_id,
        procedure_version=request.procedure_version,
        status=request.status,
        submitted_at=request.submitted_at,
        updated_at=request.updated_at,
        transmitted_at=request.transmitted_at,
        received_at=request.received_at,
        taken_into_account_at=request.taken_into_account_at,
        decided_at=request.decided_at,
        forwardings=views,
        follow_ups=follow_ups_of({}, deliveries),
    )
