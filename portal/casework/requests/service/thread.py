"""The messages of a request: writing one, reading them all."""

from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.casework.catalogue.service import get_version
from portal.casework.requests import policy
from portal.casework.requests.enums import MessageKind
from portal.casework.requests.models import RequestMessage, ServiceRequest
from portal.casework.requests.service.offices import office_of
from portal.casework.requests.service.sealed import message_content, seal_message
from portal.casework.requests.shapes import MessageView
from portal.ground import clock
from portal.ground.db import new_id
from portal.ground.permissions import Actor, ActorKind
from portal.people.accounts.service import get_agent


def find_message(session: Session, request: ServiceRequest, idempotency_key: str) -> RequestMessage | None:
    """The message already written under this key."""
    query = select(RequestMessage).where(
        RequestMessage.request_id == request.id, RequestMessage.idempotency_key == idempotency_key
    )
    return session.scalars(query).one_or_none()


def write_message(
    session: Session, request: ServiceRequest, actor: Actor, *, kind: MessageKind, text: str, idempotency_key: str
) -> RequestMessage:
    """Keep a message, sealed with the name under which it is signed.

    What an agent writes in the person's name, under a mandate, is of the applicant's side, signed by the agent.
    """
    message_id = new_id()
    name, role = _signature(session, request, actor)
    content = {"text": text, "author": name, "role": role}
    row = RequestMessage(
        id=message_id,
        request_id=request.id,
        kind=kind,
        author_kind=ActorKind.RESIDENT if policy.speaks_for_applicant(actor) else actor.kind,
        author_id=actor.id,
        idempotency_key=idempotency_key,
        sealed=seal_message(session, message_id, request.data_key_id, content),
        posted_at=clock.now(),
    )
    session.add(row)
    request.updated_at = row.posted_at
    session.flush()
    return row


def _signature(session: Session, request: ServiceRequest, actor: Actor) -> tuple[str, str]:
    """Name and quality of who writes (CRPA L111-2 for an agent)."""
    if actor.is_resident:
        return request.applicant_name, ""
    if actor.is_agent and actor.id is not None and policy.speaks_for_applicant(actor):
        return get_agent(session, actor.id).display_name, _("au nom de %(who)s", who=request.applicant_name)
    procedure = get_version(session, request.procedure_id, request.procedure_version)
    if actor.is_agent and actor.id is not None:
        return get_agent(session, actor.id).display_name, office_of(session, request, procedure).designation
    if actor.kind is ActorKind.SYSTEM:
        return office_of(session, request, procedure).designation, ""
    recipients = {route.connection: str(route.recipient) for route in procedure.document.routing}
    return recipients.get(actor.label, ""), ""


def read_thread(session: Session, request: ServiceRequest, actor: Actor) -> tuple[MessageView, ...]:
    """The messages, the oldest first. One statement."""
    query = (
        select(RequestMessage)
        .where(RequestMessage.request_id == request.id)
        .order_by(RequestMessage.posted_at, RequestMessage.id)
    )
    rows = session.scalars(query).all()
    return tuple(message_view(session, request, row, actor) for row in rows)


def message_view(session: Session, request: ServiceRequest, row: RequestMessage, reader: Actor) -> MessageView:
    """One message as this reader sees it. What the applicant wrote is theirs, with or without an account."""
    content = message_content(session, request, row)
    return MessageView(
        id=row.id,
        kind=row.kind,
        author_kind=row.author_kind,
        author_name=content["author"],
        author_role=content["role"],
        text=content["text"],
        posted_at=row.posted_at,
        mine=row.author_kind is reader.kind and (reader.is_resident or row.author_id == reader.id),
        read_at=row.read_at,
    )


def mark_read(session: Session, request_id: UUID, reader: Actor) -> None:
    """What the other side wrote is read from now on; what was read already keeps its moment."""
    resident = RequestMessage.author_kind == ActorKind.RESIDENT
    session.execute(
        update(RequestMessage)
        .where(RequestMessage.request_id == request_id, RequestMessage.read_at.is_(None))
        .where(~resident if reader.is_resident else resident)
        .values(read_at=clock.now())
    )
