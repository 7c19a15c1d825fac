"""Words of the room."""

from enum import StrEnum


class WordingKind(StrEnum):
    """What a text is for."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CLOSED = "closed"
    INFORMATION = "information"
    MESSAGE = "message"
    LETTER = "letter"
