"""Notes between agents on a request: sealed with it, never on a page of the person; changed for ten minutes at most.

They are part of the file all the same: once the decision is made, the person may ask for them (CRPA L311-1, L311-2).
"""

from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.casework.requests import policy
from portal.casework.requests.models import InternalNote, ServiceRequest
from portal.casework.requests.service.access import find_readable
from portal.casework.requests.service.sealed import note_words, seal_note
from portal.casework.requests.service.standing.messages import clean_words, scoped_key
from portal.casework.requests.shapes import NoteView
from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.db import new_id
from portal.ground.errors import Conflict, Forbidden, NotFound
from portal.ground.permissions import Actor, Permission


def write_note(session: Session, actor: Actor, reference: str, text: str, *, idempotency_key: str) -> UUID:
    """Add a note; the same key again gives the same note.

    :raises Invalid: ``text``, empty or too long.
    :raises Forbidden: may read but not write.
    :raises NotFound: no request of theirs.
    """
    request = _writable(session, actor, reference)
    key = scoped_key(actor, idempotency_key)
    query = select(InternalNote.id).where(InternalNote.request_id == request.id, InternalNote.idempotency_key == key)
    known = session.scalar(query)
    if known is not None:
        return known
    words = clean_words("text", text, empty=_("Écrivez votre note."))
    note_id = new_id()
    session.add(
        InternalNote(
            id=note_id,
            request_id=request.id,
            author_id=actor.id,
            idempotency_key=key,
            sealed=seal_note(session, note_id, request.data_key_id, words),
            written_at=clock.now(),
        )
    )
    record(session, actor, "note_written", subject_id=request.person_id, request_id=request.id)
    return note_id


def edit_note(session: Session, actor: Actor, reference: str, note_id: UUID, text: str) -> None:
    """Change one's own note, within ten minutes of writing it.

    :raises Invalid: ``text``, empty or too long.
    :raises Conflict: ``note_fixed``: it is too late, or it is somebody else's.
    :raises NotFound: no request of theirs, or no such note on it.
    """
    request = _writable(session, actor, reference)
    row = _find(session, request, note_id)
    if not policy.can_edit_note(actor, row.author_id, row.written_at, clock.now()):
        raise Conflict("note_fixed")
    words = clean_words("text", text, empty=_("Écrivez votre note."))
    row.sealed = seal_note(session, row.id, request.data_key_id, words)
    row.edited_at = clock.now()
    record(session, actor, "note_edited", subject_id=request.person_id, request_id=request.id)


def get_note(session: Session, actor: Actor, reference: str, note_id: UUID) -> NoteView:
    """One note.

    :raises NotFound: no request of theirs, or no such note on it.
    """
    request = find_readable(session, actor, reference)
    if not actor.is_agent:
        raise NotFound("note_unknown")
    return _view(session, actor, request, _find(session, request, note_id))


def notes_of(session: Session, actor: Actor, request: ServiceRequest) -> tuple[NoteView, ...]:
    """The notes of a request, the oldest first: for agents alone. One statement."""
    if not actor.is_agent or actor.assisted is not None:
        return ()
    query = select(InternalNote).where(InternalNote.request_id == request.id)
    rows = session.scalars(query.order_by(InternalNote.written_at, InternalNote.id))
    return tuple(_view(session, actor, request, row) for row in rows)


def _view(session: Session, actor: Actor, request: ServiceRequest, row: InternalNote) -> NoteView:
    return NoteView(
        id=row.id,
        author_id=row.author_id,
        text=note_words(session, request, row),
        written_at=row.written_at,
        edited_at=row.edited_at,
        may_edit=policy.can_edit_note(actor, row.author_id, row.written_at, clock.now()),
    )


def _writable(session: Session, actor: Actor, reference: str) -> ServiceRequest:
    request = find_readable(session, actor, reference, lock=True)
    if not actor.is_agent or not actor.can(Permission.REQUESTS_MESSAGE):
        raise Forbidden("act_not_allowed")
    return request


def _find(session: Session, request: ServiceRequest, note_id: UUID) -> InternalNote:
    query = select(InternalNote).where(InternalNote.id == note_id, InternalNote.request_id == request.id)
    row = session.scalars(query).one_or_none()
    if row is None:
        raise NotFound("note_unknown")
    return row
