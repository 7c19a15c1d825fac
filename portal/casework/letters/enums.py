"""Words of letters."""

from enum import StrEnum


class LetterState(StrEnum):
    """``ready → posted``, which may be undone; a posted letter may come back, and be posted again."""

    READY = "ready"
    POSTED = "posted"
    RETURNED = "returned"
    CANCELLED = "cancelled"
