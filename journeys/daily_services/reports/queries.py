"""Reading reports for the screens: the status is the request's own. One statement each; nothing personal comes out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true, tuple_
from sqlalchemy.orm import Session

from journeys.daily_services.reports.enums import ReportState
from journeys.daily_services.reports.models import StreetReport, StreetVoice
from journeys.daily_services.reports.policy import (
    MAX_SIMILAR,
    METRES_PER_DEGREE,
    OPEN_STATES,
    STATES,
    metres_between,
    reach_of,
    statuses_of,
)
from journeys.daily_services.reports.shapes import DeskReport, Point, ReportLine, ReportPage
from portal.casework.requests.models import ServiceRequest
from portal.ground.errors import NotFound

PAGE: Final = 10
NEAR_LIMIT: Final = 50
_SHOWN: Final = tuple(STATES)
_OPEN: Final = tuple(status for status, state in STATES.items() if state in OPEN_STATES)


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last report of a page."""

    reported_at: datetime
    id: UUID

    def __str__(self) -> str:
        return f"{self.reported_at.astimezone(UTC).isoformat()}_{self.id}"

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        """A cursor from an address; None for anything else."""
        instant, _mark, row_id = text.partition("_")
        try:
            found = datetime.fromisoformat(instant)
            return cls(found.astimezone(UTC), UUID(row_id)) if found.tzinfo else None
        except (ValueError, OverflowError):
            return None


@dataclass(frozen=True, slots=True)
class Sifted:
    """One page of the public list. ``counts``: of each state, for the kind chosen."""

    lines: tuple[ReportLine, ...]
    counts: dict[ReportState, int]
    next: Cursor | None


def _voices() -> Any:
    return (
        select(func.count())
        .where(StreetVoice.report_id == StreetReport.id, StreetVoice.is_reporter.is_(False))
        .correlate(StreetReport)
        .scalar_subquery()
    )


def _lines() -> Select[Any]:
    """The columns of a public line, of reports that were not withdrawn."""
    return (
        select(
            StreetReport.id,
            StreetReport.kind,
            StreetReport.place,
            StreetReport.latitude,
            StreetReport.longitude,
            StreetReport.reported_at,
            StreetReport.repaired_on,
            ServiceRequest.status,
            ServiceRequest.decided_at,
            _voices().label("voices"),
        )
        .join(ServiceRequest, ServiceRequest.id == StreetReport.request_id)
        .where(ServiceRequest.status.in_(_SHOWN))
    )


def _line(row: Any) -> ReportLine:
    has_point = row.latitude is not None and row.longitude is not None
    return ReportLine(
        id=row.id,
        kind=row.kind,
        place=row.place,
        state=STATES[row.status],
        reported_at=row.reported_at,
        ended_at=row.decided_at,
        repaired_on=row.repaired_on,
        voices=row.voices,
        point=Point(row.latitude, row.longitude) if has_point else None,
    )


def list_reports(
    session: Session, *, kind: str = "", state: ReportState | None = None, after: Cursor | None = None
) -> Sifted:
    """One page of the public list, the newest first, with the counts of each state. One statement."""
    of_kind: list[ColumnElement[bool]] = [StreetReport.kind == kind] if kind else []
    wanted = _lines().where(*of_kind)
    if state is not None:
        wanted = wanted.where(ServiceRequest.status.in_(statuses_of(state)))
    if after is not None:
        wanted = wanted.where(tuple_(StreetReport.reported_at, StreetReport.id) < tuple_(after.reported_at, after.id))
    page = wanted.order_by(StreetReport.reported_at.desc(), StreetReport.id.desc()).limit(PAGE + 1).subquery("page")
    counts = (
        select(*(func.count().filter(_stands(one)).label(f"n_{one.value}") for one in ReportState))
        .select_from(StreetReport)
        .join(ServiceRequest, ServiceRequest.id == StreetReport.request_id)
        .where(*of_kind)
        .subquery("counts")
    )
    # The counts come even when the page is empty.
    both = select(page, counts).select_from(counts.outerjoin(page, true()))
    found = session.execute(both.order_by(page.c.reported_at.desc(), page.c.id.desc())).all()
    lines = tuple(_line(row) for row in found[:PAGE] if row.id is not None)
    return Sifted(
        lines=lines,
        counts={one: int(getattr(found[0], f"n_{one.value}")) for one in ReportState},
        next=Cursor(lines[-1].reported_at, lines[-1].id) if len(found) > PAGE else None,
    )


def _stands(state: ReportState) -> ColumnElement[bool]:
    return ServiceRequest.status.in_(statuses_of(state))


def read_report(session: Session, report_id: UUID) -> ReportPage:
    """One report as everyone may read it.

    :raises NotFound: none, or it was withdrawn.
    """
    query = _lines().add_columns(
        StreetReport.words,
        StreetReport.photo_id,
        StreetReport.repair_photo_id,
        StreetReport.closing_reason,
        ServiceRequest.taken_into_account_at,
    )
    row = session.execute(query.where(StreetReport.id == report_id)).one_or_none()
    if row is None:
        raise NotFound("report_unknown")
    return ReportPage(
        line=_line(row),
        words=row.words,
        has_photo=row.photo_id is not None,
        has_repair_photo=row.repair_photo_id is not None,
        taken_at=row.taken_into_account_at,
        closing_reason=row.closing_reason,
    )


def find_similar(session: Session, *, kind: str, street: str, point: Point | None) -> Sequence[ReportLine]:
    """Open reports of this kind that may be the same problem, the nearest first: within reach, or in this street.

    A report with a point is judged by it where we have one too; by its street otherwise.

    :param street: a street key, empty when unknown.
    """
    conditions = [_near(kind, point)] if point else []
    if street:
        conditions.append(StreetReport.street_key == street)
    if not conditions:
        return ()
    query = (
        _lines()
        .where(StreetReport.kind == kind, ServiceRequest.status.in_(_OPEN), or_(*conditions))
        .order_by(StreetReport.reported_at.desc())
        .limit(NEAR_LIMIT)
    )
    reach = reach_of(kind)
    found = [(_apart(line, point), line) for line in map(_line, session.execute(query))]
    within = [(reach if far is None else far, line) for far, line in found if far is None or far <= reach]
    return [line for _far, line in sorted(within, key=lambda one: one[0])[:MAX_SIMILAR]]


def _near(kind: str, point: Point) -> ColumnElement[bool]:
    """A square around the point, which the index narrows; the circle is drawn afterwards."""
    reach = reach_of(kind) / METRES_PER_DEGREE
    return and_(
        StreetReport.latitude.between(point.latitude - reach, point.latitude + reach),
        StreetReport.longitude.between(point.longitude - 2 * reach, point.longitude + 2 * reach),
    )


def _apart(line: ReportLine, point: Point | None) -> float | None:
    if line.point is None or point is None:
        return None
    return metres_between(point.latitude, point.longitude, line.point.latitude, line.point.longitude)


def desk_report(session: Session, request_id: UUID) -> DeskReport:
    """What an agent sees beside the request.

    :raises NotFound: this request is no street report.
    """
    followed = (
        select(func.count())
        .where(StreetVoice.report_id == StreetReport.id, StreetVoice.sealed_email.is_not(None))
        .correlate(StreetReport)
        .scalar_subquery()
    )
    query = select(StreetReport, _voices().label("voices"), followed.label("followed"))
    row = session.execute(query.where(StreetReport.request_id == request_id)).one_or_none()
    if row is None:
        raise NotFound("report_unknown")
    report: StreetReport = row[0]
    return DeskReport(
        id=report.id,
        place=report.place,
        words=report.words,
        photo_id=report.photo_id,
        approved=report.approved_at is not None,
        voices=row.voices,
        told_by_email=row.followed,
        closing_reason=report.closing_reason,
        repaired_on=report.repaired_on,
    )


def without_report(session: Session, procedure_id: UUID, limit: int) -> Sequence[tuple[UUID, datetime]]:
    """Requests that came another way than the journey's form (step by step, at the counter): id and instant."""
    query = (
        select(ServiceRequest.id, ServiceRequest.submitted_at)
        .outerjoin(StreetReport, StreetReport.request_id == ServiceRequest.id)
        .where(ServiceRequest.procedure_id == procedure_id, StreetReport.id.is_(None))
        .order_by(ServiceRequest.submitted_at)
        .limit(limit)
    )
    return [(row.id, row.submitted_at) for row in session.execute(query)]


def state_of(session: Session, request_id: UUID) -> ReportState | None:
    """Where the report of a request stands; None when it was withdrawn."""
    status = session.execute(select(ServiceRequest.status).where(ServiceRequest.id == request_id)).scalar_one()
    return STATES.get(status)


def reference_of(session: Session, request_id: UUID) -> str:
    """The spoken reference of a request, for its reporter alone."""
    return session.execute(select(ServiceRequest.reference).where(ServiceRequest.id == request_id)).scalar_one()


def not_told(session: Session, limit: int) -> Sequence[tuple[UUID, ReportState]]:
    """Those who left an address and were not told of the state that their report has now: who, and which state."""
    query = (
        select(StreetVoice.id, ServiceRequest.status)
        .join(StreetReport, StreetReport.id == StreetVoice.report_id)
        .join(ServiceRequest, ServiceRequest.id == StreetReport.request_id)
        .where(
            StreetVoice.sealed_email.is_not(None),
            or_(*(and_(_stands(one), StreetVoice.told != one) for one in ReportState)),
        )
        .order_by(StreetVoice.id)
        .limit(limit)
    )
    return [(row.id, STATES[row.status]) for row in session.execute(query)]
