"""Reading documents: a constant number of statements, whatever their number."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal.casework.documents.kinds import MEDIA_TYPES
from portal.casework.documents.models import Document, RequestDocument
from portal.casework.documents.policy import owner_of
from portal.casework.documents.shapes import DocumentView, OpenedDocument
from portal.casework.documents.storage import BlobStore
from portal.ground.errors import Conflict, NotFound
from portal.ground.permissions import Actor
from portal.ground.vault.service import hold_data_keys, unseal

LIST_LIMIT = 200


def list_documents(session: Session, actor: Actor) -> list[DocumentView]:
    """The documents of a resident, the newest first, 200 at most. Three statements.

    :raises Forbidden: not a resident.
    """
    query = select(Document).where(Document.owner_id == owner_of(actor))
    rows = session.scalars(query.order_by(Document.created_at.desc(), Document.id.desc()).limit(LIST_LIMIT)).all()
    return views_of(session, rows, used=_used_among(session, rows))


def documents_by_id(session: Session, owner_id: UUID, ids: Collection[UUID]) -> dict[UUID, DocumentView]:
    """Those of these documents that this person has; what is missing, or somebody else's, is left out."""
    if not ids:
        return {}
    query = select(Document).where(Document.owner_id == owner_id, Document.id.in_(ids))
    return {view.id: view for view in views_of(session, session.scalars(query).all())}


def get_document(session: Session, actor: Actor, document_id: UUID) -> DocumentView:
    """One document of a resident.

    :raises NotFound: none, or somebody else's.
    """
    row = own_row(session, actor, document_id)
    return views_of(session, [row], used=_used_among(session, [row]))[0]


def own_row(session: Session, actor: Actor, document_id: UUID) -> Document:
    """:raises NotFound: none, or somebody else's."""
    query = select(Document).where(Document.id == document_id, Document.owner_id == owner_of(actor))
    row = session.scalars(query).one_or_none()
    if row is None:
        raise NotFound("document_unknown")
    return row


def linked_documents(session: Session, request_id: UUID) -> list[DocumentView]:
    """The documents that a request was sent with, for whoever was allowed to read the request."""
    query = (
        select(Document)
        .join(RequestDocument, RequestDocument.document_id == Document.id)
        .where(RequestDocument.request_id == request_id)
        .order_by(RequestDocument.linked_at, RequestDocument.id)
    )
    rows = session.scalars(query).all()
    return views_of(session, rows, used={row.id for row in rows})


def get_linked_document(session: Session, request_id: UUID, document_id: UUID) -> DocumentView:
    """One of them.

    :raises NotFound: this request was not sent with it.
    """
    found = next((one for one in linked_documents(session, request_id) if one.id == document_id), None)
    if found is None:
        raise NotFound("document_unknown")
    return found


def open_document(session: Session, store: BlobStore, view: DocumentView) -> OpenedDocument:
    """The content of a document that the caller was given by this room.

    :raises Conflict: ``document_not_clean``: it waits for the antivirus, or was refused.
    :raises ContentMissing: its file is not there.
    :raises VaultError: its content was altered or erased.
    """
    row = session.get(Document, view.id)
    if row is None:
        raise NotFound("document_unknown")
    if not view.is_clean:
        raise Conflict("document_not_clean", theirs=view)
    content = unseal(session, row.data_key_id, store.read(row.id), context=content_context(row.id))
    return OpenedDocument(view, content, MEDIA_TYPES[row.kind])


def content_context(document_id: UUID) -> str:
    """The place that a sealed content is bound to."""
    return f"document:{document_id}"


def name_context(document_id: UUID) -> str:
    """The place that a sealed name is bound to."""
    return f"document:{document_id}:name"


def _used_among(session: Session, rows: Sequence[Document]) -> set[UUID]:
    if not rows:
        return set()
    ids = [row.id for row in rows]
    return set(session.scalars(select(RequestDocument.document_id).where(RequestDocument.document_id.in_(ids))))


def is_used(session: Session, document_id: UUID) -> bool:
    """Whether a request was sent with it."""
    return bool(session.scalar(select(exists().where(RequestDocument.document_id == document_id))))


def views_of(session: Session, rows: Sequence[Document], *, used: Collection[UUID] = ()) -> list[DocumentView]:
    """Rows as values, their names opened; every key is read in one statement."""
    with hold_data_keys(session, {row.data_key_id for row in rows}):
        return [_view(session, row, used=row.id in used) for row in rows]


def _view(session: Session, row: Document, *, used: bool) -> DocumentView:
    return DocumentView(
        id=row.id,
        owner_id=row.owner_id,
        concept=row.concept,
        name=unseal(session, row.data_key_id, row.sealed_name, context=name_context(row.id)).decode(),
        kind=row.kind,
        size=row.size,
        sha256=row.sha256,
        state=row.state,
        refusal=row.refusal,
        created_at=row.created_at,
        scanned_at=row.scanned_at,
        keep_until=row.keep_until,
        used=used,
    )
