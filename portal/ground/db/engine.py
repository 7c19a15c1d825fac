"""Engines and units of work.

A writing unit on SQLite starts with ``BEGIN IMMEDIATE``: the lock is taken before anything is read, so that a unit
never fails half-way for want of it. What may be retried is only that first statement. The threads of one process take
turns before they ask for it: SQLite itself knows no queue, it sleeps and asks again.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, SessionTransaction

from portal.ground.errors import Busy

BUSY_TIMEOUT_MS = 5_000
BEGIN_ATTEMPTS = 4
STATEMENT_TIMEOUT_MS = 3_000


class WritingSession(Session):
    """A session that gives the turn to write back when its transaction ends."""

    turn: threading.Semaphore | None = None


@event.listens_for(WritingSession, "after_transaction_end")
def _end_turn(session: WritingSession, transaction: SessionTransaction) -> None:
    if transaction.parent is None and session.turn is not None:
        turn, session.turn = session.turn, None
        turn.release()


class Database:
    """One database, reached through units. ``url``: ``sqlite:///…`` or ``postgresql+psycopg://…``."""

    def __init__(self, url: str, *, statement_timeout_ms: int = STATEMENT_TIMEOUT_MS, pool_size: int = 10) -> None:
        self.url = url
        self.dialect = make_url(url).get_backend_name()
        self._turn = threading.BoundedSemaphore() if self.dialect == "sqlite" else None
        if self.dialect == "sqlite":
            self.engine = _sqlite_engine(url)
        else:
            self.engine = create_engine(
                url,
                pool_size=pool_size,
                max_overflow=10,
                pool_pre_ping=True,
                pool_recycle=300,
                connect_args={
                    "connect_timeout": 5,
                    "options": f"-c statement_timeout={statement_timeout_ms} -c timezone=UTC",
                },
            )

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that is never committed. Raises nothing of its own."""
        session = Session(self.engine, expire_on_commit=False, autoflush=False)
        try:
            yield session
        finally:
            session.rollback()
            session.close()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session committed when the block ends, rolled back when it raises.

        :raises Busy: the lock of an SQLite database could not be had in the time allowed.
        """
        session = self.open_writing()
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.close()

    def open_writing(self) -> Session:
        """A session in which the writing transaction has begun; the caller commits or rolls back, then closes."""
        if self._turn is not None and not self._turn.acquire(timeout=BUSY_TIMEOUT_MS / 1000):
            raise Busy("database_busy", retry_after=5)
        try:
            session = self._begin_writing()
        except BaseException:
            if self._turn is not None:
                self._turn.release()
            raise
        session.turn = self._turn
        return session

    def _begin_writing(self) -> WritingSession:
        session = WritingSession(self.engine, expire_on_commit=False)
        for attempt in range(1, BEGIN_ATTEMPTS + 1):
            try:
                session.connection(execution_options={"parvis_writing": True})
                return session
            except OperationalError as error:
                session.rollback()
                if self.dialect != "sqlite" or attempt == BEGIN_ATTEMPTS:
                    session.close()
                    if self.dialect == "sqlite":
                        raise Busy("database_busy", retry_after=5) from error
                    raise
                time.sleep(0.05 * attempt)
        raise AssertionError("unreachable")

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000})

    @event.listens_for(engine, "connect")
    def on_connect(raw: Any, _record: Any) -> None:
        raw.isolation_level = None  # the driver must not begin transactions by itself
        cursor = raw.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("parvis_writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine
