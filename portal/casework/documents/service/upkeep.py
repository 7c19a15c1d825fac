"""What the worker does regularly: scan what waits, remove what nobody owns, forget what nobody used.

These open their own units: no lock of the database is held while a file is scanned.
"""

import time
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal.casework.documents.enums import DocumentState, Refusal
from portal.casework.documents.inspection.refused import Refused
from portal.casework.documents.models import Document, RequestDocument
from portal.casework.documents.scanner import Scanner
from portal.casework.documents.service.keeping import erase
from portal.casework.documents.service.reading import content_context
from portal.casework.documents.service.receiving import verdict_on
from portal.casework.documents.storage import BlobStore, ContentMissing
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.logs import get_logger
from portal.ground.vault.service import VaultError, unseal

log = get_logger("documents")
AT_ONCE = 500
# Shorter than the lease of the job, whatever the scanner does.
SCANNING_SECONDS = 300
ORPHAN_SECONDS = 3_600


def scan_pending(database: Database, store: BlobStore, scanner: Scanner | None) -> int:
    """Scan the documents that wait, the oldest first; how many no longer do. Stops at the first scan without answer.

    Without an antivirus nothing is done: what waits was promised a scan.
    """
    if scanner is None:
        return 0
    settled, end = 0, time.monotonic() + SCANNING_SECONDS
    for document_id in _waiting(database):
        verdict = _scan(database, store, scanner, document_id) if time.monotonic() < end else None
        if verdict is None:
            break
        _settle(database, store, document_id, *verdict)
        settled += 1
    return settled


def _waiting(database: Database) -> list[UUID]:
    query = select(Document.id).where(Document.state == DocumentState.PENDING)
    with database.reading() as session:
        return list(session.scalars(query.order_by(Document.created_at, Document.id).limit(AT_ONCE)))


def _scan(
    database: Database, store: BlobStore, scanner: Scanner, document_id: UUID
) -> tuple[DocumentState, Refusal | None, datetime | None] | None:
    """The verdict; None when the scanner gave none."""
    try:
        with database.reading() as session:
            row = session.get_one(Document, document_id)
            content = unseal(session, row.data_key_id, store.read(row.id), context=content_context(row.id))
        state, scanned_at = verdict_on(content, scanner)
    except Refused as refused:
        return DocumentState.REFUSED, refused.code, clock.now()
    except (ContentMissing, VaultError) as error:
        log.warning("document_unreadable", document_id=str(document_id), code=error.code)
        return DocumentState.REFUSED, Refusal.UNREADABLE, None
    return None if state is DocumentState.PENDING else (state, None, scanned_at)


def _settle(
    database: Database,
    store: BlobStore,
    document_id: UUID,
    state: DocumentState,
    refusal: Refusal | None,
    scanned_at: datetime | None,
) -> None:
    with database.writing() as session:
        row = session.get(Document, document_id)
        if row is None or row.state is not DocumentState.PENDING:
            return
        row.state, row.refusal, row.scanned_at = state, refusal, scanned_at
    if refusal is Refusal.INFECTED:
        store.remove(document_id)


def sweep_orphans(database: Database, store: BlobStore) -> int:
    """Remove contents older than an hour that no document owns; how many."""
    removed = 0
    for blob_id, path in list(store.older_than(time.time() - ORPHAN_SECONDS)):
        with database.reading() as session:
            owned = blob_id is not None and session.get(Document, blob_id) is not None
        if not owned:
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def forget_unused(session: Session) -> int:
    """Erase documents kept until yesterday that no request was sent with; how many."""
    used = exists().where(RequestDocument.document_id == Document.id)
    rows = session.scalars(select(Document).where(Document.keep_until < clock.today(), ~used).limit(AT_ONCE)).all()
    for row in rows:
        erase(session, row)
    return len(rows)
