"""The door of the journal. Everything flushes and nothing commits."""

from portal.ground.audit.service.reading import (
    AuditView,
    Place,
    count_acts,
    count_acts_of,
    list_about,
    list_acts,
    list_entries,
    subjects_of,
)
from portal.ground.audit.service.sealing import Batch, KeptSeal, last_seal, seal_batch
from portal.ground.audit.service.searching import SearchView, list_searches, open_search, purge_searches, read_search
from portal.ground.audit.service.verifying import Fault, Finding, Report, verify
from portal.ground.audit.service.writing import record, record_each

__all__ = [
    "AuditView",
    "Batch",
    "Fault",
    "Finding",
    "KeptSeal",
    "Place",
    "Report",
    "SearchView",
    "count_acts",
    "count_acts_of",
    "last_seal",
    "list_about",
    "list_acts",
    "list_entries",
    "list_searches",
    "open_search",
    "purge_searches",
    "read_search",
    "record",
    "record_each",
    "seal_batch",
    "subjects_of",
    "verify",
]
