"""What the outbox hands out: plain frozen values, never rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.ground.errors import Conflict
from portal.records.outbox.enums import HeldReason, MessageState


class StaleClaim(Conflict):
    """The lease ran out and the message is no longer this worker's: whatever it found out must be thrown away."""

    def __init__(self) -> None:
        super().__init__("stale_claim")


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message held under a lease.

    ``attempt`` counts this one, from 1. ``fence`` grows at each claim and proves the claim when the result is written.
    ``uncertain``: an earlier attempt may have reached the recipient without our knowing.
    """

    id: UUID
    kind: str
    lane: str
    payload: Mapping[str, str]
    idempotency_key: str
    attempt: int
    fence: int
    first_attempt_at: datetime | None
    group: str | None
    uncertain: bool
    worker: str


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """Where one message stands. ``next_attempt_at`` is empty when nobody can tell, as while a connection is paused."""

    id: UUID
    lane: str
    kind: str
    state: MessageState
    attempts: int
    next_attempt_at: datetime | None
    held_reason: HeldReason | None
    last_error_code: str | None
    first_attempt_at: datetime | None
    delivered_at: datetime | None
    uncertain: bool


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that a person must decide upon."""

    id: UUID
    lane: str
    kind: str
    group: str | None
    payload: Mapping[str, str]
    attempts: int
    last_error_code: str | None
    uncertain: bool
    created_at: datetime
    dead_at: datetime


@dataclass(frozen=True, slots=True)
class SweepReport:
    """``returned`` messages are due again; ``dead`` had used up their attempts when their worker was lost."""

    returned: int
    dead: tuple[Claimed, ...]


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One line of the attempt log."""

    number: int
    worker: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
