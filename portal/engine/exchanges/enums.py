"""Words of the exchanges."""

from enum import StrEnum


class Ending(StrEnum):
    """How one try to deliver ended."""

    DELIVERED = "delivered"
    RETRYING = "retrying"
    DEAD = "dead"
    HELD = "held"
    UNNEEDED = "unneeded"
    LOST = "lost"


class UpdateOutcome(StrEnum):
    """What became of one status reported by a partner."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    REFUSED = "refused"
    ORPHAN = "orphan"
    IGNORED = "ignored"


class Source(StrEnum):
    """How a status came to us."""

    WEBHOOK = "webhook"
    POLL = "poll"
