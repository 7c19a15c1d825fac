"""Words of contacts."""

from enum import StrEnum


class Medium(StrEnum):
    """How somebody got in touch."""

    CALL = "call"
    VISIT = "visit"
    LETTER = "letter"
    EMAIL = "email"


class AnswerWay(StrEnum):
    """How somebody wants to be answered; ``NONE``: they were answered at once, or want nothing."""

    SPACE = "space"
    EMAIL = "email"
    SMS = "sms"
    LETTER = "letter"
    PHONE = "phone"
    NONE = "none"


class ContactState(StrEnum):
    """``to_answer → answered``, or made a request; ``settled`` from the start when no answer is needed."""

    TO_ANSWER = "to_answer"
    ANSWERED = "answered"
    SETTLED = "settled"
    ENTERED = "entered"
