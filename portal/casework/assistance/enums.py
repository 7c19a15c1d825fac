"""Words of assistance."""

from enum import StrEnum


class Proof(StrEnum):
    """How the person agreed that an agent open their draft; ``PAPER``: they sent or said it, and have no draft."""

    PRESENT = "present"
    PHONE = "phone"
    PAPER = "paper"


class Closing(StrEnum):
    """Why an assistance is over."""

    AGENT = "agent"
    REPLACED = "replaced"
    REVOKED = "revoked"
    SENT = "sent"
    IDLE = "idle"


class AnswerBy(StrEnum):
    """How a person without an account wants to be answered."""

    MAIL = "mail"
    EMAIL = "email"
    PHONE = "phone"
