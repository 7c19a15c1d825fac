"""The agents' queue with a thousand requests and with many more: what must not grow with the archive."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import event, insert, select

from bench.ground import Ground, settle
from bench.table import Line
from portal.casework.requests.enums import RequestStatus
from portal.casework.requests.models import RequestWord, ServiceRequest
from portal.casework.requests.search_words import kept_words
from portal.ground import clock
from portal.ground.db import Database, new_id
from portal.ground.permissions import ROLE_PERMISSIONS, Actor, ActorKind
from portal.people.accounts.service import AgentView, name_key
from portal.screens.backoffice.filters import Cursor, Filters, Order, View
from portal.screens.backoffice.queries import read_queue

FEW = 1_000
CHUNK = 5_000
REPEATS = 40
OPEN = 500  # what agents have to do does not grow with the archive
DAYS = 1_500
SYLLABLES = ("ba", "cé", "do", "fi", "gu", "la", "mé", "no", "pi", "ru", "sa", "té", "vo", "zi")


@dataclass(frozen=True, slots=True)
class Size:
    """Milliseconds of each thing asked, at one size: the least of many, to which other work on the machine adds."""

    listing: float
    counter: float
    deep: float
    archive: float
    search: float


def compare(ground: Ground, many: int) -> list[Line]:
    """The same questions at both sizes."""
    small, large = _measure(ground, 0, FEW), _measure(ground, FEW, many)

    def line(name: str, of: Callable[[Size], float], most: float) -> Line:
        told = f"{of(small):.2f} ms → {of(large):.2f} ms"
        return Line(name, of(large) / of(small), target=most, told=told)

    return [
        line("queue: first page", lambda one: one.listing, 1.25),
        line("queue: counters of the tabs", lambda one: one.counter, 1.25),
        line("queue: a page far down", lambda one: one.deep, 1.25),
        line("ended requests: a page far down, by date", lambda one: one.archive, 1.25),
        line("search by the beginning of a name", lambda one: one.search, 3.0),
    ]


def _measure(ground: Ground, before: int, count: int) -> Size:
    database = ground.database
    _fill(database, before, count)
    settle(database, "service_request", "request_word")
    agent = _actor(ground.agent)
    middle = clock.now() - timedelta(days=DAYS / 2)
    deep = Filters(after=Cursor(middle.date().isoformat(), UUID(int=0)))
    archive = Filters(View.ENDED, order=Order.SUBMITTED, after=Cursor(middle.isoformat(), UUID(int=0)))
    listing, counter = _times(database, agent, Filters())
    return Size(
        listing=listing,
        counter=counter,
        deep=_times(database, agent, deep)[0],
        archive=_times(database, agent, archive)[0],
        search=sum(_times(database, agent, Filters(query="zizi"))),  # the tabs count it everywhere
    )


def _fill(database: Database, before: int, count: int) -> None:
    """Copies of a request made through the services, up to so many, over four years, the same few still open."""
    draw, start = random.Random(1), clock.now() - timedelta(days=DAYS)
    with database.reading() as session:
        model = session.scalars(select(ServiceRequest).order_by(ServiceRequest.id.desc()).limit(1)).one()
        common = {column.key: getattr(model, column.key) for column in ServiceRequest.__mapper__.column_attrs}
    for first in range(before, count, CHUNK):
        rows = [{**common, **_differences(number, start, draw)} for number in range(first, min(first + CHUNK, count))]
        words = [
            {"request_id": row["id"], "department_id": row["department_id"], "word": word}
            for row in rows
            for word in kept_words(row["applicant_key"], row["reference"])
        ]
        with database.writing() as session:
            session.execute(insert(ServiceRequest), rows)
            session.execute(insert(RequestWord), words)


def _differences(number: int, start: datetime, draw: random.Random) -> dict[str, Any]:
    at = start + timedelta(days=DAYS) * draw.random()
    name = " ".join("".join(draw.choices(SYLLABLES, k=3)).title() for _ in range(2))
    is_open = number < OPEN
    return {
        "id": new_id(),
        "reference": f"MES-{number:06d}-22",
        "form_key": f"mesure-{number}",
        "applicant_name": name,
        "applicant_key": name_key(name),
        "submitted_at": at,
        "updated_at": at,
        "deadline": (at + timedelta(days=60)).date() if number % 4 else None,
        "status": RequestStatus.SUBMITTED if is_open else RequestStatus.ACCEPTED,
        "decided_at": None if is_open else at,
    }


def _actor(agent: AgentView) -> Actor:
    permissions = ROLE_PERMISSIONS[agent.role]
    return Actor(ActorKind.AGENT, agent.id, permissions=permissions, department_ids=agent.department_ids)


def _times(database: Database, agent: Actor, filters: Filters) -> tuple[float, float]:
    """Least milliseconds of the statement that lists and of the one that counts."""
    listing, counting = [], []
    for _ in range(REPEATS):
        with database.reading() as session, _timed(database) as times:
            read_queue(session, agent, filters)
        counting.append(sum(took for statement, took in times if "count(" in statement))
        listing.append(sum(took for statement, took in times if "LIMIT" in statement) - counting[-1])  # bounded as well
    return min(listing), min(counting)


@contextmanager
def _timed(database: Database) -> Iterator[list[tuple[str, float]]]:
    """Each statement with the milliseconds of processor it took to its first rows, which a busy machine hardly changes.

    SQLite works in this very thread, a PostgreSQL server of this machine in a process of its own. Of one elsewhere,
    what passed on the wall is told.
    """
    found: list[tuple[str, float]] = []
    started: list[float] = []

    def before(_connection: Any, cursor: Any, *_rest: Any) -> None:
        started.append(_worked(database, cursor))

    def after(_connection: Any, cursor: Any, statement: str, *_rest: Any) -> None:
        found.append((statement, (_worked(database, cursor) - started.pop()) * 1_000))

    event.listen(database.engine, "before_cursor_execute", before)
    event.listen(database.engine, "after_cursor_execute", after)
    try:
        yield found
    finally:
        event.remove(database.engine, "before_cursor_execute", before)
        event.remove(database.engine, "after_cursor_execute", after)


def _worked(database: Database, cursor: Any) -> float:
    """Seconds of processor taken so far by what executes the statements of a cursor."""
    if database.dialect == "sqlite":
        return time.thread_time()
    backend = Path(f"/proc/{cursor.connection.info.backend_pid}/schedstat")
    is_here = database.engine.url.host in {"127.0.0.1", "localhost"} and backend.exists()
    return int(backend.read_text().split()[0]) / 1e9 if is_here else time.perf_counter()
