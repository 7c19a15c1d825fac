"""What a resident is told of."""

from enum import StrEnum


class NotificationEvent(StrEnum):
    """Each has its own templates, ``templates/notifications/<value>.txt`` and ``.html``."""

    REQUEST_SUBMITTED = "request_submitted"
    PARTNER_RECEIVED = "partner_received"
    DELIVERY_DEAD = "delivery_dead"
    WAITING_FOR_RESIDENT = "waiting_for_resident"
    DECIDED = "decided"
    MESSAGE_POSTED = "message_posted"
    REQUEST_WITHDRAWN = "request_withdrawn"
    IMPLICIT_DECISION = "implicit_decision"
