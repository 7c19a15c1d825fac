"""Joining a contact to a person, with its proof; and leaving it, when the file was the wrong person's."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.contacts.models import Contact
from portal.casework.contacts.service.rows import unchanged_contact
from portal.casework.openings.service import OpeningView
from portal.ground.audit.service import record
from portal.ground.errors import Conflict, Forbidden
from portal.ground.permissions import Actor


def join_contact(session: Session, actor: Actor, contact_id: UUID, opened: OpeningView, *, version: int) -> None:
    """The contact is this person's, whose file is open and whose identity was checked.

    :raises NotFound: none, or another department's.
    :raises Forbidden: ``proof_needed``: nobody checked who the person is.
    :raises Conflict: ``contact_changed``; it is somebody's already: left first, with a line for them, if at all.
    """
    if opened.identity_check is None or opened.ended is not None:
        raise Forbidden("proof_needed")
    row = unchanged_contact(session, actor, contact_id, version)
    if row.person_id is not None:
        raise Conflict("contact_changed")
    row.person_id, row.proof, row.opening_id = opened.person_id, opened.identity_check, opened.id
    session.flush()
    details = {"medium": row.medium.value, "contact": str(row.id), "check": row.proof.value}
    record(session, actor, "contact_joined", subject_id=row.person_id, details=details)


def detach_opening(session: Session, actor: Actor, opening_id: UUID) -> int:
    """The file was the wrong person's: what was noted or joined there is nobody's again; return how many.

    What was already answered stays: the answer has left.
    """
    mine = (Contact.opening_id == opening_id, Contact.person_id.is_not(None), Contact.answered_at.is_(None))
    rows = session.scalars(select(Contact).where(*mine).with_for_update()).all()
    for row in rows:
        details = {"medium": row.medium.value, "contact": str(row.id)}
        record(session, actor, "contact_detached", subject_id=row.person_id, details=details)
        row.person_id, row.proof, row.opening_id = None, None, None
        row.version += 1
    session.flush()
    return len(rows)
