"""The sandbox's memory: one SQLite file, one connection, one lock."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCHEMA = (
    "CREATE TABLE IF NOT EXISTS preference (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
    """CREATE TABLE IF NOT EXISTS incident (
        partner TEXT PRIMARY KEY, scenario TEXT NOT NULL, once INTEGER NOT NULL, delay REAL NOT NULL,
        fail_rate REAL NOT NULL) STRICT""",
    """CREATE TABLE IF NOT EXISTS signing_key (
        kid TEXT PRIMARY KEY, provider TEXT NOT NULL, jwk TEXT NOT NULL, state TEXT NOT NULL,
        position INTEGER NOT NULL) STRICT""",
    """CREATE TABLE IF NOT EXISTS ticket (
        id TEXT PRIMARY KEY, kind TEXT NOT NULL, provider TEXT NOT NULL, data TEXT NOT NULL,
        expires_at REAL NOT NULL, used INTEGER NOT NULL DEFAULT 0) STRICT""",
    """CREATE TABLE IF NOT EXISTS attempt (
        partner TEXT NOT NULL, key TEXT NOT NULL, tries INTEGER NOT NULL, PRIMARY KEY (partner, key)) STRICT""",
    """CREATE TABLE IF NOT EXISTS enrolment (
        id TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE, digest TEXT NOT NULL, external_ref TEXT NOT NULL,
        child_year TEXT NOT NULL, body TEXT NOT NULL, status TEXT NOT NULL, created_at REAL NOT NULL,
        updated_at REAL NOT NULL) STRICT""",
    "CREATE INDEX IF NOT EXISTS enrolment_reference ON enrolment (external_ref)",
    "CREATE INDEX IF NOT EXISTS enrolment_child_year ON enrolment (child_year)",
    "CREATE INDEX IF NOT EXISTS enrolment_status ON enrolment (status, created_at)",
    """CREATE TABLE IF NOT EXISTS enrolment_event (
        id TEXT PRIMARY KEY, enrolment_id TEXT NOT NULL REFERENCES enrolment (id), position INTEGER NOT NULL,
        status TEXT NOT NULL, occurred_at REAL NOT NULL, details TEXT NOT NULL) STRICT""",
    "CREATE INDEX IF NOT EXISTS enrolment_event_of ON enrolment_event (enrolment_id, position)",
    """CREATE TABLE IF NOT EXISTS follow_up (
        id TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE, digest TEXT NOT NULL,
        enrolment_id TEXT NOT NULL REFERENCES enrolment (id), kind TEXT NOT NULL, body TEXT NOT NULL,
        status TEXT NOT NULL, received_at REAL NOT NULL) STRICT""",
    "CREATE INDEX IF NOT EXISTS follow_up_of ON follow_up (enrolment_id, received_at)",
    """CREATE TABLE IF NOT EXISTS callback (
        id INTEGER PRIMARY KEY, enrolment_id TEXT NOT NULL, event_id TEXT NOT NULL, body TEXT NOT NULL,
        flaw TEXT NOT NULL, state TEXT NOT NULL, tries INTEGER NOT NULL, due_at REAL NOT NULL) STRICT""",
    "CREATE INDEX IF NOT EXISTS callback_due ON callback (state, due_at)",
    "CREATE INDEX IF NOT EXISTS callback_of ON callback (enrolment_id)",
    """CREATE TABLE IF NOT EXISTS callback_try (
        id INTEGER PRIMARY KEY, callback_id INTEGER NOT NULL REFERENCES callback (id), tried_at REAL NOT NULL,
        outcome TEXT NOT NULL) STRICT""",
    "CREATE INDEX IF NOT EXISTS callback_try_of ON callback_try (callback_id)",
    """CREATE TABLE IF NOT EXISTS demo_request (
        id TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE, digest TEXT NOT NULL, reference TEXT NOT NULL,
        body TEXT NOT NULL, received_at REAL NOT NULL) STRICT""",
    "CREATE INDEX IF NOT EXISTS demo_request_reference ON demo_request (reference)",
    """CREATE TABLE IF NOT EXISTS pass_closure (
        id TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE, digest TEXT NOT NULL, external_ref TEXT NOT NULL,
        pass_number TEXT NOT NULL, body TEXT NOT NULL, status TEXT NOT NULL, created_at REAL NOT NULL,
        updated_at REAL NOT NULL) STRICT""",
    "CREATE INDEX IF NOT EXISTS pass_closure_reference ON pass_closure (external_ref)",
    "CREATE INDEX IF NOT EXISTS pass_closure_pass ON pass_closure (pass_number)",
    """CREATE TABLE IF NOT EXISTS pass_event (
        id TEXT PRIMARY KEY, closure_id TEXT NOT NULL REFERENCES pass_closure (id), position INTEGER NOT NULL,
        status TEXT NOT NULL, occurred_at REAL NOT NULL, details TEXT NOT NULL) STRICT""",
    "CREATE INDEX IF NOT EXISTS pass_event_of ON pass_event (closure_id, position)",
    """CREATE TABLE IF NOT EXISTS pass_amendment (
        key TEXT PRIMARY KEY, digest TEXT NOT NULL, closure_id TEXT NOT NULL REFERENCES pass_closure (id),
        number INTEGER NOT NULL, received_at REAL NOT NULL) STRICT""",
    """CREATE TABLE IF NOT EXISTS sms (
        id TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE, digest TEXT NOT NULL, recipient TEXT NOT NULL,
        sender TEXT NOT NULL, text TEXT NOT NULL, segments INTEGER NOT NULL, received_at REAL NOT NULL) STRICT""",
    "CREATE INDEX IF NOT EXISTS sms_received ON sms (received_at)",
    """CREATE TABLE IF NOT EXISTS sms_event (
        id TEXT PRIMARY KEY, sms_id TEXT NOT NULL REFERENCES sms (id) ON DELETE CASCADE, position INTEGER NOT NULL,
        body TEXT NOT NULL) STRICT""",
    "CREATE INDEX IF NOT EXISTS sms_event_of ON sms_event (sms_id, position)",
    "DROP VIEW IF EXISTS record",  # a view holds nothing: that of an older program is made anew
    """CREATE VIEW record (partner, key, reference) AS
        SELECT 'ecoles', key, external_ref FROM enrolment UNION ALL SELECT 'demo', key, reference FROM demo_request
        UNION ALL SELECT 'mobilite', key, external_ref FROM pass_closure UNION ALL SELECT 'sms', key, id FROM sms""",
    """CREATE TABLE IF NOT EXISTS mail (
        id INTEGER PRIMARY KEY, received_at REAL NOT NULL, sender TEXT NOT NULL, subject TEXT NOT NULL,
        raw BLOB NOT NULL) STRICT""",
    """CREATE TABLE IF NOT EXISTS mail_recipient (
        mail_id INTEGER NOT NULL REFERENCES mail (id) ON DELETE CASCADE, address TEXT NOT NULL,
        PRIMARY KEY (mail_id, address)) STRICT""",
    "CREATE INDEX IF NOT EXISTS mail_recipient_address ON mail_recipient (address)",
)

Row = sqlite3.Row


class Store:
    """One open database. Each call is atomic; `writing` groups several."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.execute("PRAGMA busy_timeout = 5000")
        for statement in SCHEMA:
            self._connection.execute(statement)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction: committed on return, rolled back on raise. Not nested."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def run(self, statement: str, values: Sequence[Any] = ()) -> int:
        """Execute a statement that changes rows; the number of rows changed."""
        with self._lock:
            return self._connection.execute(statement, values).rowcount

    def insert(self, statement: str, values: Sequence[Any] = ()) -> int:
        """Execute an INSERT; the integer key of the new row."""
        with self._lock:
            return self._connection.execute(statement, values).lastrowid or 0

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Row]:
        """All rows of a query."""
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    def row(self, statement: str, values: Sequence[Any] = ()) -> Row | None:
        """The first row of a query, or None."""
        with self._lock:
            found: Row | None = self._connection.execute(statement, values).fetchone()
            return found

    def preference(self, name: str, default: str) -> str:
        """A setting that was changed on a page, or its default."""
        found = self.row("SELECT value FROM preference WHERE name = ?", (name,))
        return default if found is None else str(found["value"])

    def set_preference(self, name: str, value: str) -> None:
        """Keep a setting that was changed on a page."""
        self.run(
            "INSERT INTO preference (name, value) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )

    def close(self) -> None:
        """Close the file, once nobody is writing."""
        with self._lock:
            self._connection.close()
