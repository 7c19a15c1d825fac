"""The same thing asked twice: found, marked, closed ten minutes later, and taken back before that.

Nothing is said to the person, and nothing is closed, before the time to change one's mind is over.
"""

from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.casework.requests import policy
from portal.casework.requests.enums import RequestStatus
from portal.casework.requests.models import DuplicateMark, ServiceRequest
from portal.casework.requests.reference import normalise
from portal.casework.requests.service.access import find_readable
from portal.casework.requests.service.deciding.decisions import decide
from portal.casework.requests.service.deciding.lots import may_close
from portal.casework.requests.service.sealed import duplicate_words, seal_duplicate
from portal.casework.requests.service.standing.messages import clean_words
from portal.casework.requests.shapes import DuplicateView, TwinRequest
from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.db import new_id
from portal.ground.errors import Conflict, Forbidden, Invalid, NotFound
from portal.ground.permissions import Actor, Permission
from portal.people.accounts.service import acting_agent

TWINS_SHOWN = 5


def twins_of(session: Session, actor: Actor, request: ServiceRequest) -> tuple[TwinRequest, ...]:
    """The requests of the same procedure, account or name, within the time of a duplicate. One statement.

    Only those that the agent may open are told.
    """
    if not actor.is_agent or actor.assisted is not None:
        return ()
    same = ServiceRequest.applicant_key == request.applicant_key
    if request.account_id is not None:
        same = or_(same, ServiceRequest.account_id == request.account_id)
    query = (
        select(
            ServiceRequest.reference, ServiceRequest.submitted_at, ServiceRequest.channel, ServiceRequest.status,
            (ServiceRequest.account_id == request.account_id).label("surely"),
        )
        .where(
            ServiceRequest.procedure_id == request.procedure_id,
            ServiceRequest.id != request.id,
            ServiceRequest.department_id.in_(actor.department_ids),
            ServiceRequest.status != RequestStatus.WITHDRAWN,
            ServiceRequest.submitted_at > request.submitted_at - policy.DUPLICATE_WITHIN,
            ServiceRequest.submitted_at < request.submitted_at + policy.DUPLICATE_WITHIN,
            same,
        )
        .order_by(ServiceRequest.submitted_at.desc(), ServiceRequest.id)
        .limit(TWINS_SHOWN)
    )  # fmt: skip
    return tuple(
        TwinRequest(row.reference, row.submitted_at, row.channel, row.status, bool(row.surely))
        for row in session.execute(query)
    )


def mark_duplicate(session: Session, actor: Actor, reference: str, kept: str, words: str) -> datetime:
    """Have this request closed as the same as ``kept``; until when it can be undone.

    :raises Invalid: ``kept``: not another request of the same procedure that the agent may open; ``words``.
    :raises Forbidden: may read but not decide.
    :raises Conflict: ``request_ended``, ``already_marked``, or ``move_refused`` by its workflow.
    :raises NotFound: no request of theirs.
    """
    request = find_readable(session, actor, reference, lock=True)
    if not actor.is_agent or not actor.can(Permission.REQUESTS_DECIDE):
        raise Forbidden("act_not_allowed")
    if request.status not in policy.OPEN:
        raise Conflict("request_ended")
    if _waiting(session, request.id) is not None:
        raise Conflict("already_marked")
    if not may_close(session, request):
        raise Conflict("move_refused")
    other = _kept(session, actor, request, kept)
    said = clean_words("words", words, empty=_("Écrivez pourquoi elle est close : la personne le lira."))
    mark_id, at = new_id(), clock.now() + policy.DUPLICATE_UNDO
    session.add(
        DuplicateMark(
            id=mark_id,
            request_id=request.id,
            kept_request_id=other.id,
            marked_by=actor.id,
            marked_at=clock.now(),
            close_at=at,
            sealed_words=seal_duplicate(session, mark_id, request.data_key_id, said),
        )
    )
    record(session, actor, "duplicate_marked", subject_id=request.person_id, request_id=request.id)
    return at


def _kept(session: Session, actor: Actor, request: ServiceRequest, kept: str) -> ServiceRequest:
    wrong = Invalid({"kept": _("Écrivez la référence d’une autre demande de la même démarche, dans vos services.")})
    if normalise(kept) is None:
        raise wrong
    try:
        other = find_readable(session, actor, kept)
    except NotFound:
        raise wrong from None
    if other.id == request.id or other.procedure_id != request.procedure_id or _waiting(session, other.id):
        raise wrong
    return other


def unmark_duplicate(session: Session, actor: Actor, reference: str) -> None:
    """Take it back, as long as it is not closed. Again, it changes nothing.

    :raises Forbidden: may read but not decide.
    :raises NotFound: no request of theirs.
    """
    request = find_readable(session, actor, reference, lock=True)
    if not actor.is_agent or not actor.can(Permission.REQUESTS_DECIDE):
        raise Forbidden("act_not_allowed")
    mark = _waiting(session, request.id)
    if mark is not None:
        mark.settled_at, mark.outcome = clock.now(), "undone"
        record(session, actor, "duplicate_unmarked", subject_id=request.person_id, request_id=request.id)


def duplicate_of(session: Session, actor: Actor, request: ServiceRequest) -> DuplicateView | None:
    """The request that this one is the same as, if it was marked so; for agents. One statement."""
    if not actor.is_agent or actor.assisted is not None:
        return None
    query = (
        select(DuplicateMark, ServiceRequest.reference)
        .join(ServiceRequest, ServiceRequest.id == DuplicateMark.kept_request_id)
        .where(DuplicateMark.request_id == request.id, DuplicateMark.outcome.in_(("", "closed")))
    )
    row = session.execute(query.order_by(DuplicateMark.marked_at.desc()).limit(1)).one_or_none()
    return DuplicateView(row.reference, row.DuplicateMark.close_at, row.DuplicateMark.outcome == "") if row else None


def close_one_duplicate(session: Session) -> bool:
    """Close one request whose time to change one's mind is over; False when there is none.

    In the name of who marked it, with the rights they have now; what is no longer theirs to close stays open.
    """
    query = (
        select(DuplicateMark)
        .where(DuplicateMark.settled_at.is_(None), DuplicateMark.close_at <= clock.now())
        .order_by(DuplicateMark.close_at, DuplicateMark.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    mark = session.scalars(query).one_or_none()
    if mark is None:
        return False
    request = session.get_one(ServiceRequest, mark.request_id)
    words = duplicate_words(session, request, mark)
    mark.settled_at = clock.now()
    try:
        with session.begin_nested():
            actor = acting_agent(session, mark.marked_by)
            key = f"duplicate:{mark.id}"
            decide(session, actor, request.reference, RequestStatus.CLOSED, words, idempotency_key=key)
        mark.outcome = "closed"
    except (Conflict, Forbidden, Invalid, NotFound):
        mark.outcome = "refused"
    session.flush()
    return True


def _waiting(session: Session, request_id: UUID) -> DuplicateMark | None:
    query = select(DuplicateMark).where(DuplicateMark.request_id == request_id, DuplicateMark.settled_at.is_(None))
    return session.scalars(query).one_or_none()
