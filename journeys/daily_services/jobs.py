"""What the worker does for this journey every so often."""

from datetime import timedelta

from journeys.daily_services.reports import service as reports
from portal.engine.exchanges.jobs import PeriodicJob
from portal.ground.db import Database
from portal.ground.settings import Settings
from portal.records.connections.service import ConnectionRegistry


def periodic_jobs(settings: Settings, database: Database, registry: ConnectionRegistry) -> list[PeriodicJob]:  # noqa: ARG001  the signature is fixed
    """Each minute: give their report to requests that came another way, and tell those who follow what changed."""

    def run() -> None:
        with database.writing() as session:
            reports.record_missing(session)
            reports.tell_voices(session)

    return [PeriodicJob("street_reports", timedelta(minutes=1), run)]
