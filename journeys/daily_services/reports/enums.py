"""Words of street reports."""

from enum import StrEnum


class ReportState(StrEnum):
    """Where a report stands, read from the request behind it."""

    RECEIVED = "received"
    TAKEN = "taken"
    REPAIRED = "repaired"
    CLOSED = "closed"


class ClosingReason(StrEnum):
    """Why a report ends without a repair."""

    NOT_OURS = "not_ours"
    NOT_FOUND = "not_found"
    KNOWN = "known"
    LATER = "later"
    NO_WORK = "no_work"
