"""Rows of the room, for the room's own use: found within the agent's departments, sealed, opened."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.contacts import policy
from portal.casework.contacts.enums import ContactState
from portal.casework.contacts.models import Contact
from portal.casework.contacts.shapes import ContactFacts, ContactView
from portal.ground import clock
from portal.ground.errors import Conflict, NotFound
from portal.ground.permissions import Actor
from portal.ground.vault.service import seal_json, unseal_json


def own_contact(session: Session, actor: Actor, contact_id: UUID, *, lock: bool = False) -> Contact:
    """A contact of this agent's departments.

    :raises NotFound: none, or another department's.
    """
    return _find(session, contact_id, lambda row: policy.can_keep(actor, row.department_id), lock=lock)


def unchanged_contact(session: Session, actor: Actor, contact_id: UUID, version: int) -> Contact:
    """A contact of this agent's departments, held until the end of the unit, as the agent saw it.

    :raises NotFound: none, or another department's.
    :raises Conflict: ``contact_changed``: a colleague was faster.
    """
    return hold_unchanged(session, contact_id, version, lambda row: policy.can_keep(actor, row.department_id))


def hold_unchanged(session: Session, contact_id: UUID, version: int, may: Callable[[Contact], bool]) -> Contact:
    """A contact held until the end of the unit, as it was seen, when whoever asks ``may``.

    :raises NotFound: none, or not theirs.
    :raises Conflict: ``contact_changed``: a colleague was faster.
    """
    row = _find(session, contact_id, may, lock=True)
    if row.version != version:
        raise Conflict("contact_changed")
    row.version += 1
    return row


def _find(session: Session, contact_id: UUID, may: Callable[[Contact], bool], *, lock: bool) -> Contact:
    query = select(Contact).where(Contact.id == contact_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.scalars(query).one_or_none()
    if row is None or not may(row):
        raise NotFound("contact_unknown")
    return row


def seal_facts(session: Session, row: Contact, facts: ContactFacts) -> bytes:
    """What was said and by whom, sealed for this row."""
    content = {"words": facts.words, "name": facts.name, "where": facts.where}
    return seal_json(session, row.data_key_id, content, context=_context(row.id, "facts"))


def seal_reply(session: Session, row: Contact, text: str) -> bytes:
    """An answer, sealed for this row."""
    return seal_json(session, row.data_key_id, {"text": text}, context=_context(row.id, "reply"))


def view_of(session: Session, row: Contact) -> ContactView:
    """A contact as the room gives it."""
    kept = _opened(session, row, row.sealed, "facts")
    facts = ContactFacts(
        department_id=row.department_id,
        medium=row.medium,
        occurred_on=row.occurred_on,
        theme=row.theme,
        words=kept["words"],
        answer_by=row.answer_by,
        name=kept["name"],
        where=kept["where"],
    )
    return ContactView(
        id=row.id,
        reference=row.reference,
        facts=facts,
        state=row.state,
        due_on=row.due_on,
        late=row.state is ContactState.TO_ANSWER and row.due_on < clock.today(),
        person_id=row.person_id,
        proof=row.proof,
        holder_id=row.holder_id,
        scans=tuple(UUID(one) for one in row.scans),
        logged_by=row.logged_by,
        logged_at=row.logged_at,
        answered_by=row.answered_by,
        answered_at=row.answered_at,
        replied_by=row.replied_by,
        reply=_opened(session, row, row.sealed_reply, "reply")["text"] if row.sealed_reply else "",
        posted_on=row.posted_on,
        version=row.version,
    )


def _opened(session: Session, row: Contact, sealed: bytes, what: str) -> dict[str, Any]:
    return dict(unseal_json(session, row.data_key_id, sealed, context=_context(row.id, what)))


def _context(contact_id: UUID, what: str) -> str:
    return f"contact:{contact_id}:{what}"
