"""What becomes of a request that leaves by letter: ready is not posted, and posted is not received."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.sdk import LetterPurpose
from portal.casework.requests.models import Forwarding, ServiceRequest
from portal.casework.requests.service.access import lock_request
from portal.casework.requests.service.marks import forwardings_of, mark_transmitted, unmark_transmitted
from portal.ground import clock
from portal.ground.errors import NotFound
from portal.ground.permissions import Actor
from portal.records.timeline.service import append

RETURNED = "letter_returned"


@dataclass(frozen=True, slots=True)
class PostedLetter:
    """A letter about a request. ``amendment``: the number of the correction that it carries, 0 for none."""

    connection: str
    number: str
    purpose: LetterPurpose
    amendment: int = 0


@dataclass(frozen=True, slots=True)
class LetterSubject:
    """What a letter about a request may say of it."""

    department_id: UUID
    procedure_id: UUID
    procedure_version: int
    applicant_name: str
    submitted_at: datetime


def letter_subject(session: Session, request_id: UUID) -> LetterSubject:
    """What the request of a letter is about.

    :raises NotFound: no such request.
    """
    row = _of_request(session, request_id)
    return LetterSubject(
        row.department_id, row.procedure_id, row.procedure_version, row.applicant_name, row.submitted_at
    )


def sealing_key(session: Session, request_id: UUID) -> UUID:
    """The data key under which all that belongs to a request is sealed.

    :raises NotFound: no such request.
    """
    return _of_request(session, request_id).data_key_id


def person_of(session: Session, request_id: UUID) -> UUID:
    """The person whose request it is.

    :raises NotFound: no such request.
    """
    return _of_request(session, request_id).person_id


def record_letter_posted(
    session: Session, request_id: UUID, letter: PostedLetter, actor: Actor, *, on: date, tracking: str
) -> None:
    """An agent posted a letter: what it carries has left, and nobody knows yet whether it arrived.

    :raises NotFound: no such request, or it does not go to this connection.
    """
    request, forwardings, one = _find(session, request_id, letter.connection)
    if letter.purpose is LetterPurpose.REQUEST:
        mark_transmitted(request, forwardings, one, clock.now())
        one.prepared_at = one.prepared_at or one.transmitted_at
        one.posted_on = on
    elif letter.purpose is LetterPurpose.AMENDMENT:
        one.carried_amendment = max(one.carried_amendment, letter.amendment)
    _append(session, request, "letter_posted", letter, actor, posted_on=on.isoformat(), tracking=tracking)


def record_letter_unposted(session: Session, request_id: UUID, letter: PostedLetter, actor: Actor) -> None:
    """It was marked as posted by mistake: it still waits.

    :raises NotFound: no such request, or it does not go to this connection.
    """
    request, forwardings, one = _find(session, request_id, letter.connection)
    _take_back(request, forwardings, one, letter)
    _append(session, request, "letter_unposted", letter, actor)


def record_letter_returned(session: Session, request_id: UUID, letter: PostedLetter, actor: Actor) -> None:
    """It came back: the recipient has nothing, and somebody must take it up.

    :raises NotFound: no such request, or it does not go to this connection.
    """
    request, forwardings, one = _find(session, request_id, letter.connection)
    _take_back(request, forwardings, one, letter)
    if letter.purpose is LetterPurpose.REQUEST:
        one.failed_at, one.failure_code = clock.now(), RETURNED
    _append(session, request, "letter_returned", letter, actor)


def _take_back(request: ServiceRequest, forwardings: list[Forwarding], one: Forwarding, letter: PostedLetter) -> None:
    if letter.purpose is LetterPurpose.REQUEST:
        unmark_transmitted(request, forwardings, one)
        one.posted_on = None
    elif letter.purpose is LetterPurpose.AMENDMENT:
        one.carried_amendment = min(one.carried_amendment, letter.amendment - 1)


def _of_request(session: Session, request_id: UUID) -> ServiceRequest:
    request = session.scalars(select(ServiceRequest).where(ServiceRequest.id == request_id)).one_or_none()
    if request is None:
        raise NotFound("request_unknown")
    return request


def _find(session: Session, request_id: UUID, connection: str) -> tuple[ServiceRequest, list[Forwarding], Forwarding]:
    request = lock_request(session, request_id)
    forwardings = list(forwardings_of(session, request))
    for one in forwardings:
        if one.connection == connection:
            return request, forwardings, one
    raise NotFound("forwarding_unknown")


def _append(
    session: Session, request: ServiceRequest, event: str, letter: PostedLetter, actor: Actor, **more: str
) -> None:
    payload = {"connection": letter.connection, "number": letter.number, "purpose": letter.purpose.value, **more}
    append(session, request_id=request.id, type=event, version=1, payload=payload, actor=actor)
    request.updated_at = clock.now()
    session.flush()
