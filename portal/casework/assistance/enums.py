"""Words of assistance."""

from enum import StrEnum


class Proof(StrEnum):
    """How the person agreed that an agent open their draft; ``PAPER``: they sent or said it, and have no draft.

    ``MANDATE``: under a mandate that they gave before, which has a proof of its own.
    """

    PRESENT = "present"
    PHONE = "phone"
    PAPER = "paper"
    MANDATE = "mandate"


class Closing(StrEnum):
    """Why an assistance is over. ``MANDATE``: what it was opened under holds no more."""

    AGENT = "agent"
    REPLACED = "replaced"
    REVOKED = "revoked"
    SENT = "sent"
    IDLE = "idle"
    MANDATE = "mandate"


class AnswerBy(StrEnum):
    """How a person without an account wants to be answered."""

    MAIL = "mail"
    EMAIL = "email"
    PHONE = "phone"
