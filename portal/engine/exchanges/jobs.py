"""Periodic jobs, run by the workers: each by one worker at a time, wherever it is."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from portal.engine.exchanges import service
from portal.engine.exchanges.faults import report_fault
from portal.ground.db import Database
from portal.ground.errors import Busy, ParvisError

LOOK_EVERY: Final = 1.0


@dataclass(frozen=True, slots=True)
class PeriodicJob:
    """Something to do every so often. ``run`` opens its own units; ``lease`` is longer than it can take."""

    name: str
    every: timedelta
    run: Callable[[], None]
    lease: timedelta = timedelta(minutes=10)


class JobRunner:
    """Runs the jobs that are due, one after the other."""

    def __init__(self, database: Database, jobs: Sequence[PeriodicJob], *, worker: str) -> None:
        self._database = database
        self._jobs = {job.name: job for job in jobs}
        self._worker = worker
        self._registered = False

    def run(self, stop: threading.Event) -> None:
        """Run what is due, until ``stop`` is set."""
        while not stop.wait(LOOK_EVERY):
            try:
                while not stop.is_set() and self.run_one():
                    pass
            except (SQLAlchemyError, Busy) as error:
                report_fault("jobs_without_database", error)

    def run_one(self) -> str | None:
        """Run the job that has waited longest and return its name; ``None`` when nothing is due."""
        self._register()
        names = list(self._jobs)
        with self._database.reading() as session:
            if not service.has_due_job(session, names):
                return None
        leases = {name: job.lease for name, job in self._jobs.items()}
        with self._database.writing() as session:
            taken = service.take_due_job(session, leases, worker=self._worker)
        if taken is None:
            return None
        error_code = self._run(self._jobs[taken.name])
        with self._database.writing() as session:
            service.finish_job(session, taken, error_code=error_code)
        return taken.name

    def _register(self) -> None:
        if not self._registered:
            with self._database.writing() as session:
                service.register_jobs(session, {job.name: job.every for job in self._jobs.values()})
            self._registered = True

    def _run(self, job: PeriodicJob) -> str | None:
        try:
            job.run()
        except ParvisError as error:
            report_fault("job_failed", error, job=job.name)
            return error.code
        except Exception as error:  # noqa: BLE001 - one job's fault must not stop the others; it is kept and shown
            report_fault("job_failed", error, job=job.name)
            return type(error).__name__[:80]
        return None
