"""The door of the room: answering, refusing to be asked, reading the words, hiding them. Nothing commits."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import exists, select, tuple_
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from portal.casework.figures.service import EASE_STEPS, Obtained, Opinion, Position
from portal.casework.satisfaction.enums import Origin
from portal.casework.satisfaction.models import SatisfactionAnswer, SurveyRefusal
from portal.casework.satisfaction.policy import MAX_WORDS, OPEN_FOR, open_until
from portal.casework.satisfaction.shapes import AnswerView, Asked, Standing
from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.dictionary.service import clean_block
from portal.ground.errors import Conflict, Forbidden, Invalid, NotFound
from portal.ground.permissions import Actor, Permission
from portal.ground.vault.service import seal_json, unseal_json

__all__ = [
    "MAX_WORDS",
    "OPEN_FOR",
    "AnswerView",
    "Asked",
    "Obtained",
    "Origin",
    "Standing",
    "accept_surveys",
    "answer",
    "find_answer",
    "hide_words",
    "is_refused",
    "list_changed",
    "open_until",
    "opinions_of",
    "read_words",
    "refuse_surveys",
    "show_words",
    "standing_of",
]


def answer(session: Session, actor: Actor, asked: Asked, *, obtained: str, ease: str, words: str) -> None:
    """Keep the answers of the person, or those of the paper that an agent types in; one answer a request.

    Until thirty days after the end the person may change theirs, and what an agent typed for them too.

    :raises Invalid: ``obtained``, ``ease`` or ``words``.
    :raises Forbidden: neither the applicant, nor an agent of the department who may type papers in.
    :raises Conflict: ``survey_closed``, thirty days have passed; ``survey_answered``, by the person, who alone
        changes it.
    """
    origin = _origin(actor, asked)
    if clock.now() > open_until(asked.ended_at):
        raise Conflict("survey_closed")
    opinion, text = _read(obtained, ease, words)
    row = _find(session, asked.request_id)
    if row is not None and origin is Origin.PAPER and row.origin is Origin.PERSON:
        raise Conflict("survey_answered")
    context = _context(asked.request_id)
    sealed = seal_json(session, asked.data_key_id, {"text": text}, context=context) if text else None
    if row is None:
        row = SatisfactionAnswer(
            request_id=asked.request_id,
            department_id=asked.department_id,
            procedure_id=asked.procedure_id,
            ended_at=asked.ended_at,
        )
        session.add(row)
    row.obtained, row.ease, row.sealed_words, row.origin = opinion.obtained, opinion.ease, sealed, origin
    row.changed_at, row.hidden_at = clock.now(), None
    session.flush()
    if origin is Origin.PAPER:
        record(session, actor, "survey_typed", subject_id=asked.person_id, request_id=asked.request_id)


def find_answer(session: Session, actor: Actor, asked: Asked) -> AnswerView | None:
    """What was answered about this request, for its applicant; an agent is told that it was, and by whom, no more."""
    row = _find(session, asked.request_id)
    if row is None:
        return None
    words = ""
    if actor.is_resident:
        words = read_words(session, asked.request_id, asked.data_key_id, row.sealed_words)
    return AnswerView(row.obtained, row.ease, words, row.origin, row.changed_at, row.hidden_at is not None)


def standing_of(session: Session, *, request_id: UUID, account_id: UUID | None, ended_at: datetime) -> Standing | None:
    """Whether the applicant of a decided request is asked; None once the thirty days have passed. One statement."""
    until = open_until(ended_at)
    if clock.now() > until:
        return None
    answered = exists().where(SatisfactionAnswer.request_id == request_id)
    refused = exists().where(SurveyRefusal.account_id == account_id)
    row = session.execute(select(answered, refused)).one()
    return Standing(until, bool(row[0]), bool(row[1]))


def refuse_surveys(session: Session, actor: Actor) -> None:
    """Ask this account no more, about any request. Refusing twice changes nothing.

    :raises Forbidden: not a resident with an account.
    """
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    row = insert(SurveyRefusal).values(account_id=_own_account(actor), refused_at=clock.now())
    session.execute(row.on_conflict_do_nothing(index_elements=["account_id"]))


def accept_surveys(session: Session, actor: Actor) -> None:
    """Let this account be asked again.

    :raises Forbidden: not a resident with an account.
    """
    row = session.get(SurveyRefusal, _own_account(actor))
    if row is not None:
        session.delete(row)
        session.flush()


def is_refused(session: Session, account_id: UUID | None) -> bool:
    """Whether this account does not want to be asked."""
    return account_id is not None and session.get(SurveyRefusal, account_id) is not None


def read_words(session: Session, request_id: UUID, key_id: UUID, sealed: bytes | None) -> str:
    """What somebody wrote about this request, with its data key; empty when they wrote nothing."""
    if sealed is None:
        return ""
    return str(unseal_json(session, key_id, sealed, context=_context(request_id))["text"])


def hide_words(session: Session, actor: Actor, answer_id: UUID) -> UUID:
    """Take words out of the list; the two answers still count. Hiding twice changes nothing.

    :return: the request they were about, for the journal.
    :raises Forbidden: may not read them.
    :raises NotFound: none of the actor's departments.
    """
    row = _find_theirs(session, actor, answer_id)
    row.hidden_at = row.hidden_at or clock.now()
    session.flush()
    return row.request_id


def show_words(session: Session, actor: Actor, answer_id: UUID) -> UUID:
    """Put words back into the list.

    :return: the request they were about, for the journal.
    :raises Forbidden: may not read them.
    :raises NotFound: none of the actor's departments.
    """
    row = _find_theirs(session, actor, answer_id)
    row.hidden_at = None
    session.flush()
    return row.request_id


def _find_theirs(session: Session, actor: Actor, answer_id: UUID) -> SatisfactionAnswer:
    if not (actor.is_agent and actor.can(Permission.STEERING_READ)):
        raise Forbidden("act_not_allowed")
    mine = (SatisfactionAnswer.id == answer_id, SatisfactionAnswer.department_id.in_(actor.department_ids))
    row = session.scalars(select(SatisfactionAnswer).where(*mine).with_for_update()).one_or_none()
    if row is None:
        raise NotFound("answer_unknown")
    return row


def list_changed(session: Session, after: Position | None, limit: int) -> list[Position]:
    """The answers given or changed after this place, the oldest first, by their request."""
    key = tuple_(SatisfactionAnswer.changed_at, SatisfactionAnswer.request_id)
    query = select(SatisfactionAnswer.changed_at, SatisfactionAnswer.request_id)
    if after is not None:
        query = query.where(key > tuple_(after.at, after.id))
    order = (SatisfactionAnswer.changed_at, SatisfactionAnswer.request_id)
    return [Position(row[0], row[1]) for row in session.execute(query.order_by(*order).limit(limit))]


def opinions_of(session: Session, request_ids: Collection[UUID]) -> dict[UUID, Opinion]:
    """The answers about these requests. One statement."""
    query = select(SatisfactionAnswer.request_id, SatisfactionAnswer.obtained, SatisfactionAnswer.ease)
    rows = session.execute(query.where(SatisfactionAnswer.request_id.in_(list(request_ids))))
    return {row.request_id: Opinion(row.obtained, row.ease) for row in rows}


def _origin(actor: Actor, asked: Asked) -> Origin:
    if actor.is_resident:
        return Origin.PERSON
    if not (actor.is_agent and actor.can(Permission.REQUESTS_ENTER) and asked.department_id in actor.department_ids):
        raise Forbidden("act_not_allowed")
    return Origin.PAPER


def _read(obtained: str, ease: str, words: str) -> tuple[Opinion, str]:
    errors = {}
    if obtained not in {one.value for one in Obtained}:
        errors["obtained"] = _("Dites si vous avez obtenu ce que vous vouliez.")
    if ease not in {str(step) for step in range(1, EASE_STEPS + 1)}:
        errors["ease"] = _("Dites si c’était facile.")
    text = clean_block(words).strip()
    if len(text) > MAX_WORDS:
        errors["words"] = _("Écrivez %(most)d caractères au plus.", most=MAX_WORDS)
    if errors:
        raise Invalid(errors)
    return Opinion(Obtained(obtained), int(ease)), text


def _find(session: Session, request_id: UUID) -> SatisfactionAnswer | None:
    query = select(SatisfactionAnswer).where(SatisfactionAnswer.request_id == request_id)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def _context(request_id: UUID) -> str:
    return f"request:{request_id}:satisfaction"


def _own_account(actor: Actor) -> UUID:
    if not actor.is_resident or actor.id is None:
        raise Forbidden("resident_needed")
    return actor.id
