"""The door of the room. What touches the database flushes and never commits; somebody else's document looks like none.

Taking a file goes in two moments, so that no lock of the database is held while a file is examined: :func:`receive`
without the database, then :func:`keep`.
"""

from portal.casework.documents.inspection.refused import Refused
from portal.casework.documents.service.keeping import delete_document, hand_over, keep, link_documents
from portal.casework.documents.service.reading import (
    documents_by_id,
    get_document,
    get_linked_document,
    linked_documents,
    list_documents,
    open_document,
)
from portal.casework.documents.service.receiving import receive, scanner_of, store_of
from portal.casework.documents.service.upkeep import forget_unused, scan_pending, sweep_orphans
from portal.casework.documents.shapes import DocumentView, OpenedDocument, Received
from portal.casework.documents.storage import StorageFull

__all__ = [
    "DocumentView",
    "OpenedDocument",
    "Received",
    "Refused",
    "StorageFull",
    "delete_document",
    "documents_by_id",
    "forget_unused",
    "get_document",
    "get_linked_document",
    "hand_over",
    "keep",
    "link_documents",
    "linked_documents",
    "list_documents",
    "open_document",
    "receive",
    "scan_pending",
    "scanner_of",
    "store_of",
    "sweep_orphans",
]
