"""What a person did of a sending that failed for good: said in their words, to the person whose request it is."""

from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.requests import policy
from portal.casework.requests.enums import Closing, MessageKind
from portal.casework.requests.models import Forwarding, ServiceRequest
from portal.casework.requests.service.access import lock_request
from portal.casework.requests.service.asking import AMENDMENT_KIND
from portal.casework.requests.service.forwarding.partners import check_may_leave
from portal.casework.requests.service.standing.messages import clean_words
from portal.casework.requests.service.thread import write_message
from portal.ground import clock
from portal.ground.errors import NotFound
from portal.ground.permissions import Actor
from portal.records.timeline.service import append


def check_resendable(session: Session, request_id: UUID) -> None:
    """:raises Conflict: ``request_withdrawn`` or ``request_ended``: the request is not to be sent any more.

    :raises NotFound: no such request.
    """
    check_may_leave(lock_request(session, request_id).status)


def record_delivery_closed(
    session: Session, request_id: UUID, connection: str, actor: Actor, *, closing: Closing, words: str, key: str
) -> None:
    """An agent says what becomes of a request that could not be sent: handed over in another way, or not sent at all.

    The mark and the words are kept with the request; the trace of the sending is erased sooner.

    :param words: how it was handed over, or why it is not sent; the person reads them.
    :param key: of the sending: closing it again adds nothing.
    :raises Invalid: ``words``, empty or too long.
    :raises NotFound: no such request, or it does not go to this connection.
    """
    request, forwarding = _find(session, request_id, connection)
    payload = _say(session, request, connection, actor, closing, words, key)
    forwarding.closing = closing
    forwarding.closed_at = clock.now()
    forwarding.closing_note_id = UUID(payload["message_id"])
    if closing is Closing.OTHER_WAY:
        forwarding.carried_amendment = request.amendments
    _append(session, request, "delivery_closed", payload, actor)


def record_follow_up_closed(
    session: Session,
    request_id: UUID,
    connection: str,
    actor: Actor,
    *,
    kind: str,
    closing: Closing,
    words: str,
    key: str,
) -> None:
    """An agent says how a recipient was told of a correction, a withdrawal or an answer, or why it is not told.

    :param kind: that of the message, one of ``FOLLOW_UP_KINDS``.
    :raises Invalid: ``words``, empty or too long.
    :raises NotFound: no such request, or it does not go to this connection.
    """
    request, forwarding = _find(session, request_id, connection)
    payload = _say(session, request, connection, actor, closing, words, key) | {"kind": kind}
    if kind == AMENDMENT_KIND and closing is Closing.OTHER_WAY:
        forwarding.carried_amendment = request.amendments
    _append(session, request, "follow_up_closed", payload, actor)


def _find(session: Session, request_id: UUID, connection: str) -> tuple[ServiceRequest, Forwarding]:
    request = lock_request(session, request_id)
    query = select(Forwarding).where(Forwarding.request_id == request_id, Forwarding.connection == connection)
    forwarding = session.scalars(query).one_or_none()
    if forwarding is None:
        raise NotFound("forwarding_unknown")
    return request, forwarding


def _say(
    session: Session,
    request: ServiceRequest,
    connection: str,
    actor: Actor,
    closing: Closing,
    words: str,
    key: str,
) -> dict[str, str]:
    asked = {
        Closing.OTHER_WAY: _("Écrivez comment le destinataire a été prévenu : la personne le lira."),
        Closing.NOT_SENT: _("Écrivez pourquoi rien ne sera transmis : la personne le lira."),
    }
    text = clean_words("words", words, empty=asked[closing])
    row = write_message(
        session, request, actor, kind=MessageKind.DELIVERY_NOTE, text=text, idempotency_key=f"closing:{key}"
    )
    return {"connection": connection, "closing": closing.value, "message_id": str(row.id)}


def _append(session: Session, request: ServiceRequest, event: str, payload: dict[str, str], actor: Actor) -> None:
    append(session, request_id=request.id, type=event, version=1, payload=payload, actor=actor)
    if request.status in policy.OPEN:
        request.updated_at = clock.now()
    session.flush()
