"""States of an outgoing message."""

from enum import StrEnum


class MessageState(StrEnum):
    """``pending → claimed → delivered``; a failure gives ``retrying``, then ``dead``; a person closes what is dead."""

    PENDING = "pending"
    CLAIMED = "claimed"
    RETRYING = "retrying"
    DELIVERED = "delivered"
    DEAD = "dead"
    CLOSED = "closed"


class HeldReason(StrEnum):
    """Why a message waits although its time has come."""

    BREAKER_OPEN = "breaker_open"
    CONNECTION_PAUSED = "connection_paused"
    RESTORED = "restored"
