"""The urn: mixing ballots, closing it, counting it, forgetting who voted. Each function is one unit of work.

A mark and a ballot written together could be matched afterwards, by the order of rows or of transactions. So a ballot
waits in a buffer; from there it goes to the urn by batches, in an order drawn at random, under an identifier drawn
again. When the poll has closed, both tables are written again, in the order of keys that mean nothing, and the pages
where their former versions lay are given back and overwritten. See docs/decisions/0015-secret-du-vote.md.
"""

import secrets
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, insert, select, text
from sqlalchemy.orm import Session

from journeys.participation.enums import PollState
from journeys.participation.models import Ballot, BufferedBallot, ElectoralMark, Poll
from journeys.participation.policy import APPEAL, BATCH
from journeys.participation.sealed_box import open_ballot, tracking_code
from journeys.participation.service.arranging import lock_poll, private_key_place
from journeys.participation.service.reading import results_to_json
from journeys.participation.service.voting import ID_BYTES, check_urn
from journeys.participation.shapes import Results, questions_from_json
from journeys.participation.tally import tally
from portal.ground.clock import now
from portal.ground.db import Database
from portal.ground.db.engine import BUSY_TIMEOUT_MS
from portal.ground.vault.service import destroy_data_key, unseal

_draw = secrets.SystemRandom()
CLEAN_POSTGRESQL = "VACUUM (FULL) participation_mark, participation_buffer, participation_ballot"
SEEN_BY_OTHERS = """
    SELECT EXISTS (
        SELECT 1 FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND age(backend_xmin) > age(CAST(:own AS xid))
    )
"""
CHECKPOINT_WAIT_MS = 500


def polls_to_mix(session: Session) -> list[UUID]:
    """Polls whose buffer holds a batch."""
    full = (
        select(BufferedBallot.poll_id).group_by(BufferedBallot.poll_id).having(func.count() >= BATCH).scalar_subquery()
    )
    return list(session.scalars(select(Poll.id).where(Poll.id.in_(full))))


def polls_to_close(session: Session) -> list[UUID]:
    """Polls that are over and whose urn is not closed."""
    return _due(session, Poll.closes_at <= now(), Poll.urn_closed_at.is_(None))


def polls_to_clean(session: Session) -> list[UUID]:
    """Polls whose urn is closed, and whose traces are still on the disk."""
    return _due(session, Poll.urn_closed_at.is_not(None), Poll.cleaned_at.is_(None))


def polls_to_count(session: Session) -> list[UUID]:
    """Polls whose urn is closed and not counted."""
    return _due(session, Poll.urn_closed_at.is_not(None), Poll.counted_at.is_(None))


def polls_to_forget(session: Session) -> list[UUID]:
    """Polls counted, and whose appeal period is over."""
    return _due(session, Poll.counted_at.is_not(None), Poll.closes_at <= now() - APPEAL, Poll.erased_at.is_(None))


def mix(session: Session, poll_id: UUID) -> int:
    """Take the buffer into the urn when it holds a batch; how many ballots were taken."""
    lock_poll(session, poll_id)  # nobody votes meanwhile: the batch is whole
    waiting = _sealed(session, BufferedBallot, poll_id)
    if len(waiting) < BATCH:
        return 0
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql("PRAGMA secure_delete = ON")  # what is deleted is overwritten with zeros
    session.execute(delete(BufferedBallot).where(BufferedBallot.poll_id == poll_id))
    _drop_in(session, poll_id, waiting)
    check_urn(session, poll_id)
    return len(waiting)


def close_urn(session: Session, poll_id: UUID) -> int:
    """Take in what is left of the buffer, and write ballots and marks again, all at once; how many ballots there are.

    Only once the poll is over; done already, it changes nothing.
    """
    row = lock_poll(session, poll_id)
    if row.closes_at > now() or row.urn_closed_at is not None:
        return 0
    ballots = [*_sealed(session, Ballot, poll_id), *_sealed(session, BufferedBallot, poll_id)]
    for table in (BufferedBallot, Ballot):
        session.execute(delete(table).where(table.poll_id == poll_id))
    _drop_in(session, poll_id, ballots)
    _write_marks_again(session, poll_id)
    check_urn(session, poll_id)
    row.urn_closed_at = now()
    session.flush()
    return len(ballots)


def drop_history(database: Database) -> bool:
    """After a mix, empty SQLite's write-ahead log, where each vote was written in its turn; False when it is in use.

    PostgreSQL has no such file to empty: see the decision about its own log.
    """
    return database.dialect != "sqlite" or not _run_sqlite(database)


def clean(database: Database, poll_ids: Sequence[UUID]) -> bool:
    """Give back the pages where former versions of the rows lay; False when somebody was reading: to be done again.

    PostgreSQL writes the three tables again. SQLite writes the whole file again, then empties its write-ahead log.
    """
    done = not _run_sqlite(database, "VACUUM") if database.dialect == "sqlite" else _clean_postgresql(database)
    if done:
        with database.writing() as session:
            for poll_id in poll_ids:
                lock_poll(session, poll_id).cleaned_at = now()
    return done


def count(session: Session, poll_id: UUID) -> Results | None:
    """Open the ballots and sum them; None when it is not time, or done already. The only place that opens ballots.

    :raises UnreadableBallot: a ballot was altered, or is not of this poll; nothing is then published.
    """
    row = lock_poll(session, poll_id)
    if row.urn_closed_at is None or row.counted_at is not None or row.data_key_id is None:
        return None
    check_urn(session, poll_id)
    assert row.sealed_private_key is not None  # noqa: S101  a published poll has its keys
    private = unseal(session, row.data_key_id, row.sealed_private_key, context=private_key_place(row.id))
    sealed = _sealed(session, Ballot, poll_id)
    opened = [open_ballot(private, one, poll=row.id.bytes) for one in sealed]
    results = tally(questions_from_json(row.questions), opened, map(tracking_code, sealed))
    row.results, row.counted_at = results_to_json(results), now()
    session.flush()
    return results


def forget(session: Session, poll_id: UUID) -> bool:
    """After the appeal period, destroy keys, marks and ballots; the results stay. False when not due, or done."""
    row = lock_poll(session, poll_id)
    if row.counted_at is None or row.erased_at is not None or row.closes_at > now() - APPEAL:
        return False
    for table in (ElectoralMark, Ballot):
        session.execute(delete(table).where(table.poll_id == poll_id))
    if row.data_key_id is not None:
        destroy_data_key(session, row.data_key_id)
    row.erased_at = now()
    session.flush()
    check_urn(session, poll_id)
    return True


def _due(session: Session, *conditions: ColumnElement[bool]) -> list[UUID]:
    return list(session.scalars(select(Poll.id).where(Poll.state == PollState.PUBLISHED, *conditions)))


def _sealed(session: Session, table: type[Ballot] | type[BufferedBallot], poll_id: UUID) -> list[bytes]:
    return list(session.scalars(select(table.sealed).where(table.poll_id == poll_id)))


def _drop_in(session: Session, poll_id: UUID, sealed: list[bytes]) -> None:
    """Ballots in an order drawn at random, each under an identifier drawn at random."""
    _draw.shuffle(sealed)
    rows = [{"poll_id": poll_id, "id": secrets.token_hex(ID_BYTES), "sealed": one} for one in sealed]
    if rows:
        session.execute(insert(Ballot), sorted(rows, key=lambda row: str(row["id"])))


def _write_marks_again(session: Session, poll_id: UUID) -> None:
    """In the order of their fingerprints: the order of arrival is lost."""
    wanted = select(ElectoralMark.voter, ElectoralMark.identity, ElectoralMark.day).where(
        ElectoralMark.poll_id == poll_id
    )
    marks = [
        {"poll_id": poll_id, "voter": voter, "identity": identity, "day": day}
        for voter, identity, day in session.execute(wanted.order_by(ElectoralMark.voter))
    ]
    session.execute(delete(ElectoralMark).where(ElectoralMark.poll_id == poll_id))
    if marks:
        session.execute(insert(ElectoralMark), marks)


def _run_sqlite(database: Database, *statements: str) -> bool:
    """Statements that no transaction may hold, then the emptying of the write-ahead log; whether it was in use."""
    raw = database.engine.raw_connection()
    cursor = raw.cursor()
    try:
        for statement in statements:
            cursor.execute(statement)
        cursor.execute(f"PRAGMA busy_timeout = {CHECKPOINT_WAIT_MS}")
        return bool(cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])
    finally:
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.close()
        raw.close()


def _clean_postgresql(database: Database) -> bool:
    """Whether former versions are gone: they are kept for whoever still sees the tables as they were."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        own = connection.exec_driver_sql("SELECT pg_current_xact_id()::xid::text").scalar_one()
        if connection.scalar(text(SEEN_BY_OTHERS), {"own": own}):
            return False
        connection.exec_driver_sql("SET statement_timeout = 0")
        try:
            connection.exec_driver_sql(CLEAN_POSTGRESQL)
        finally:
            connection.exec_driver_sql("RESET statement_timeout")
    return True
