"""Words of openings."""

from enum import StrEnum


class Reason(StrEnum):
    """Why an agent looks for a person; ``OTHER`` is said in words."""

    FOLLOW = "follow"
    HELP = "help"
    CONTACT = "contact"
    MISTAKE = "mistake"
    OTHER = "other"


class Outcome(StrEnum):
    """What a search gave."""

    FOUND = "found"
    NOBODY = "nobody"
    TOO_MANY = "too_many"


class Sought(StrEnum):
    """What was typed in the one box."""

    NAME = "name"
    REFERENCE = "reference"
    EMAIL = "email"
    PHONE = "phone"


class OpeningEnd(StrEnum):
    """Why a file is closed."""

    AGENT = "agent"
    REPLACED = "replaced"
    PRINTED = "printed"
    WRONG = "wrong"
    IDLE = "idle"


class IdentityCheck(StrEnum):
    """How the agent made sure that the person is the one of the file."""

    DOCUMENT = "document"
    CALL_BACK = "call_back"
    REFERENCE = "reference"
