"""Words of figures."""

from enum import StrEnum


class Outcome(StrEnum):
    """How a request ended."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Obtained(StrEnum):
    """The answers to « Avez-vous obtenu ce que vous vouliez ? »."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
