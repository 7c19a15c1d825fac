"""Closed lists of the room."""

from enum import StrEnum


class Outcome(StrEnum):
    """What became of the question. Not found is an answer; unavailable is the want of one."""

    ASKING = "asking"
    IDENTITY_REFUSED = "identity_refused"
    KNOWN = "known"
    NOT_FOUND = "not_found"
    NOT_ASKED = "not_asked"
    UNAVAILABLE = "unavailable"


class Ending(StrEnum):
    """Why a consent holds no more."""

    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
