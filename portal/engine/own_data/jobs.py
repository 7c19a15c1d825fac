"""The periodic jobs of the room, run by the worker."""

import time
from datetime import timedelta

from portal.engine.exchanges.jobs import PeriodicJob
from portal.engine.own_data import service
from portal.engine.retention.inventory import COPIES
from portal.ground.db import Database
from portal.ground.settings import Settings

SWEPT_AFTER = 3_600


def own_data_jobs(settings: Settings, database: Database) -> list[PeriodicJob]:
    """Copies whose day is over go; so do files that wait for nobody."""
    store = service.copy_store(settings)

    def purge() -> None:
        with database.writing() as session:
            service.purge_copies(session)
        with database.reading() as session:
            service.sweep_copies(session, store, before=time.time() - SWEPT_AFTER)

    return [PeriodicJob(COPIES, timedelta(hours=1), purge)]
