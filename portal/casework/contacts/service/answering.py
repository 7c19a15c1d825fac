"""Answering a contact on the channel that the person prefers, or making it a request."""

from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.casework.contacts import policy
from portal.casework.contacts.enums import AnswerWay, ContactState
from portal.casework.contacts.models import Contact
from portal.casework.contacts.service.mailing import order_reply
from portal.casework.contacts.service.rows import seal_reply, unchanged_contact, view_of
from portal.casework.contacts.shapes import ContactView
from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.dictionary.service import clean_block
from portal.ground.errors import Conflict, Invalid
from portal.ground.permissions import Actor


def answer_contact(
    session: Session, actor: Actor, contact_id: UUID, *, version: int, way: str, text: str
) -> ContactView:
    """Keep the answer, and have it leave: by e-mail or text message at once, by a letter to be printed and posted.

    :param way: a code of :class:`AnswerWay`; ``phone``: what was said is noted.
    :raises NotFound: none, or another department's.
    :raises Invalid: ``reponse`` or ``texte``, in French.
    :raises Conflict: ``contact_changed``: a colleague was faster.
    """
    row = unchanged_contact(session, actor, contact_id, version)
    if row.state is not ContactState.TO_ANSWER:
        raise Conflict("contact_changed")
    by, words = _checked(view_of(session, row), way, text)
    row.sealed_reply = seal_reply(session, row, words)
    row.state, row.replied_by = ContactState.ANSWERED, by
    row.answered_at, row.answered_by = clock.now(), actor.id
    session.flush()
    order_reply(session, row)
    _note(session, actor, row, "contact_answered", way=by.value)
    return view_of(session, row)


def _checked(contact: ContactView, way: str, text: str) -> tuple[AnswerWay, str]:
    errors = {}
    by = next((one for one in AnswerWay if one.value == way and one is not AnswerWay.NONE), None)
    words = clean_block(text)
    if by is None:
        errors["reponse"] = _("Choisissez comment répondre à la personne.")
    elif by is AnswerWay.SPACE and contact.person_id is None:
        errors["reponse"] = _("Cet échange n’est rattaché à personne : choisissez une autre façon de répondre.")
    elif by is not AnswerWay.SPACE and by is not contact.facts.answer_by:
        errors["reponse"] = _(
            "La personne n’a pas dit où recevoir cette réponse : choisissez la façon qu’elle a demandée."
        )
    if not words:
        errors["texte"] = _("Écrivez la réponse.")
    elif by is not None and len(words) > policy.longest(by):
        errors["texte"] = _("Écrivez %(limit)s caractères au plus.", limit=policy.longest(by))
    if errors or by is None:
        raise Invalid(errors)
    return by, words


def mark_entered(session: Session, actor: Actor, contact_id: UUID) -> None:
    """The contact is typed in as a request: its answer is that of the request.

    :raises NotFound: none, or another department's.
    :raises Conflict: ``contact_changed``: it is answered already.
    """
    row = unchanged_contact(session, actor, contact_id, _current(session, contact_id))
    if row.state not in {ContactState.TO_ANSWER, ContactState.SETTLED}:
        raise Conflict("contact_changed")
    row.state = ContactState.ENTERED
    session.flush()
    _note(session, actor, row, "contact_entered")


def _current(session: Session, contact_id: UUID) -> int:
    found = session.get(Contact, contact_id)
    return found.version if found else 0


def _note(session: Session, actor: Actor, row: Contact, action: str, **details: str) -> None:
    about = {"medium": row.medium.value, "contact": str(row.id), **details}
    record(session, actor, action, subject_id=row.person_id, details=about)
