"""Closed lists of the room."""

from enum import StrEnum


class EventStatus(StrEnum):
    """Whether the event still stands."""

    OPEN = "open"
    CANCELLED = "cancelled"


class Choice(StrEnum):
    """What the person decided for one organisation; no row means that they have not yet."""

    AGREED = "agreed"
    DECLINED = "declined"


class Stage(StrEnum):
    """How far one organisation is, in the order of the page. Prepared, sent and taken into account stay apart."""

    TO_CONFIRM = "to_confirm"
    BLOCKED = "blocked"
    CLOSED = "closed"
    DECLINED = "declined"
    PREPARED = "prepared"
    STUCK = "stuck"
    OTHER_WAY = "other_way"
    NOT_SENT = "not_sent"
    SENT = "sent"
    RECEIVED = "received"
    QUESTION = "question"
    TAKEN = "taken"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Knowledge(StrEnum):
    """What an organisation knows of the facts, as far as we can tell."""

    NOTHING = "nothing"
    FORMER = "former"
    CURRENT = "current"
