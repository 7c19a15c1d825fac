"""A request goes from one department to another: with a reason that the person reads, and its deadline as it was."""

from datetime import timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.catalogue.service import with_slugs_and_titles
from portal.casework.requests import policy
from portal.casework.requests.enums import MessageKind
from portal.casework.requests.models import RequestTransfer, ServiceRequest
from portal.casework.requests.service.access import find_readable
from portal.casework.requests.service.consulting.received import tell_receiver
from portal.casework.requests.service.findable import move_words
from portal.casework.requests.service.standing.messages import clean_words, note_posted, scoped_key
from portal.casework.requests.service.thread import find_message, write_message
from portal.casework.requests.shapes import TransferLine
from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.errors import Conflict, Forbidden, Invalid
from portal.ground.permissions import Actor, Permission
from portal.people.accounts.service import list_departments
from portal.records.timeline.service import append

TRACE_KEPT = timedelta(days=90)
LISTED = 100


def transfer(
    session: Session,
    actor: Actor,
    reference: str,
    department_id: UUID,
    reason: str,
    *,
    idempotency_key: str,
    lot: UUID | None = None,
) -> None:
    """Send the request to another department, which alone reads it from then on. Nobody is in charge of it there yet.

    The person reads the reason, and the deadline does not change: the administration is one (CRPA L114-2). The
    department that receives it is told by one e-mail.

    :param lot: the act on many requests that this is part of, of which the department is told once.

    :raises Invalid: ``reason``, empty or too long; ``department``, unknown or the one in charge.
    :raises Forbidden: may read but not assign.
    :raises Conflict: ``request_ended``.
    :raises NotFound: no request of theirs.
    """
    request = find_readable(session, actor, reference, lock=True)
    key = scoped_key(actor, idempotency_key)
    if find_message(session, request, key) is not None:
        return
    if not policy.can_assign(actor, request):
        if not actor.is_agent or not actor.can(Permission.REQUESTS_ASSIGN):
            raise Forbidden("act_not_allowed")
        raise Conflict("request_ended")
    if department_id == request.department_id or department_id not in {one.id for one in list_departments(session)}:
        raise Invalid({"department": _("Choisissez un autre service que le vôtre.")})
    words = clean_words("reason", reason, empty=_("Écrivez pourquoi : la personne le lira."))
    row = write_message(session, request, actor, kind=MessageKind.TRANSFER, text=words, idempotency_key=key)
    note_posted(session, request, row, actor)
    tell_receiver(session, _hand_over(session, actor, request, department_id), lot=lot)


def _hand_over(session: Session, actor: Actor, request: ServiceRequest, department_id: UUID) -> RequestTransfer:
    former = request.department_id
    handed = RequestTransfer(
        request_id=request.id,
        from_department_id=former,
        to_department_id=department_id,
        transferred_by=actor.id,
        transferred_at=clock.now(),
    )
    session.add(handed)
    request.department_id, request.assigned_agent_id = department_id, None
    request.alerted_on = None
    request.updated_at = clock.now()
    move_words(session, request)
    payload = {"from": str(former), "to": str(department_id)}
    append(session, request_id=request.id, type="request_transferred", version=1, payload=payload, actor=actor)
    record(session, actor, "request_transferred", subject_id=request.person_id, request_id=request.id)
    session.flush()
    return handed


def list_transfers(session: Session, actor: Actor) -> list[TransferLine]:
    """What the actor's departments sent elsewhere lately: where each request went, nothing of what it says.

    One statement.
    """
    query = with_slugs_and_titles(
        select(RequestTransfer, ServiceRequest.reference, ServiceRequest.status)
        .join(ServiceRequest, ServiceRequest.id == RequestTransfer.request_id)
        .where(
            RequestTransfer.from_department_id.in_(actor.department_ids),
            RequestTransfer.transferred_at > clock.now() - TRACE_KEPT,
        ),
        ServiceRequest.procedure_id.expression,
        ServiceRequest.procedure_version.expression,
    )
    ordered = query.order_by(RequestTransfer.transferred_at.desc(), RequestTransfer.id.desc()).limit(LISTED)
    return [
        TransferLine(
            reference=row.reference,
            procedure_title=row.title,
            from_department_id=row.RequestTransfer.from_department_id,
            to_department_id=row.RequestTransfer.to_department_id,
            transferred_at=row.RequestTransfer.transferred_at,
            status=row.status,
        )
        for row in session.execute(ordered)
    ]
