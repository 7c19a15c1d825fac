"""Asking another department what it thinks of a request: it reads the request for as long as the question is open."""

from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, ScalarSelect, and_, func, select
from sqlalchemy.orm import Session

from portal.casework.catalogue.service import get_version, with_slugs_and_titles
from portal.casework.documents.service import DocumentView, get_linked_document, linked_documents
from portal.casework.requests import policy
from portal.casework.requests.models import Opinion, ServiceRequest
from portal.casework.requests.service.access import find_readable, lock_request
from portal.casework.requests.service.answered import answer_steps
from portal.casework.requests.service.sealed import answers_of, opinion_words, rows_held, seal_opinion
from portal.casework.requests.service.standing.messages import clean_words, scoped_key
from portal.casework.requests.service.telling import OPINION_ANSWERED, OPINION_ASKED, alert_department
from portal.casework.requests.shapes import OpinionCase, OpinionLine
from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.db import new_id
from portal.ground.errors import Conflict, Forbidden, Invalid, NotFound
from portal.ground.permissions import Actor, Permission
from portal.people.accounts.service import list_departments
from portal.records.timeline.service import append

MAX_OPEN = 5
LIST_LIMIT = 50


def ask_opinion(
    session: Session, actor: Actor, reference: str, department_id: UUID, question: str, *, idempotency_key: str
) -> UUID:
    """Ask another department; the same key again gives the same opinion.

    :raises Invalid: ``question``, empty or too long; ``department``, unknown or the one in charge.
    :raises Forbidden: may read but not write.
    :raises Conflict: ``request_ended``, or ``too_many_opinions``.
    :raises NotFound: no request of theirs.
    """
    request = find_readable(session, actor, reference, lock=True)
    if not actor.is_agent or not actor.can(Permission.REQUESTS_MESSAGE):
        raise Forbidden("act_not_allowed")
    key = scoped_key(actor, idempotency_key)
    known = session.scalar(select(Opinion.id).where(Opinion.request_id == request.id, Opinion.idempotency_key == key))
    if known is not None:
        return known
    if request.status not in policy.OPEN:
        raise Conflict("request_ended")
    words = clean_words("question", question, empty=_("Écrivez ce que vous demandez à l’autre service."))
    others = {one.id for one in list_departments(session)} - {request.department_id}
    if department_id not in others:
        raise Invalid({"department": _("Choisissez un autre service que le vôtre.")})
    count = (
        select(func.count()).select_from(Opinion).where(Opinion.request_id == request.id, Opinion.closed_at.is_(None))
    )
    if (session.scalar(count) or 0) >= MAX_OPEN:
        raise Conflict("too_many_opinions")
    return _ask(session, actor, request, department_id, words, key)


def _ask(session: Session, actor: Actor, request: ServiceRequest, department_id: UUID, words: str, key: str) -> UUID:
    if actor.id is None:
        raise Forbidden("agent_needed")
    opinion_id = new_id()
    row = Opinion(
        id=opinion_id,
        request_id=request.id,
        department_id=department_id,
        idempotency_key=key,
        asked_by=actor.id,
        asked_at=clock.now(),
        sealed_question=seal_opinion(session, opinion_id, request.data_key_id, "question", words),
    )
    session.add(row)
    _append(session, actor, request, "opinion_asked", row)
    record(session, actor, "opinion_asked", subject_id=request.person_id, request_id=request.id)
    alert_department(session, request, OPINION_ASKED, opinion_id=opinion_id)
    return opinion_id


def _append(session: Session, actor: Actor, request: ServiceRequest, event: str, row: Opinion) -> None:
    payload = {"opinion_id": str(row.id), "department_id": str(row.department_id)}
    append(session, request_id=request.id, type=event, version=1, payload=payload, actor=actor)
    request.updated_at = clock.now()
    session.flush()


def _open() -> ColumnElement[bool]:
    """Still to be answered: nobody answered or closed it, and the request is not ended."""
    return and_(Opinion.closed_at.is_(None), ServiceRequest.status.in_(policy.OPEN))


def opinions_to_give(actor: Actor) -> ScalarSelect[int]:
    """How many opinions the actor's departments are asked: for a list that counts them along with its own."""
    return (
        select(func.count())
        .select_from(Opinion)
        .join(ServiceRequest, ServiceRequest.id == Opinion.request_id)
        .where(_open(), Opinion.department_id.in_(actor.department_ids))
        .scalar_subquery()
    )


def list_opinions(session: Session, actor: Actor) -> list[OpinionLine]:
    """The opinions that the actor's departments are asked, the oldest first, without their content. One statement."""
    query = with_slugs_and_titles(
        select(Opinion.id, Opinion.asked_at, ServiceRequest.reference, ServiceRequest.deadline)
        .join(ServiceRequest, ServiceRequest.id == Opinion.request_id)
        .where(_open(), Opinion.department_id.in_(actor.department_ids)),
        ServiceRequest.procedure_id.expression,
        ServiceRequest.procedure_version.expression,
    )
    rows = session.execute(query.order_by(Opinion.asked_at, Opinion.id).limit(LIST_LIMIT))
    return [OpinionLine(row.id, row.asked_at, row.reference, row.deadline, row.title) for row in rows]


def _find_open(
    session: Session, actor: Actor, opinion_id: UUID, *, lock: bool = False
) -> tuple[Opinion, ServiceRequest]:
    if not actor.is_agent or not actor.can(Permission.REQUESTS_READ):
        raise NotFound("opinion_unknown")
    query = (
        select(Opinion, ServiceRequest)
        .join(ServiceRequest, ServiceRequest.id == Opinion.request_id)
        .where(Opinion.id == opinion_id, Opinion.department_id.in_(actor.department_ids))
    )
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound("opinion_unknown")
    opinion, request = row.Opinion, row.ServiceRequest
    if lock:
        request = lock_request(session, opinion.request_id)
        session.refresh(opinion)
    if opinion.closed_at is not None or request.status not in policy.OPEN:
        raise Conflict("opinion_closed") if lock else NotFound("opinion_unknown")
    return opinion, request


def read_opinion(session: Session, actor: Actor, opinion_id: UUID, *, journal: Session) -> OpinionCase:
    """The question, and the request it is about, for an agent of the department asked, while it is open.

    :param journal: the session that writes the line of the journal: the person sees who read.
    :raises NotFound: none asked of theirs, or not open any more.
    """
    opinion, request = _find_open(session, actor, opinion_id)
    record(journal, actor, "opinion_read", subject_id=request.person_id, request_id=request.id)
    with rows_held(session):
        procedure = get_version(session, request.procedure_id, request.procedure_version)
        documents = tuple(linked_documents(session, request.id))
        answers = answers_of(session, request)
        return OpinionCase(
            id=opinion.id,
            reference=request.reference,
            procedure_title=procedure.title,
            department=procedure.document.acknowledgement.service.designation or "",
            asked_by=opinion.asked_by,
            asked_at=opinion.asked_at,
            deadline=request.deadline,
            question=opinion_words(session, request, opinion.id, "question", opinion.sealed_question),
            steps=tuple(answer_steps(procedure.document, answers, documents, {})),
            documents=documents,
        )


def read_opinion_document(
    session: Session, actor: Actor, opinion_id: UUID, document_id: UUID, *, journal: Session
) -> DocumentView:
    """One of the documents of a request on which an opinion is asked, while it is open.

    :raises NotFound: none asked of theirs, not open any more, or no such document.
    """
    _opinion, request = _find_open(session, actor, opinion_id)
    found = get_linked_document(session, request.id, document_id)
    record(journal, actor, "opinion_read", subject_id=request.person_id, request_id=request.id)
    return found


def answer_opinion(session: Session, actor: Actor, opinion_id: UUID, text: str) -> None:
    """Give the opinion; from then on the request is closed to this department.

    :raises Invalid: ``text``, empty or too long.
    :raises Conflict: ``opinion_closed``: a colleague answered, or it is not awaited any more.
    :raises NotFound: none asked of theirs.
    """
    opinion, request = _find_open(session, actor, opinion_id, lock=True)
    if not actor.can(Permission.REQUESTS_MESSAGE):
        raise Forbidden("act_not_allowed")
    words = clean_words("text", text, empty=_("Écrivez votre avis."))
    opinion.sealed_answer = seal_opinion(session, opinion.id, request.data_key_id, "answer", words)
    opinion.answered_by, opinion.answered_at = actor.id, clock.now()
    opinion.closed_at = opinion.answered_at
    _append(session, actor, request, "opinion_given", opinion)
    record(session, actor, "opinion_given", subject_id=request.person_id, request_id=request.id)
    alert_department(session, request, OPINION_ANSWERED, opinion_id=opinion.id)


def close_opinion(session: Session, actor: Actor, reference: str, opinion_id: UUID) -> None:
    """Await this opinion no more: the other department cannot read the request any longer. Again, it changes nothing.

    :raises Forbidden: may read but not write.
    :raises NotFound: no request of theirs, or no such opinion of it.
    """
    request = find_readable(session, actor, reference, lock=True)
    if not actor.is_agent or not actor.can(Permission.REQUESTS_MESSAGE):
        raise Forbidden("act_not_allowed")
    query = select(Opinion).where(Opinion.id == opinion_id, Opinion.request_id == request.id)
    opinion = session.scalars(query).one_or_none()
    if opinion is None:
        raise NotFound("opinion_unknown")
    if opinion.closed_at is None:
        opinion.closed_at = clock.now()
        _append(session, actor, request, "opinion_closed", opinion)
