"""Keeping, linking and deleting documents."""

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.casework.documents.enums import Refusal
from portal.casework.documents.inspection.refused import Refused
from portal.casework.documents.models import Document, RequestDocument
from portal.casework.documents.policy import UNUSED_KEPT, keeper_of
from portal.casework.documents.service.reading import content_context, is_used, name_context, own_row, views_of
from portal.casework.documents.shapes import DocumentView, Received
from portal.casework.documents.storage import BlobStore
from portal.ground import clock
from portal.ground.db import new_id
from portal.ground.errors import Conflict
from portal.ground.permissions import Actor
from portal.ground.vault.service import create_data_key, destroy_data_key, fingerprint, seal

MAX_DOCUMENTS = 100


def keep(
    session: Session,
    store: BlobStore,
    actor: Actor,
    received: Received,
    *,
    concept: str,
    unused_for: timedelta = UNUSED_KEPT,
) -> DocumentView:
    """Seal a received file and keep it in the resident's wallet; the same file again is the document already kept.

    The content is written before the row: when the transaction does not end well, the sweep removes it.

    :param concept: what it proves, an id of the dictionary.
    :param unused_for: how long it is kept when no request is sent with it.
    :raises Refused: ``INFECTED``, when this very file was refused before.
    :raises Conflict: ``wallet_full``.
    :raises StorageFull: the content could not be written.
    :raises Forbidden: neither a resident nor an agent who fills somebody's draft.
    """
    owner_id = keeper_of(actor)
    key = fingerprint(received.examined.received, sector=f"document:{owner_id}")
    row = _already(session, owner_id, concept, key)
    if row is None:
        row = _write(
            session,
            store,
            _new_row(session, received, owner_id, concept=concept, key=key, unused_for=unused_for),
            received,
        )
    if row.refusal is not None:
        raise Refused(Refusal(row.refusal))
    return views_of(session, [row])[0]


def _already(session: Session, owner_id: UUID, concept: str, key: str) -> Document | None:
    query = select(Document).where(
        Document.owner_id == owner_id, Document.concept == concept, Document.received_key == key
    )
    return session.scalars(query).one_or_none()


def _new_row(
    session: Session, received: Received, owner_id: UUID, *, concept: str, key: str, unused_for: timedelta
) -> Document:
    count = session.scalar(select(func.count()).select_from(Document).where(Document.owner_id == owner_id)) or 0
    if count >= MAX_DOCUMENTS:
        raise Conflict("wallet_full")
    document_id, key_id, content = new_id(), create_data_key(session), received.examined.content
    return Document(
        id=document_id,
        owner_id=owner_id,
        concept=concept,
        kind=received.examined.kind,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        received_key=key,
        state=received.state,
        data_key_id=key_id,
        sealed_name=seal(session, key_id, received.examined.name.encode(), context=name_context(document_id)),
        created_at=clock.now(),
        scanned_at=received.scanned_at,
        keep_until=clock.today() + unused_for,
    )


def _write(session: Session, store: BlobStore, row: Document, received: Received) -> Document:
    sealed = seal(session, row.data_key_id, received.examined.content, context=content_context(row.id))
    store.write(row.id, sealed)
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:  # the same file was kept at the same moment by another window
        store.remove(row.id)
        existing = _already(session, row.owner_id, row.concept, row.received_key)
        if existing is None:
            raise
        return existing
    return row


def link_documents(session: Session, request_id: UUID, owner_id: UUID, ids: Iterable[UUID], *, days: int) -> None:
    """Note what a request is sent with, and keep it as long as the request: ``days`` from today at least."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return
    until = clock.today() + timedelta(days=days)
    query = select(Document).where(Document.owner_id == owner_id, Document.id.in_(wanted)).with_for_update()
    rows = {row.id: row for row in session.scalars(query)}
    for document_id in wanted:
        row = rows[document_id]
        row.keep_until = max(row.keep_until, until)
        session.add(RequestDocument(request_id=request_id, document_id=document_id, linked_at=clock.now()))
        session.flush()


def hand_over(session: Session, owner_id: UUID, new_owner_id: UUID) -> None:
    """All the documents of a person become another's: who sent them without an account has one now."""
    session.execute(update(Document).where(Document.owner_id == owner_id).values(owner_id=new_owner_id))
    session.flush()


def delete_document(session: Session, actor: Actor, document_id: UUID) -> None:
    """Erase a document: its key is destroyed with its row, and the sweep removes what is left on disk.

    :raises NotFound: none, or somebody else's.
    :raises Conflict: ``document_used``: a request was sent with it.
    """
    row = own_row(session, actor, document_id)
    if is_used(session, row.id):
        raise Conflict("document_used")
    erase(session, row)


def erase(session: Session, row: Document) -> None:
    """Destroy the key and remove the row; the content cannot be read from here on."""
    session.delete(row)
    session.flush()
    destroy_data_key(session, row.data_key_id)
