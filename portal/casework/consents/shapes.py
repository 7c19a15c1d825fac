"""What the room takes and gives: plain frozen values, never rows. Values never show in a ``repr``."""

import dataclasses
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from portal.casework.consents.enums import Ending, Outcome
from portal.ground.dictionary.service import Value


@dataclass(frozen=True, slots=True)
class Terms:
    """What the person agrees to: this question of this procedure, asked from this partner, kept that long."""

    procedure_id: UUID
    procedure_version: int
    field: str
    connection: str
    concept: str
    provider: str
    purpose: str
    legal_basis: str
    kept: timedelta


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. ``source`` and ``period`` (``YYYY-MM``) are the partner’s; ``code`` says why nothing came."""

    outcome: Outcome
    value: Value | None = dataclasses.field(default=None, repr=False)
    source: str = ""
    period: str = ""
    code: str = ""
    fresh_for: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class ConsentView:
    """One consent with what it brought. ``value`` is None unless the outcome is KNOWN and the consent still holds."""

    id: UUID
    procedure_id: UUID
    procedure_version: int
    field: str
    connection: str
    concept: str
    provider: str
    purpose: str
    legal_basis: str
    given_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    ending: Ending | None
    outcome: Outcome
    code: str
    answered_at: datetime | None
    source: str
    period: str
    value: Value | None = dataclasses.field(repr=False)
