"""The periodic jobs of the room, run by the worker. Each unit is short: an agent at work never waits for them."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from portal.casework.appointments.service import end_vain_waits, lapse_offers, offer_next, remind_due
from portal.casework.requests.service import lapse_one, note_implicit_decisions, note_late, warn_of_deadlines
from portal.engine.deadlines.counting import count_figures
from portal.engine.deadlines.measuring import measure_delays, usual_days_of
from portal.engine.exchanges.jobs import PeriodicJob
from portal.ground import clock
from portal.ground.db import Database


def deadline_jobs(database: Database) -> list[PeriodicJob]:
    """What the clock brings."""
    return [
        PeriodicJob("lapse_states", timedelta(minutes=15), partial(lapse_states, database)),
        PeriodicJob("note_implicit_decisions", timedelta(hours=1), partial(decide_by_silence, database)),
        PeriodicJob("warn_of_deadlines", timedelta(hours=6), partial(warn_departments, database)),
        PeriodicJob("remind_of_appointments", timedelta(minutes=1), partial(remind, database)),
        PeriodicJob("offer_earlier_times", timedelta(minutes=1), partial(offer_earlier, database)),
        PeriodicJob("measure_delays", timedelta(days=1), partial(measure, database)),
        PeriodicJob("count_figures", timedelta(hours=1), partial(count, database)),
    ]


def lapse_states(database: Database) -> None:
    """Make the moves of the statuses that have lasted too long, one request a unit."""
    now, more = clock.now(), True
    while more:
        with database.writing() as session:
            more = lapse_one(session, now)


def decide_by_silence(database: Database) -> None:
    """Note what silence has decided."""
    noted = 1
    while noted:
        with database.writing() as session:
            noted = note_implicit_decisions(session)


def warn_departments(database: Database) -> None:
    """Warn departments of the deadlines that come."""
    _walk(database, lambda session, after: warn_of_deadlines(session, after=after))


def remind(database: Database) -> None:
    """Have the reminders that are due leave: a process that dies in the middle leaves the rest to be done again."""
    looked = 1
    while looked:
        with database.writing() as session:
            looked = remind_due(session)


def offer_earlier(database: Database) -> None:
    """End the waits that are over, take back what nobody answered for, then offer what is free, one a unit."""
    ended = 1
    while ended:
        with database.writing() as session:
            ended = end_vain_waits(session)
    lapsed = 1
    while lapsed:
        with database.writing() as session:
            lapsed = lapse_offers(session)
    offered = True
    while offered:
        with database.writing() as session:
            offered = offer_next(session)


def measure(database: Database) -> None:
    """Work out the delays again, then tell those whose request takes longer than usual."""
    with database.writing() as session:
        measure_delays(session)
    with database.reading() as session:
        usual = usual_days_of(session)
    _walk(database, lambda session, after: note_late(session, usual, after=after))


def count(database: Database) -> None:
    """Bring the figures of the dashboard and of the public page up to date."""
    count_figures(database)


def _walk(database: Database, look: Callable[[Session, UUID | None], UUID | None]) -> None:
    """Look at every request once, some a unit."""
    after = None
    while True:
        with database.writing() as session:
            after = look(session, after)
        if after is None:
            return
