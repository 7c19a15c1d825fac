"""What street reports are made of, as plain immutable values."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from journeys.daily_services.reports.enums import ClosingReason, ReportState


@dataclass(frozen=True, slots=True)
class Point:
    """A place on earth, in degrees (WGS 84)."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Address:
    """A place that the address search knows."""

    label: str
    point: Point | None


@dataclass(frozen=True, slots=True)
class NewReport:
    """What a passer-by tells. ``place`` is as they wrote it, or the label of ``address`` when they chose one.

    ``photo_id`` belongs to ``person_id`` when they have no account.
    """

    kind: str
    place: str
    danger: str = ""
    words: str = ""
    email: str = ""
    address: Address | None = None
    point: Point | None = None
    photo_id: UUID | None = None
    person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class SentReport:
    """What came of it. ``code`` follows it without an account, empty with one."""

    report_id: UUID
    reference: str
    code: str


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A report in the public list: nothing of it is about a person."""

    id: UUID
    kind: str
    place: str
    state: ReportState
    reported_at: datetime
    ended_at: datetime | None
    repaired_on: date | None
    voices: int
    point: Point | None


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A report as everyone may read it."""

    line: ReportLine
    words: str
    has_photo: bool
    has_repair_photo: bool
    taken_at: datetime | None
    closing_reason: ClosingReason | None


@dataclass(frozen=True, slots=True)
class DeskReport:
    """What an agent sees beside the request: what is public, and who follows."""

    id: UUID
    place: str
    words: str
    photo_id: UUID | None
    approved: bool
    voices: int
    told_by_email: int
    closing_reason: ClosingReason | None
    repaired_on: date | None
