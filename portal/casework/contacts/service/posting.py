"""Printed answers, posted by a person: by the department that wrote them, or by who posts letters for the authority.

Who posts reads the letter and to whom it goes, nothing of what the person had said.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from portal.casework.contacts import policy
from portal.casework.contacts.enums import AnswerWay
from portal.casework.contacts.models import Contact
from portal.casework.contacts.service.rows import hold_unchanged, view_of
from portal.casework.contacts.shapes import AnswerLetter, ContactView
from portal.casework.letters.enums import LetterState
from portal.casework.letters.service import PAGE, wrong_posting_day
from portal.ground.audit.service import record
from portal.ground.errors import Conflict, Forbidden, Invalid, NotFound
from portal.ground.permissions import Actor
from portal.ground.vault.service import with_data_keys

_LETTERS = and_(Contact.replied_by == AnswerWay.LETTER, Contact.answered_at.is_not(None))
_READY = and_(_LETTERS, Contact.posted_on.is_(None))
_POSTED = and_(_LETTERS, Contact.posted_on.is_not(None))
_LISTS = {
    LetterState.READY: with_data_keys(
        select(Contact).where(_READY).order_by(Contact.answered_at, Contact.id).limit(PAGE),
        Contact.data_key_id.expression,
    ),
    LetterState.POSTED: with_data_keys(
        select(Contact).where(_POSTED).order_by(Contact.posted_on.desc(), Contact.id.desc()).limit(PAGE),
        Contact.data_key_id.expression,
    ),
}
_COUNTS = select(
    func.coalesce(func.sum(case((_READY, 1), else_=0)), 0), func.coalesce(func.sum(case((_POSTED, 1), else_=0)), 0)
).where(_LETTERS)


def letter_of(contact: ContactView) -> AnswerLetter:
    """The printed answer of a contact.

    :raises Conflict: ``contact_changed``: it is answered otherwise, or not yet.
    """
    if contact.replied_by is not AnswerWay.LETTER or contact.answered_at is None:
        raise Conflict("contact_changed")
    return AnswerLetter(
        id=contact.id,
        reference=contact.reference,
        state=LetterState.POSTED if contact.posted_on else LetterState.READY,
        department_id=contact.facts.department_id,
        medium=contact.facts.medium,
        occurred_on=contact.facts.occurred_on,
        name=contact.facts.name,
        where=contact.facts.where,
        text=contact.reply,
        answered_by=contact.answered_by,
        answered_at=contact.answered_at,
        posted_on=contact.posted_on,
        version=contact.version,
    )


def list_answer_letters(session: Session, actor: Actor, state: LetterState) -> list[AnswerLetter]:
    """The printed answers in a state: those to post from the oldest, those posted from the latest; 25 at most.

    One statement. There is none in the other states of letters.

    :raises Forbidden: the actor posts no letters.
    """
    _check(actor)
    if state not in _LISTS:
        return []
    return [letter_of(view_of(session, row.Contact)) for row in session.execute(_LISTS[state])]


def count_answer_letters(session: Session) -> dict[LetterState, int]:
    """How many printed answers are in each state. One statement."""
    ready, posted = session.execute(_COUNTS).one()
    return {LetterState.READY: ready, LetterState.POSTED: posted}


def get_answer_letter(session: Session, actor: Actor, contact_id: UUID) -> AnswerLetter:
    """One printed answer.

    :raises Forbidden: the actor posts no letters.
    :raises NotFound: no such letter.
    """
    _check(actor)
    return letter_of(view_of(session, _find(session, contact_id)))


def print_answer_letter(session: Session, actor: Actor, contact_id: UUID, *, journal: Session) -> AnswerLetter:
    """One printed answer, to be printed; that it was is in the journal of the person whose it is.

    :param journal: the session that writes the line.
    :raises Forbidden: the actor posts no letters.
    :raises NotFound: no such letter.
    """
    _check(actor)
    row = _find(session, contact_id)
    _note(journal, actor, row, "letter_printed")
    return letter_of(view_of(session, row))


def mark_letter_posted(session: Session, actor: Actor, contact_id: UUID, *, version: int, on: date) -> None:
    """Somebody posted the printed answer.

    :param on: the day, not in the future, and not before the answer was written.
    :raises NotFound: none, or none that this actor posts.
    :raises Invalid: ``date``.
    :raises Conflict: ``contact_changed``: it is posted already, the answer is no letter, or a colleague was faster.
    """
    row = _held(session, actor, contact_id, version)
    if row.posted_on is not None or row.answered_at is None:
        raise Conflict("contact_changed")
    wrong = wrong_posting_day(row.answered_at, on)
    if wrong:
        raise Invalid({"date": wrong})
    row.posted_on = on
    session.flush()
    _note(session, actor, row, "contact_answer_posted")


def undo_letter_posted(session: Session, actor: Actor, contact_id: UUID, *, version: int) -> None:
    """The printed answer was marked as posted by mistake.

    :raises NotFound: none, or none that this actor posts.
    :raises Conflict: ``contact_changed``: it is not marked as posted, or a colleague was faster.
    """
    row = _held(session, actor, contact_id, version)
    if row.posted_on is None:
        raise Conflict("contact_changed")
    row.posted_on = None
    session.flush()
    _note(session, actor, row, "contact_answer_unposted")


def _held(session: Session, actor: Actor, contact_id: UUID, version: int) -> Contact:
    row = hold_unchanged(session, contact_id, version, lambda held: policy.can_post(actor, held.department_id))
    if row.replied_by is not AnswerWay.LETTER:
        raise Conflict("contact_changed")
    return row


def _find(session: Session, contact_id: UUID) -> Contact:
    row = session.get(Contact, contact_id)
    if row is None or row.replied_by is not AnswerWay.LETTER:
        raise NotFound("letter_unknown")
    return row


def _check(actor: Actor) -> None:
    if not policy.can_post_for_all(actor):
        raise Forbidden("permission")


def _note(session: Session, actor: Actor, row: Contact, action: str) -> None:
    details = {"medium": row.medium.value, "contact": str(row.id)}
    record(session, actor, action, subject_id=row.person_id, details=details)
