"""What the worker does every so often: mix the urns, close, count, and forget who voted."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from journeys.participation.service import urn
from portal.engine.exchanges.jobs import PeriodicJob
from portal.ground.db import Database
from portal.ground.logs import get_logger

MIX: Final = "mix_ballots"
FORGET: Final = "forget_voters"
log = get_logger("participation")


def periodic_jobs(_settings: Any, database: Database, _registry: Any) -> list[PeriodicJob]:
    """Every minute for urns, every day for what is to be forgotten."""
    return [
        PeriodicJob(MIX, timedelta(minutes=1), partial(run_urns, database)),
        PeriodicJob(FORGET, timedelta(days=1), partial(forget_voters, database)),
    ]


def run_urns(database: Database) -> None:
    """Mix full buffers, close the urns of polls that are over, clean, count. Interrupted, it goes on the next time."""
    if _each(database, urn.polls_to_mix, urn.mix, "ballots_mixed"):
        urn.drop_history(database)
    _each(database, urn.polls_to_close, urn.close_urn, "urn_closed")
    with database.reading() as session:
        unclean = urn.polls_to_clean(session)
    if unclean and not urn.clean(database, unclean):
        log.warning("urn_cleaning_postponed", count=len(unclean))
    _each(database, urn.polls_to_count, urn.count, "urn_counted")


def forget_voters(database: Database) -> None:
    """Destroy marks, ballots and keys of polls whose appeal period is over, then what is left of them on the disk."""
    with database.reading() as session:
        due = urn.polls_to_forget(session)
    for poll_id in due:
        with database.writing() as session:
            urn.forget(session, poll_id)
        log.info("voters_forgotten")
    if due:
        urn.clean(database, due)


def _each(
    database: Database,
    find: Callable[[Session], list[UUID]],
    act: Callable[[Session, UUID], object],
    event: str,
) -> int:
    """One unit of work for each poll; how many there were."""
    with database.reading() as session:
        due = find(session)
    for poll_id in due:
        with database.writing() as session:
            act(session, poll_id)
        log.info(event)
    return len(due)
