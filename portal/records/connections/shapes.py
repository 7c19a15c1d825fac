"""What the room hands out: plain frozen values, never rows."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.records.connections.enums import Refusal


@dataclass(frozen=True, slots=True)
class CheckView:
    """What the last check found; ``None`` = could not be told."""

    ok: bool
    settings_ok: bool | None
    connection_ok: bool | None
    credentials_ok: bool | None
    message_code: str


@dataclass(frozen=True, slots=True)
class ConnectionView:
    """How one connection fares. ``next_probe_at`` is set while the breaker is open."""

    name: str
    paused: bool = False
    paused_reason: str | None = None
    paused_by: UUID | None = None
    paused_at: datetime | None = None
    breaker_open: bool = False
    opened_at: datetime | None = None
    next_probe_at: datetime | None = None
    failures_in_a_row: int = 0
    last_success_at: datetime | None = None
    last_failure_at: datetime | None = None
    last_error_code: str | None = None
    successes: int = 0
    failures: int = 0
    check_requested_at: datetime | None = None
    checked_at: datetime | None = None
    check: CheckView | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """Whether a connection may be called now. A probe lets one single call through."""

    allowed: bool
    probe: bool = False
    refusal: Refusal | None = None
    until: datetime | None = None
