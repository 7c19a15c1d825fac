"""The periodic jobs of the room, run by the worker."""

from datetime import timedelta
from functools import partial

from portal.engine.exchanges.jobs import PeriodicJob
from portal.engine.retention.inventory import DAILY, HOURLY
from portal.engine.retention.service import erase_expired, erase_kept, finish_erasures, forget_nobody
from portal.ground.db import Database
from portal.ground.permissions import SYSTEM


def retention_jobs(database: Database) -> list[PeriodicJob]:
    """What erases what is over."""
    return [
        PeriodicJob(HOURLY, timedelta(hours=1), partial(_hourly, database)),
        PeriodicJob(DAILY, timedelta(days=1), partial(_daily, database)),
    ]


def _hourly(database: Database) -> None:
    with database.writing() as session:
        erase_expired(session)


def _daily(database: Database) -> None:
    erased = 1
    while erased:
        with database.writing() as session:
            erased = erase_kept(session)
    with database.writing() as session:
        finish_erasures(session, actor=SYSTEM)
        forget_nobody(session)
    _empty_the_log(database)


def _empty_the_log(database: Database) -> None:
    """SQLite keeps in its write-ahead log what was written before an erasure: it is put away and cut to nothing."""
    if database.dialect == "sqlite":
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
