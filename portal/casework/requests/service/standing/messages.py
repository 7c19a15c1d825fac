"""Messages between the resident and the department."""

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.casework.notifications.service import NotificationEvent
from portal.casework.requests import policy
from portal.casework.requests.enums import MessageKind, RequestStatus
from portal.casework.requests.models import RequestMessage, ServiceRequest
from portal.casework.requests.service.access import find_readable, read_and_journal
from portal.casework.requests.service.asking import DEPARTMENT, awaited_by, pass_answer_on
from portal.casework.requests.service.sealed import rows_held
from portal.casework.requests.service.standing.status import apply_status
from portal.casework.requests.service.telling import tell_applicant
from portal.casework.requests.service.thread import (
    find_message,
    mark_read,
    message_view,
    read_thread,
    write_message,
)
from portal.casework.requests.shapes import MessageView
from portal.ground.audit.service import record
from portal.ground.dictionary.service import clean_block
from portal.ground.errors import Conflict, Forbidden, Invalid
from portal.ground.permissions import Actor
from portal.records.timeline.service import append

MAX_TEXT = 4000
MAX_KEY = 200


def clean_words(field: str, text: str, *, empty: str) -> str:
    """The words of a person, without what cannot be seen.

    :raises Invalid: empty, or too long.
    """
    cleaned = clean_block(text)
    if not cleaned:
        raise Invalid({field: empty})
    if len(cleaned) > MAX_TEXT:
        raise Invalid(
            {field: _("Écrivez %(limit)s caractères au plus, il y en a %(count)s.", limit=MAX_TEXT, count=len(cleaned))}
        )
    return cleaned


def scoped_key(actor: Actor, idempotency_key: str) -> str:
    """The key of a form, apart from the keys of other people and of partners."""
    return f"{actor.kind.value}:{actor.id}:{idempotency_key[:MAX_KEY]}"


def post_message(session: Session, actor: Actor, reference: str, text: str, *, idempotency_key: str) -> MessageView:
    """Write to the other side; the same key again gives the same message.

    An awaited answer restarts the work, and leaves for the partners who asked.

    :raises Invalid: ``text``, empty or too long.
    :raises Forbidden: may read but not write.
    :raises Conflict: ``request_withdrawn``.
    :raises NotFound: no request of theirs.
    """
    request = find_readable(session, actor, reference, lock=True)
    key = scoped_key(actor, idempotency_key)
    known = find_message(session, request, key)
    if known is not None:
        return message_view(session, request, known, actor)
    if request.status is RequestStatus.WITHDRAWN:
        raise Conflict("request_withdrawn")
    if not policy.can_message(actor, request):
        raise Forbidden("message_not_allowed")
    words = clean_words("text", text, empty=_("Écrivez votre message avant de l’envoyer."))
    row = write_message(session, request, actor, kind=MessageKind.MESSAGE, text=words, idempotency_key=key)
    note_posted(session, request, row, actor)
    if policy.speaks_for_applicant(actor) and request.status is RequestStatus.WAITING_FOR_RESIDENT:
        _take_answer(session, request, row, actor)
    return message_view(session, request, row, actor)


def _take_answer(session: Session, request: ServiceRequest, row: RequestMessage, actor: Actor) -> None:
    """Whoever asked gets the answer. The legal clock starts again when the administration has it: now (CRPA L114-5)."""
    partners = sorted(awaited_by(session, request) - {DEPARTMENT})
    pass_answer_on(session, request, row, partners)
    apply_status(
        session,
        request_id=request.id,
        connection=None,
        update_id=f"message:{row.id}",
        status=RequestStatus.IN_PROGRESS,
        occurred_at=row.posted_at,
        details={"answered": ",".join(partners)} if partners else {},
        actor=actor,
    )


def note_posted(session: Session, request: ServiceRequest, row: RequestMessage, actor: Actor) -> None:
    """Say that a message was written: the event, the journal of an agent's act, the letter to the applicant."""
    in_their_name = actor.is_agent and policy.speaks_for_applicant(actor)
    payload = {"message_id": str(row.id), "from": "mandate" if in_their_name else actor.kind.value}
    if actor.is_agent:
        record(session, actor, "message_posted", subject_id=request.person_id, request_id=request.id)
    if not policy.speaks_for_applicant(actor):
        payload["told"] = tell_applicant(
            session, request, NotificationEvent.MESSAGE_POSTED, cause=str(row.id), actor=actor
        )
    append(
        session,
        request_id=request.id,
        type="message_posted",
        version=1,
        payload=payload,
        actor=actor,
        occurred_at=row.posted_at,
    )


def note_messages_read(session: Session, actor: Actor, reference: str) -> None:
    """The resident has opened the request: what the service wrote to them is read. Saying it again changes nothing.

    :raises NotFound: no request of theirs.
    """
    mark_read(session, find_readable(session, actor, reference).id, actor)


def list_messages(
    session: Session, actor: Actor, reference: str, *, journal: Session | None = None
) -> list[MessageView]:
    """The messages of a request, the oldest first.

    :param journal: the session that writes the line of the journal; mandatory for an agent.
    :raises NotFound: no request of theirs.
    """
    request = read_and_journal(session, actor, reference, journal, "messages_read")
    with rows_held(session):
        return list(read_thread(session, request, actor))
