"""The table of periodic jobs. A lease runs by the clock of the database, the timetable by our own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from portal.engine.exchanges.models import Job
from portal.ground import clock
from portal.records.outbox.service import database_now


@dataclass(frozen=True, slots=True)
class TakenJob:
    """A job held under a lease."""

    name: str
    fence: int


@dataclass(frozen=True, slots=True)
class JobView:
    """How one job fares."""

    name: str
    every: timedelta
    next_run_at: datetime
    last_started_at: datetime | None
    last_ok_at: datetime | None
    last_error_code: str | None
    runs: int


def register_jobs(session: Session, timetable: Mapping[str, timedelta]) -> None:
    """Make sure each job has its row; a new one is due at once, a changed interval counts from the next run."""
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    for name, every in sorted(timetable.items()):
        seconds = int(every.total_seconds())
        fresh = insert(Job).values(name=name, every_s=seconds, next_run_at=clock.now(), fence=0, runs=0)
        session.execute(fresh.on_conflict_do_update(index_elements=["name"], set_={"every_s": seconds}))


def has_due_job(session: Session, names: Sequence[str]) -> bool:
    """True when a job's time has come and nobody runs it."""
    free = or_(Job.lease_until.is_(None), Job.lease_until <= database_now(session))
    due = select(Job.name).where(Job.name.in_(names), Job.next_run_at <= clock.now(), free).limit(1)
    return session.scalar(due) is not None


def take_due_job(session: Session, leases: Mapping[str, timedelta], *, worker: str) -> TakenJob | None:
    """Take the job that has waited longest, in a writing unit; ``None`` when there is none that nobody runs.

    :param leases: name of each job that this worker knows → longer than it can take.
    """
    now, instant = clock.now(), database_now(session)
    row = session.execute(
        select(Job.name, Job.fence)
        .where(Job.name.in_(leases), Job.next_run_at <= now, or_(Job.lease_until.is_(None), Job.lease_until <= instant))
        .order_by(Job.next_run_at, Job.name)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if row is None:
        return None
    session.execute(
        update(Job)
        .where(Job.name == row.name)
        .values(fence=row.fence + 1, leased_by=worker, lease_until=instant + leases[row.name], last_started_at=now)
    )
    return TakenJob(name=row.name, fence=row.fence + 1)


def finish_job(session: Session, taken: TakenJob, *, error_code: str | None = None) -> bool:
    """Write how the job went and when it is due next. ``False``: the lease was lost, nothing was written."""
    now = clock.now()
    every = session.scalar(select(Job.every_s).where(Job.name == taken.name)) or 0
    values: dict[str, Any] = {"last_error_code": error_code}
    if error_code is None:
        values["last_ok_at"] = now
    statement = (
        update(Job)
        .where(Job.name == taken.name, Job.fence == taken.fence)
        .values(
            leased_by=None, lease_until=None, next_run_at=now + timedelta(seconds=every), runs=Job.runs + 1, **values
        )
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", session.execute(statement)).rowcount == 1


def list_jobs(session: Session) -> list[JobView]:
    """Every job, by name."""
    rows = session.scalars(select(Job).order_by(Job.name))
    return [
        JobView(
            name=row.name,
            every=timedelta(seconds=row.every_s),
            next_run_at=row.next_run_at,
            last_started_at=row.last_started_at,
            last_ok_at=row.last_ok_at,
            last_error_code=row.last_error_code,
            runs=row.runs,
        )
        for row in rows
    ]
