"""What time does to a request: silence that decides, a deadline that comes, a delay that is longer than usual.

Each is noted once, a few requests at a time, in the unit of the caller. A clock that is stopped lets nothing come.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from portal.casework.catalogue.enums import Regime
from portal.casework.catalogue.service import get_version
from portal.casework.notifications.service import NotificationEvent
from portal.casework.requests import policy
from portal.casework.requests.deadlines import is_due
from portal.casework.requests.models import ServiceRequest
from portal.casework.requests.service.telling import DEADLINE_NEAR, alert_department, tell_applicant
from portal.ground import clock
from portal.ground.permissions import SYSTEM
from portal.records.timeline.service import append

AT_ONCE = 50
LONGEST_ALERT = 90


def note_implicit_decisions(session: Session, *, limit: int = AT_ONCE) -> int:
    """Note the implicit decisions that silence has made (CRPA L231-1 and L231-4), and tell the persons; how many.

    The request stays open: the department still owes an express answer, and what silence granted stays granted. An
    answer already given is never touched, nor a request whose clock is stopped.
    """
    today = clock.today()
    rows = _take(
        session,
        ServiceRequest.deadline <= today,
        ServiceRequest.implicit_on.is_(None),
        ServiceRequest.waiting_since.is_(None),
        ServiceRequest.regime.in_([Regime.ACCEPTANCE, Regime.REJECTION]),
        limit=limit,
    )
    for request in rows:
        if not is_due(request.deadline, today, stopped=request.waiting_since is not None):
            continue
        request.implicit_on = request.deadline
        told = tell_applicant(session, request, NotificationEvent.IMPLICIT_DECISION)
        payload = {"regime": request.regime.value, "on": str(request.deadline), "told": told}
        append(session, request_id=request.id, type="implicit_decision", version=1, payload=payload, actor=SYSTEM)
        request.updated_at = clock.now()
    session.flush()
    return len(rows)


def warn_of_deadlines(session: Session, *, after: UUID | None = None, limit: int = AT_ONCE) -> UUID | None:
    """Warn departments of the deadlines that come, as many days before as the procedure says; one e-mail a request.

    :param after: the last request looked at before; None to begin.
    :return: the last one looked at, None when all were.
    """
    today = clock.today()
    near = [
        ServiceRequest.deadline <= today + timedelta(days=LONGEST_ALERT),
        ServiceRequest.deadline > today,
        ServiceRequest.alerted_on.is_(None),
        ServiceRequest.waiting_since.is_(None),
    ]
    rows = _take(session, *near, *([ServiceRequest.id > after] if after else []), limit=limit)
    warned: dict[tuple[UUID, int], int] = {}
    for request in rows:
        version = (request.procedure_id, request.procedure_version)
        if version not in warned:
            warned[version] = get_version(session, *version).document.acknowledgement.alert_days
        if request.deadline and (request.deadline - today).days <= warned[version]:
            request.alerted_on = today
            alert_department(session, request, DEADLINE_NEAR)
    session.flush()
    return rows[-1].id if len(rows) == limit else None


def note_late(
    session: Session,
    usual_days: Mapping[UUID, tuple[int, str]],
    *,
    after: UUID | None = None,
    limit: int = AT_ONCE,
) -> UUID | None:
    """Say, once a request, that it takes longer than it usually does; the time the resident was awaited is left out.

    :param usual_days: procedure → days, and where they come from, as a code: ``measured`` or ``announced``.
    :return: the last request looked at, None when all were.
    """
    if not usual_days:
        return None
    now = clock.now()
    least = min(days for days, _source in usual_days.values())
    rows = _take(
        session,
        ServiceRequest.procedure_id.in_(list(usual_days)),
        ServiceRequest.submitted_at < now - timedelta(days=least),
        ServiceRequest.late_since.is_(None),
        ServiceRequest.waiting_since.is_(None),
        *([ServiceRequest.id > after] if after else []),
        limit=limit,
    )
    for request in rows:
        days, source = usual_days[request.procedure_id]
        if days_worked(request, now) > days:
            request.late_since = now
            payload = {"days": days, "source": source}
            append(session, request_id=request.id, type="running_late", version=1, payload=payload, actor=SYSTEM)
    session.flush()
    return rows[-1].id if len(rows) == limit else None


def days_worked(request: ServiceRequest, until: datetime) -> float:
    """Days since the submission, those when the resident was awaited apart."""
    spent = until - request.submitted_at - timedelta(seconds=request.waited_seconds)
    return spent / timedelta(days=1)


def _take(session: Session, *wanted: ColumnElement[bool], limit: int) -> list[ServiceRequest]:
    query = (
        select(ServiceRequest)
        .where(ServiceRequest.status.in_(policy.OPEN), *wanted)
        .order_by(ServiceRequest.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(session.scalars(query))


def decided_days(session: Session, since: datetime) -> dict[UUID, list[float]]:
    """How many days each request decided since then took, by procedure: the resident's own waiting left out.

    Withdrawn ones say nothing of the department. One statement, read as it comes.
    """
    query = select(
        ServiceRequest.procedure_id,
        ServiceRequest.submitted_at,
        ServiceRequest.decided_at,
        ServiceRequest.waited_seconds,
    ).where(
        ServiceRequest.status.in_(policy.DECISIONS),
        ServiceRequest.decided_at >= since,
    )
    found: dict[UUID, list[float]] = {}
    for row in session.execute(query.execution_options(yield_per=1000)):
        spent = row.decided_at - row.submitted_at - timedelta(seconds=row.waited_seconds)
        found.setdefault(row.procedure_id, []).append(max(0.0, spent / timedelta(days=1)))
    return found


def open_procedures(session: Session) -> list[tuple[UUID, int]]:
    """The procedures, with the version of their latest open request, that have requests not ended."""
    query = (
        select(ServiceRequest.procedure_id, ServiceRequest.procedure_version)
        .where(ServiceRequest.status.in_(policy.OPEN))
        .distinct()
        .order_by(ServiceRequest.procedure_id, ServiceRequest.procedure_version)
    )
    return [(row.procedure_id, row.procedure_version) for row in session.execute(query)]
