"""What the room takes and gives: plain immutable values, never rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.casework.mandates.enums import (
    Duration,
    Ending,
    EventKind,
    IdentityDocument,
    MandateState,
    ProofKind,
    SmsProgress,
    Theme,
)
from portal.ground.permissions import ActorKind


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an agent proposes. ``name``: of a person without an account; with one, their identity gives it."""

    person_id: UUID
    department_id: UUID
    themes: frozenset[Theme]
    duration: Duration
    name: str = ""


@dataclass(frozen=True, slots=True)
class MandateView:
    """A mandate. ``themes`` are those left, ``revoked`` those taken back, in the order of the enumeration.

    ``person_name`` is empty where it was not asked for.
    """

    id: UUID
    person_id: UUID
    account_id: UUID | None
    department_id: UUID
    opened_by: UUID
    duration: Duration
    renews_id: UUID | None
    created_at: datetime
    expires_at: datetime
    confirmed_at: datetime | None
    proof: ProofKind | None
    confirmed_by: UUID | None
    identity_document: IdentityDocument | None
    scan_id: UUID | None
    ended_at: datetime | None
    ending: Ending | None
    state: MandateState
    themes: tuple[Theme, ...]
    revoked: tuple[Theme, ...]
    text_version: str
    text_hash: str
    pdf_size: int
    person_name: str = ""

    @property
    def is_active(self) -> bool:
        """Whether it opens anything now."""
        return self.state is MandateState.ACTIVE

    @property
    def is_waiting(self) -> bool:
        """Whether the person’s answer is awaited."""
        return self.state is MandateState.WAITING


@dataclass(frozen=True, slots=True)
class MandateEventView:
    """One line of the journal of a mandate."""

    occurred_at: datetime
    kind: EventKind
    actor_kind: ActorKind
    actor_id: UUID | None
    request_id: UUID | None
    payload: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ConsentView:
    """The last code sent for a mandate. ``is_open``: it may still be typed."""

    number: str
    typed_at_desk: bool
    expires_at: datetime
    tries_left: int
    is_open: bool
    progress: SmsProgress
    attempts: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the department’s list stopped."""

    created_at: datetime
    id: UUID
