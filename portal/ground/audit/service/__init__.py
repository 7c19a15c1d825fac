"""The door of the journal. Everything flushes and nothing commits."""

from portal.ground.audit.service.reading import AuditView, Place, count_acts, list_about, list_acts, list_entries
from portal.ground.audit.service.sealing import Batch, KeptSeal, last_seal, seal_batch
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
    "count_acts",
    "last_seal",
    "list_about",
    "list_acts",
    "list_entries",
    "record",
    "record_each",
    "seal_batch",
    "verify",
]
