"""What the worker does for the lists of agents: acts on many requests, files of lists, closings whose undo is over."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

from portal.casework.requests.service import close_one_duplicate
from portal.casework.worklists import service as worklists
from portal.casework.worklists.policy import LIST_ROWS
from portal.casework.worklists.service import Left, ListFormat, ListOrder, Skipped
from portal.engine.exchanges.faults import report_fault
from portal.engine.exchanges.jobs import PeriodicJob
from portal.engine.retention.inventory import WORKLISTS
from portal.ground.audit.service import record_each
from portal.ground.db import Database
from portal.ground.errors import Busy, ParvisError
from portal.ground.settings import Settings
from portal.people.accounts.service import acting_agent
from portal.screens.backoffice.export import write_csv, write_sheet
from portal.screens.backoffice.filters import read_query
from portal.screens.backoffice.queries import QueueRow, read_export

Around = Callable[[], AbstractContextManager[object]]
# A run gives way to the other jobs. Its lease is short: a worker that was killed is soon replaced.
RUN_FOR: Final = 20.0
LEASE: Final = timedelta(minutes=1)
SOON: Final = timedelta(seconds=2)
SWEPT_AFTER: Final = 3_600


def worklist_jobs(settings: Settings, database: Database, around: Around) -> list[PeriodicJob]:
    """The jobs of this room; ``around``: the application's context, in which sentences are written."""

    def act() -> None:
        act_on_lots(database, around)

    def write() -> None:
        write_lists(settings, database, around)

    def close() -> None:
        close_duplicates(database, around)

    return [
        PeriodicJob("act_on_lots", SOON, act, LEASE),
        PeriodicJob("write_lists", SOON, write, LEASE),
        PeriodicJob("close_duplicates", timedelta(seconds=30), close, LEASE),
        PeriodicJob(WORKLISTS, timedelta(hours=1), partial(purge, settings, database)),
    ]


def act_on_lots(database: Database, around: Around, *, run_for: float = RUN_FOR) -> int:
    """Do what is left of the lots, one request a unit, for a while; how many requests were settled.

    Two workers may do it at once: each request is held by one of them, and done once.
    """
    settled, until = 0, time.monotonic() + run_for
    while time.monotonic() < until:
        with database.reading() as session:
            found = worklists.next_item(session)
        if found is None:
            break
        lot_id, item_id = found
        try:
            with around(), database.writing() as session:
                worklists.do_item(session, lot_id, item_id)
        except Left as left:
            _leave(database, item_id, left.why)
        except Busy:
            raise
        except ParvisError as error:
            report_fault("lot_item_failed", error)
            _leave(database, item_id, Skipped.REFUSED)
        with database.writing() as session:
            worklists.end_bulk(session, lot_id)
        settled += 1
    return settled


def _leave(database: Database, item_id: UUID, why: Skipped) -> None:
    with database.writing() as session:
        worklists.skip_item(session, item_id, why)


def write_lists(settings: Settings, database: Database, around: Around) -> int:
    """Write the files of the lists that wait; how many."""
    written = 0
    while True:
        with database.reading() as session:
            order = worklists.next_list(session)
        if order is None:
            return written
        try:
            _write(settings, database, around, order)
        except ParvisError as error:
            report_fault("list_failed", error)
            with database.writing() as session:
                worklists.fail_list(session, order.id)
        written += 1


def _write(settings: Settings, database: Database, around: Around, order: ListOrder) -> None:
    """All the rows are read by one statement, hence at one instant, whatever changes meanwhile."""
    with database.reading() as session:
        actor = acting_agent(session, order.agent_id)
        rows = read_export(session, actor, read_query(order.query), LIST_ROWS)
        with around():
            sealed = worklists.seal_list(session, order.id, content_of(order, rows))
    worklists.list_store(settings).write(order.id, sealed)
    with database.writing() as session:
        if worklists.keep_list(session, order.id, len(rows)):
            record_each(session, actor, "request_exported", [(row.person_id, row.id) for row in rows])


def content_of(order: ListOrder, rows: list[QueueRow]) -> bytes:
    """The file."""
    if order.format is ListFormat.ODS:
        return write_sheet("Demandes", rows, order.columns)
    return write_csv(rows, order.columns).encode()


def close_duplicates(database: Database, around: Around) -> int:
    """Close the requests that were found to be the same as another, once their undo is over; how many."""
    closed, more = 0, True
    while more:
        with around(), database.writing() as session:
            more = close_one_duplicate(session)
        closed += more
    return closed


def purge(settings: Settings, database: Database) -> None:
    """Forget lots, lists, views and presences whose time is over."""
    with database.writing() as session:
        worklists.purge_bulk(session)
        worklists.purge_lists(session)
        worklists.purge_views(session)
        worklists.purge_presence(session)
    with database.reading() as session:
        worklists.sweep_lists(session, worklists.list_store(settings), before=time.time() - SWEPT_AFTER)
