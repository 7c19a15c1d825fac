"""Token buckets: as many as allowed, refilled evenly, the same for every process."""

import re
import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from portal.ground import clock
from portal.ground.db import Database
from portal.ground.errors import Busy
from portal.ground.web import take
from portal.ground.web.limits import purge_buckets
from portal.ground.web.models import RateBucket

AT = datetime(2026, 3, 3, 13, 5, tzinfo=UTC)
PER = timedelta(minutes=5)


def taken(database: Database, who: str = "198.51.100.7", scope: str = "login", *, limit: int = 10) -> int | None:
    """Take one token; the seconds to wait when there is none."""
    try:
        with database.writing() as session:
            take(session, scope, who, limit=limit, per=PER)
    except Busy as busy:
        return busy.retry_after
    return None


def test_a_refusal_names_its_bucket(database: Database) -> None:
    taken(database, limit=1)
    with pytest.raises(Busy) as refused, database.writing() as session:
        take(session, "login", "198.51.100.7", limit=1, per=PER)
    assert refused.value.code == "rate_login"


def test_as_many_as_allowed_and_not_one_more(database: Database) -> None:
    with clock.frozen(AT):
        assert [taken(database) for _number in range(10)] == [None] * 10
        assert taken(database) == 30
        assert taken(database) == 30, "a refusal costs nothing"


def test_buckets_are_apart(database: Database) -> None:
    with clock.frozen(AT):
        assert taken(database, limit=1) is None
        assert taken(database, limit=1) is not None
        assert taken(database, "198.51.100.8", limit=1) is None
        assert taken(database, scope="search", limit=1) is None


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 10, 60, 300, 999])
def test_coming_back_when_told_is_accepted(database: Database, limit: int) -> None:
    at = AT
    with database.writing() as session, clock.frozen(at):
        for _number in range(limit):
            take(session, "login", "x", limit=limit, per=PER)
    for _turn in range(3):
        with clock.frozen(at):
            wait = taken(database, "x", limit=limit)
        assert wait is not None
        assert wait >= 1
        at += timedelta(seconds=wait)
        with clock.frozen(at):
            while taken(database, "x", limit=limit) is None:
                pass


def test_a_second_too_early_is_refused(database: Database) -> None:
    with clock.frozen(AT):
        for _number in range(10):
            taken(database)
    with clock.frozen(AT + timedelta(seconds=29)):
        assert taken(database) == 1
    with clock.frozen(AT + timedelta(seconds=30)):
        assert taken(database) is None
        assert taken(database) == 30


def test_waiting_longer_never_gives_more_than_the_bucket_holds(database: Database) -> None:
    with clock.frozen(AT):
        taken(database, limit=3)
    with clock.frozen(AT + timedelta(days=30)):
        assert [taken(database, limit=3) for _number in range(4)] == [None, None, None, 100]


def test_a_clock_that_goes_back_gives_nothing(database: Database) -> None:
    with clock.frozen(AT):
        for _number in range(10):
            taken(database)
    with clock.frozen(AT - timedelta(hours=1)):
        assert taken(database) == 30


@given(
    steps=st.lists(st.floats(0, 400), max_size=30),
    limit=st.integers(1, 50),
)
def test_never_more_than_the_bucket_and_its_refill(steps: list[float], limit: int) -> None:
    """Over any sequence of calls, what is accepted fits the bucket plus what the time has refilled."""
    engine = create_engine("sqlite://")
    RateBucket.__table__.create(engine)  # type: ignore[attr-defined]  # a Table
    accepted, elapsed, waits = 0, 0.0, []
    with Session(engine) as session:
        for step in steps:
            elapsed += step
            with clock.frozen(AT + timedelta(seconds=elapsed)):
                try:
                    take(session, "s", "w", limit=limit, per=PER)
                    accepted += 1
                except Busy as busy:
                    waits.append(busy.retry_after)
    engine.dispose()
    assert all(1 <= wait <= PER.total_seconds() / limit + 1 for wait in waits)
    assert accepted <= limit + elapsed * limit / PER.total_seconds() + 1e-6


def test_many_at_once_get_no_more_than_one_after_the_other(database: Database) -> None:
    barrier, results = threading.Barrier(12), []

    def run() -> None:
        barrier.wait()
        results.append(taken(database, limit=5))

    with clock.frozen(AT):
        threads = [threading.Thread(target=run) for _number in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
    assert len(results) == 12
    assert results.count(None) == 5


def test_no_address_is_kept(database: Database) -> None:
    taken(database, "198.51.100.7")
    with database.reading() as session:
        key = session.scalars(select(RateBucket.key)).one()
    assert re.fullmatch(r"[0-9a-f]{64}", key)


def test_buckets_of_yesterday_are_forgotten(database: Database) -> None:
    with clock.frozen(AT):
        taken(database, "old")
    with clock.frozen(AT + timedelta(hours=24, seconds=1)):
        taken(database, "new")
        with database.writing() as session:
            purge_buckets(session)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(RateBucket)) == 1
