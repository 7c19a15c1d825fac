"""Words of requests."""

from enum import StrEnum


class RequestStatus(StrEnum):
    """The standard workflow: submitted → in progress ⇄ waiting for the resident → one of four ends."""

    SUBMITTED = "submitted"
    IN_PROGRESS = "in_progress"
    WAITING_FOR_RESIDENT = "waiting_for_resident"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Channel(StrEnum):
    """How a request came in."""

    WEB = "web"
    COUNTER = "counter"
    PHONE = "phone"
    MAIL = "mail"
    EMAIL = "email"
    API = "api"


class ApplyOutcome(StrEnum):
    """What became of a status that somebody reported."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


class MessageKind(StrEnum):
    """Why a message was written."""

    MESSAGE = "message"
    INFORMATION_REQUEST = "information_request"
    DECISION = "decision"
    PARTNER_NOTE = "partner_note"
    DELIVERY_NOTE = "delivery_note"
    TRANSFER = "transfer"


class Closing(StrEnum):
    """What a person did of a sending that failed for good."""

    OTHER_WAY = "other_way"
    NOT_SENT = "not_sent"


class Act(StrEnum):
    """What an actor may do with a request."""

    READ = "read"
    MESSAGE = "message"
    AMEND = "amend"
    WITHDRAW = "withdraw"
    ASSIGN = "assign"
    REQUEST_INFORMATION = "request_information"
    DECIDE = "decide"
    MOVE = "move"
