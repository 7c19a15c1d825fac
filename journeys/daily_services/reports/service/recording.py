"""A report comes in: the request, by the spine, and what a request does not have, in the same unit."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from journeys.daily_services.reports import policy
from journeys.daily_services.reports.models import StreetReport
from journeys.daily_services.reports.queries import without_report
from journeys.daily_services.reports.service.voices import follow_as_reporter
from journeys.daily_services.reports.shapes import NewReport, SentReport
from portal.casework.catalogue.service import get_published
from portal.casework.requests import service as requests
from portal.ground import clock
from portal.ground.db import new_id
from portal.ground.errors import NotFound
from portal.ground.permissions import Actor
from portal.ground.vault.service import VaultDestroyed, create_data_key
from portal.people.accounts.service import get_account

PROCEDURE: Final = "signaler-un-probleme"
OTHER: Final = "other"
AT_ONCE: Final = 100


def send_report(session: Session, actor: Actor, report: NewReport, *, idempotency_key: str) -> SentReport:
    """Send a report, from an account or from nobody known; the same key again gives the same report.

    :raises Invalid: by name of the procedure's field, in French.
    :raises Busy: too many requests from this account within the hour.
    :raises NotFound: the procedure is closed.
    """
    sent = requests.submit_at_once(
        session, actor, PROCEDURE, _answers(report), idempotency_key=idempotency_key, person_id=report.person_id
    )
    row = _find(session, sent.request_id)
    if row is None:
        row = _record(session, sent.request_id, report)
        address = report.email or _account_address(session, actor)
        if address:
            follow_as_reporter(session, row, address)
    return SentReport(row.id, sent.reference, sent.code)


def _find(session: Session, request_id: UUID) -> StreetReport | None:
    return session.scalars(select(StreetReport).where(StreetReport.request_id == request_id)).one_or_none()


def _answers(report: NewReport) -> dict[str, object]:
    return {
        "report_kind": report.kind,
        "report_description": report.words,
        "report_danger": report.danger,
        "street_location": report.place,
        "report_photo": str(report.photo_id) if report.photo_id else "",
        "contact_email": report.email,
    }


def _account_address(session: Session, actor: Actor) -> str:
    return get_account(session, actor.id).email if actor.is_resident and actor.id else ""


def _record(session: Session, request_id: UUID, report: NewReport, *, at: datetime | None = None) -> StreetReport:
    point = report.address.point if report.address else report.point
    row = StreetReport(
        id=new_id(),
        request_id=request_id,
        data_key_id=create_data_key(session),
        kind=report.kind,
        street_key=policy.street_key(report.place),
        latitude=policy.rounded(point.latitude) if point else None,
        longitude=policy.rounded(point.longitude) if point else None,
        place=report.address.label[:200] if report.address else "",
        words="",
        reported_at=at or clock.now(),
    )
    session.add(row)
    session.flush()
    return row


def record_missing(session: Session, *, limit: int = AT_ONCE) -> int:
    """Give their report to requests that came another way (step by step, at the counter, by phone); return how many."""
    try:
        procedure = get_published(session, PROCEDURE)
    except NotFound:
        return 0
    found = without_report(session, procedure.id, limit)
    for request_id, submitted_at in found:
        try:
            answers = requests.read_recorded_answers(session, request_id)
        except VaultDestroyed:
            continue
        told = NewReport(kind=str(answers.get("report_kind") or OTHER), place=str(answers.get("street_location", "")))
        row = _record(session, request_id, told, at=submitted_at)
        if answers.get("contact_email"):
            follow_as_reporter(session, row, str(answers["contact_email"]))
    return len(found)
