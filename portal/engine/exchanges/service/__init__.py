"""The door of the exchanges' own tables. Everything flushes and nothing commits."""

from portal.engine.exchanges.enums import Source, UpdateOutcome
from portal.engine.exchanges.service.jobs import (
    JobView,
    TakenJob,
    finish_job,
    has_due_job,
    list_jobs,
    register_jobs,
    take_due_job,
)
from portal.engine.exchanges.service.updates import (
    apply_orphans,
    in_lock_order,
    keep_poll_position,
    poll_position,
    purge_receipts,
    record_update,
)

__all__ = [
    "JobView",
    "Source",
    "TakenJob",
    "UpdateOutcome",
    "apply_orphans",
    "finish_job",
    "has_due_job",
    "in_lock_order",
    "keep_poll_position",
    "list_jobs",
    "poll_position",
    "purge_receipts",
    "record_update",
    "register_jobs",
    "take_due_job",
]
