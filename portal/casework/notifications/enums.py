"""What a resident is told of, by which channel, and how far it got."""

from enum import StrEnum


class NotificationEvent(StrEnum):
    """Each has its own templates, ``templates/notifications/<value>.txt`` and ``.html``, and its text message.

    Those of appointments share one, ``appointment``, which says a sentence of each: :mod:`..appointments`.
    """

    REQUEST_SUBMITTED = "request_submitted"
    PARTNER_RECEIVED = "partner_received"
    DELIVERY_DEAD = "delivery_dead"
    WAITING_FOR_RESIDENT = "waiting_for_resident"
    DECIDED = "decided"
    MESSAGE_POSTED = "message_posted"
    REQUEST_WITHDRAWN = "request_withdrawn"
    IMPLICIT_DECISION = "implicit_decision"
    DRAFT_ENDING = "draft_ending"
    SPACE_ENDING = "space_ending"
    ACCOUNT_ENDING = "account_ending"
    POLL_OPENED = "poll_opened"
    MANDATE_CHANGED = "mandate_changed"
    APPOINTMENT_BOOKED = "appointment_booked"
    APPOINTMENT_MOVED = "appointment_moved"
    APPOINTMENT_CANCELLED = "appointment_cancelled"
    APPOINTMENT_DISPLACED = "appointment_displaced"
    APPOINTMENT_REMINDER = "appointment_reminder"
    APPOINTMENT_MISSED = "appointment_missed"
    APPOINTMENT_OFFERED = "appointment_offered"
    APPOINTMENT_AWAITED = "appointment_awaited"
    APPOINTMENT_FREED = "appointment_freed"
    APPOINTMENT_WAITED_IN_VAIN = "appointment_waited_in_vain"


class NoticeKind(StrEnum):
    """What a person chooses a channel for, in the order of the page."""

    LEGAL = "legal"
    QUESTION = "question"
    ANSWER = "answer"
    APPOINTMENT = "appointment"
    REMINDER = "reminder"
    POLL = "poll"


class Way(StrEnum):
    """How a person wants to be told of one kind of event, besides their space."""

    EMAIL = "email"
    SMS = "sms"
    BOTH = "both"
    SPACE = "space"
    NONE = "none"


class NoticeChannel(StrEnum):
    """What leaves the portal. The space is not one: it is always there."""

    EMAIL = "email"
    SMS = "sms"


class DeliveryProgress(StrEnum):
    """How far one notice got by one channel. ``SENT``: its transport has it; ``DELIVERED``: it says that it arrived."""

    WAITING = "waiting"
    GATHERED = "gathered"
    SENT = "sent"
    DELIVERED = "delivered"
    REFUSED = "refused"
    UNSURE = "unsure"
    DROPPED = "dropped"
