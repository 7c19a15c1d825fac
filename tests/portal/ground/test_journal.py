"""The chain of the journal: what is sealed, by whom, and what each way of tampering looks like to the verifier."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from portal.ground import clock
from portal.ground.audit.job import seal_journal
from portal.ground.audit.models import AuditEntry, AuditSeal
from portal.ground.audit.service import Fault, KeptSeal, Report, last_seal, record, record_each, seal_batch, verify
from portal.ground.audit.service.chain import FIELDS
from portal.ground.db import Database, allow_changes, allow_truncation
from portal.ground.permissions import SYSTEM, Actor, ActorKind

AGENT = Actor(ActorKind.AGENT, uuid4())


def write(database: Database, count: int = 1, action: str = "request_read") -> None:
    with database.writing() as session:
        for number in range(count):
            record(
                session,
                AGENT,
                action,
                subject_id=uuid4(),
                request_id=uuid4(),
                connection="ecoles",
                details={"code": f"é-{number}"},
            )


def check(database: Database, **kept: list[KeptSeal]) -> Report:
    with database.reading() as session:
        return verify(session, **kept)


@pytest.fixture
def sealed(database: Database) -> Database:
    """Ten lines, sealed by batches of four."""
    write(database, 10)
    assert seal_journal(database, limit=4) == 10
    return database


@pytest.fixture
def tamper(sealed: Database) -> Callable[[str], None]:
    """Somebody who owns the database: takes the triggers away, then writes what they like."""

    def do(*statements: str) -> None:
        with sealed.engine.begin() as connection:
            for table in ("audit_entry", "audit_seal"):
                for statement in (*allow_truncation(table, sealed.dialect), *allow_changes(table, sealed.dialect)):
                    connection.execute(text(statement))
            for statement in statements:
                assert connection.execute(text(statement)).rowcount >= 1, statement

    return do


def entry_at(session: Session, position: int) -> AuditEntry:
    query = select(AuditEntry).join(AuditSeal, AuditSeal.entry_id == AuditEntry.id)
    return session.scalars(query.where(AuditSeal.position == position)).one()


ENTRY_5 = "id = (SELECT entry_id FROM audit_seal WHERE position = 5)"


def test_lines_are_sealed_in_batches_and_the_chain_holds(sealed: Database) -> None:
    report = check(sealed)
    assert (report.sealed, report.waiting, report.finding) == (10, 0, None)
    with sealed.reading() as session:
        whole = session.execute(select(AuditSeal.position, AuditSeal.caught_up).order_by(AuditSeal.position)).all()
        assert report.head == last_seal(session)
    assert [row.position for row in whole] == list(range(1, 11))
    assert [row.caught_up for row in whole] == [False] * 8 + [True] * 2
    write(sealed)
    assert check(sealed).waiting == 1
    assert seal_journal(sealed) == 1
    assert seal_journal(sealed) == 0
    assert check(sealed).sealed == 11


def test_an_empty_journal_has_no_chain(database: Database) -> None:
    assert seal_journal(database) == 0
    assert check(database) == Report(0, 0, None, None)


def test_every_column_is_sealed() -> None:
    assert set(FIELDS) == set(AuditEntry.__table__.c.keys())


@pytest.mark.parametrize("table", ["audit_entry", "audit_seal"])
@pytest.mark.parametrize("order", ["UPDATE {} SET {}", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_database_refuses_to_change_what_is_written(sealed: Database, table: str, order: str) -> None:
    changed = "action = 'x'" if table == "audit_entry" else "hash = 'x'"
    refusal = "append-only"
    if order.startswith("TRUNCATE") and sealed.dialect == "sqlite":
        refusal = "syntax error"  # SQLite knows no such order
    with pytest.raises(DatabaseError, match=refusal), sealed.writing() as session:
        session.execute(text(order.format(table, changed)))
    assert check(sealed).sealed == 10


@pytest.mark.parametrize(
    "change",
    [
        "action = 'request_reae'",
        "occurred_at = '2020-01-01 00:00:00'",
        "actor_kind = 'resident'",
        "actor_kind = 'nobody'",
        "actor_id = NULL",
        "subject_id = NULL",
        "mandate_id = actor_id",
        "request_id = NULL",
        "connection = 'ecoles2'",
        """details = '{"code": "e"}'""",
    ],
)
def test_an_altered_line_is_named(sealed: Database, tamper: Callable[[str], None], change: str) -> None:
    with sealed.reading() as session:
        wanted = entry_at(session, 5).id
    tamper(f"UPDATE audit_entry SET {change} WHERE {ENTRY_5}")
    report = check(sealed)
    assert report.finding is not None
    assert (report.finding.fault, report.finding.position) == (Fault.ALTERED, 5)
    assert report.finding.entry_id == wanted
    assert report.sealed == 4


def test_a_value_that_cannot_be_read_any_more_is_named_too(sealed: Database, tamper: Callable[[str], None]) -> None:
    if sealed.dialect != "sqlite":
        pytest.skip("this engine accepts no such value")
    tamper(f"UPDATE audit_entry SET details = '{{\"code' WHERE {ENTRY_5}")
    report = check(sealed)
    assert report.finding is not None
    assert (report.finding.fault, report.finding.position) == (Fault.ALTERED, 5)


def test_a_removed_line_is_named(sealed: Database, tamper: Callable[[str], None]) -> None:
    with sealed.reading() as session:
        wanted = entry_at(session, 5).id
    tamper(f"DELETE FROM audit_entry WHERE {ENTRY_5}")
    finding = check(sealed).finding
    assert finding is not None
    assert (finding.fault, finding.position, finding.entry_id) == (Fault.LINE_MISSING, 5, wanted)


def test_a_line_removed_with_its_link_is_named(sealed: Database, tamper: Callable[[str], None]) -> None:
    tamper(f"DELETE FROM audit_entry WHERE {ENTRY_5}", "DELETE FROM audit_seal WHERE position = 5")
    finding = check(sealed).finding
    assert finding is not None
    assert (finding.fault, finding.position) == (Fault.LINK_MISSING, 5)


@pytest.mark.parametrize("change", ["hash = substr(hash, 2) || substr(hash, 1, 1)", "caught_up = NOT caught_up"])
def test_an_altered_link_is_named(sealed: Database, tamper: Callable[[str], None], change: str) -> None:
    tamper(f"UPDATE audit_seal SET {change} WHERE position = 6")
    finding = check(sealed).finding
    assert finding is not None
    assert (finding.fault, finding.position) == (Fault.ALTERED, 6)


def test_a_reordered_chain_is_named(sealed: Database, tamper: Callable[[str], None]) -> None:
    tamper(
        "UPDATE audit_seal SET position = 99 WHERE position = 5",
        "UPDATE audit_seal SET position = 5 WHERE position = 6",
        "UPDATE audit_seal SET position = 6 WHERE position = 99",
    )
    finding = check(sealed).finding
    assert finding is not None
    assert (finding.fault, finding.position) == (Fault.ALTERED, 5)


def test_a_line_slipped_in_later_is_named_and_never_sealed(sealed: Database) -> None:
    with clock.shifted(-timedelta(hours=2)):
        write(sealed, action="request_withdrawn")
    write(sealed)
    assert seal_journal(sealed) == 1
    with sealed.reading() as session:
        wanted = session.scalars(select(AuditEntry.id).where(AuditEntry.action == "request_withdrawn")).one()
    finding = check(sealed).finding
    assert finding is not None
    assert (finding.fault, finding.position, finding.entry_id) == (Fault.ADDED, None, wanted)


def test_a_link_slipped_in_needs_the_whole_chain_rewritten(sealed: Database, tamper: Callable[[str], None]) -> None:
    """Whoever rewrites everything leaves a chain that holds: only a seal noted elsewhere tells."""
    with sealed.reading() as session:
        noted = last_seal(session)
    assert noted is not None
    tamper("UPDATE audit_entry SET action = 'request_seen' WHERE action = 'request_read'", "DELETE FROM audit_seal")
    seal_journal(sealed)
    assert check(sealed).finding is None
    finding = check(sealed, kept=[noted]).finding
    assert finding is not None
    assert (finding.fault, finding.position) == (Fault.REWRITTEN, 10)


def test_an_end_cut_off_is_told_by_a_seal_noted_elsewhere(sealed: Database, tamper: Callable[[str], None]) -> None:
    with sealed.reading() as session:
        noted = last_seal(session)
    assert noted is not None
    assert check(sealed, kept=[noted]).finding is None
    tamper(
        "DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM audit_seal WHERE position > 8)",
        "DELETE FROM audit_seal WHERE position > 8",
    )
    assert check(sealed).finding is None
    finding = check(sealed, kept=[noted]).finding
    assert finding is not None
    assert (finding.fault, finding.position) == (Fault.TRUNCATED, 10)


def test_a_line_committed_after_later_ones_were_sealed_gets_its_link(database: Database) -> None:
    """The order of the ids is not that of the commits."""
    if database.dialect == "sqlite":
        pytest.skip("one writer at a time: lines are committed in the order in which they are written")
    late = database.open_writing()
    record(late, AGENT, "late")
    write(database, 2)
    assert seal_journal(database) == 2
    late.commit()
    late.close()
    assert seal_journal(database) == 1
    report = check(database)
    assert (report.sealed, report.waiting, report.finding) == (3, 0, None)


def test_an_older_line_within_the_hour_is_sealed_after_the_others(sealed: Database) -> None:
    with clock.shifted(-timedelta(minutes=50)):
        write(sealed)
    assert seal_journal(sealed) == 1
    assert check(sealed).finding is None


def test_two_workers_do_not_seal_twice(database: Database) -> None:
    write(database, 60)
    counts: list[int] = []

    def work() -> None:
        counts.append(seal_journal(database, limit=7))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seal_journal(database)
    report = check(database)
    assert (report.sealed, report.finding) == (60, None)
    assert sum(counts) <= 60
    with database.reading() as session:
        assert session.scalar(select(func.count(func.distinct(AuditSeal.entry_id)))) == 60


def test_a_second_worker_leaves_the_journal_to_the_first(database: Database) -> None:
    if database.dialect == "sqlite":
        pytest.skip("a writing unit is alone by nature")
    write(database, 3)
    with database.writing() as first:
        assert seal_batch(first).sealed == 3
        with database.writing() as second:
            assert seal_batch(second).sealed == 0
    assert check(database).finding is None


def test_a_batch_that_fails_leaves_nothing(database: Database) -> None:
    write(database, 3)

    def fail_halfway() -> None:
        with database.writing() as session:
            assert seal_batch(session).sealed == 3
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_halfway()
    assert check(database).waiting == 3


def test_one_line_for_each_request_that_was_shown(database: Database) -> None:
    about = [(uuid4(), uuid4()) for _ in range(3)]
    with database.writing() as session:
        record_each(session, AGENT, "request_found", about)
        record_each(session, SYSTEM, "request_found", [])
    with database.reading() as session:
        rows = session.execute(select(AuditEntry.subject_id, AuditEntry.request_id, AuditEntry.actor_id)).all()
    assert {(row.subject_id, row.request_id) for row in rows} == set(about)
    assert {row.actor_id for row in rows} == {AGENT.id}


@pytest.mark.slow
def test_a_worker_killed_between_batches_leaves_a_whole_chain(database: Database) -> None:
    write(database, 3_000)
    program = (
        "import sys\n"
        "from portal.ground.audit.job import seal_journal\n"
        "from portal.ground.db import Database\n"
        "seal_journal(Database(sys.argv[1]), limit=5)\n"
    )
    killed_at = []
    for _round in range(3):
        worker = subprocess.Popen([sys.executable, "-c", program, database.url])
        start = check(database).sealed
        deadline = time.monotonic() + 30
        while check(database).sealed < start + 20 and time.monotonic() < deadline:
            time.sleep(0.01)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        report = check(database)
        assert report.finding is None
        killed_at.append(report.sealed)
    assert killed_at == sorted(set(killed_at))
    assert killed_at[-1] < 3_000, "it was killed while it worked"
    seal_journal(database)
    report = check(database)
    assert (report.sealed, report.waiting, report.finding) == (3_000, 0, None)
