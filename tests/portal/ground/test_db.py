"""The database layer means the same on both engines."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError, StatementError

from portal.ground import audit
from portal.ground.audit.models import AuditEntry
from portal.ground.audit.service import record
from portal.ground.db import Database, new_id
from portal.ground.errors import Busy
from portal.ground.permissions import SYSTEM
from portal.ground.vault.models import DataKey


def test_instants_come_back_aware_and_in_utc(database: Database) -> None:
    paris = timezone(timedelta(hours=2))
    with database.writing() as session:
        session.add(DataKey(wrapped=b"x", master_key_id="m", created_at=datetime(2026, 7, 1, 2, 0, tzinfo=paris)))
    with database.reading() as session:
        found = session.scalars(select(DataKey.created_at)).one()
    assert found == datetime(2026, 7, 1, 0, 0, tzinfo=UTC)
    assert found.tzinfo is UTC


def test_naive_instants_are_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="naive"), database.writing() as session:
        session.add(DataKey(wrapped=b"x", master_key_id="m", created_at=datetime(2026, 7, 1)))  # noqa: DTZ001  the point


def test_a_writing_unit_that_raises_leaves_nothing(database: Database) -> None:
    def fail_halfway() -> None:
        with database.writing() as session:
            session.add(DataKey(wrapped=b"x", master_key_id="m"))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_halfway()
    with database.reading() as session:
        assert session.scalars(select(DataKey)).all() == []


def test_a_reading_unit_never_commits(database: Database) -> None:
    with database.reading() as session:
        session.add(DataKey(wrapped=b"x", master_key_id="m"))
        session.flush()
    with database.reading() as session:
        assert session.scalars(select(DataKey)).all() == []


def test_the_journal_is_append_only(database: Database) -> None:
    with database.writing() as session:
        record(session, SYSTEM, "request_read", details={"code": "é"})
    for statement in ("UPDATE audit_entry SET action = 'other'", "DELETE FROM audit_entry"):
        with pytest.raises(DatabaseError, match="append-only"), database.writing() as session:
            session.execute(text(statement))
    with database.reading() as session:
        assert session.scalars(select(AuditEntry)).one().details == {"code": "é"}
    assert audit.__doc__


def test_identifiers_grow_with_time() -> None:
    made = [new_id() for _ in range(200)]
    assert made == sorted(made)
    assert {one.version for one in made} == {7}


def test_a_second_writer_waits_then_is_told(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    if database.dialect == "postgresql":
        with database.writing() as first, database.writing() as second:
            first.add(DataKey(wrapped=b"a", master_key_id="m"))
            second.add(DataKey(wrapped=b"b", master_key_id="m"))
        with database.reading() as session:
            assert len(session.scalars(select(DataKey)).all()) == 2
        return
    quick = Database(database.url + "?timeout=0")
    with quick.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=10")
        connection.rollback()
    with database.writing() as first:
        first.add(DataKey(wrapped=b"a", master_key_id="m"))
        with pytest.raises(Busy):
            quick.open_writing()
    quick.dispose()


def test_writers_of_one_process_take_turns(database: Database) -> None:
    """Each adds one to what it read; none is lost, and none waits for SQLite to ask again."""
    with database.writing() as session:
        session.add(DataKey(wrapped=b"\0", master_key_id="m"))

    def add_one(_number: int) -> None:
        with database.writing() as session:
            row = session.scalars(select(DataKey).with_for_update()).one()
            row.wrapped = bytes([(row.wrapped or b"\0")[0] + 1])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add_one, range(40)))
    with database.reading() as session:
        assert session.scalars(select(DataKey)).one().wrapped == bytes([40])


def test_the_turn_comes_back_however_the_unit_ends(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.writing() as session:
        session.add(DataKey(wrapped=bytes([1 // 0]), master_key_id="m"))
    with database.writing() as session, session.begin_nested():
        session.add(DataKey(wrapped=b"b", master_key_id="m"))
    abandoned = database.open_writing()
    abandoned.close()
    with database.writing() as session:
        assert [row.wrapped for row in session.scalars(select(DataKey))] == [b"b"]
