"""Once a poll is closed, nothing that is kept says who cast which ballot; and the attacker who tries is a good one."""

import io
import json
from collections.abc import Sequence
from contextlib import redirect_stderr
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from journeys.participation.jobs import run_urns
from journeys.participation.models import Ballot, BufferedBallot, ElectoralMark
from journeys.participation.sealed_box import close_ballot, new_key_pair, tracking_code
from journeys.participation.service.voting import _mark, open_mark_key
from journeys.participation.shapes import PollView, Voter
from portal.ground import clock, logs
from portal.ground.db import Database
from portal.safekeeping.databases import copy_database
from tests.journeys.participation.attacker import Attack, Tables, attack, files_of, sightings
from tests.support.client import Browser
from tests.support.polls import make_poll, open_poll, put
from tests.support.town import Town

VOTERS = 130
# Five standard deviations of the correlation of two unrelated orders: one false alarm in a million attacks.
CHANCE = 5 / (VOTERS - 1) ** 0.5
# As many right by luck alone has a probability below one in ten million.
LUCK = 11
NAIVE = Tables("naive_mark", "voter", "naive_ballot", "sealed")


def assert_no_better_than_chance(found: Sequence[Attack]) -> None:
    """Every attack fails; those that succeed are named."""
    assert len(found) >= 9
    assert [one for one in found if abs(one.correlation) > CHANCE or one.named > LUCK] == []


def vote(database: Database, poll: PollView, count: int) -> list[tuple[str, str]]:
    """One after the other, each in its own unit, the worker passing now and then: (mark, tracking code) of each."""
    with database.reading() as session:
        key = open_mark_key(session, poll)
    found = []
    for number in range(count):
        voter = Voter((f"person:{number}",), identity=f"identity {number}")
        receipt = put(database, poll.id, 1 + number % 3, voter=voter)
        found.append((_mark(key, voter.names[0]), receipt.code))
        if number % 9 == 0:
            run_urns(database)
    return found


def known(database: Database, told: Sequence[tuple[str, str]], table: type = Ballot) -> list[tuple[str, bytes]]:
    """The truth that the attacker looks for: each mark with the sealed ballot that has its code."""
    with database.reading() as session:
        sealed = {tracking_code(one): one for one in session.scalars(select(table.sealed))}  # type: ignore[attr-defined]
        marks = set(session.scalars(select(ElectoralMark.voter)))
    assert marks == {mark for mark, _code in told}
    assert set(sealed) == {code for _mark, code in told}
    return [(mark, sealed[code]) for mark, code in told]


def test_after_the_end_no_order_links_marks_and_ballots(database: Database, town: Town, tmp_path: Path) -> None:
    poll = make_poll(database, town)
    told = vote(database, poll, VOTERS)
    with clock.shifted(poll.closes_at - clock.now() + timedelta(minutes=1)):
        run_urns(database)
    truth = known(database, told)
    copies = files_of(database)
    if database.dialect == "sqlite":
        copy_database(database.url, tmp_path / "parvis.backup")
        copies.append(tmp_path / "parvis.backup")
        assert [one for one in copies[:2] if one.suffix == ".sqlite3-wal" and sightings(one, truth[0][0])] == []
        for mark, sealed in truth:
            assert len(sightings(copies[0], sealed)) == 1, "nothing is left of where it waited"
            assert len(sightings(copies[0], mark)) == 2, "the row and its index, no former version"
    assert_no_better_than_chance(attack(database, truth, Tables(), copies))


def test_the_same_attacker_names_every_ballot_of_a_naive_urn(database: Database, town: Town) -> None:
    """Mark and ballot in one transaction, one voter after the other, in ordinary tables: keys drawn at random hide
    nothing."""
    public, _private = new_key_pair()
    key = b"k" * 32
    with database.writing() as session:
        kind = "bytea" if database.dialect == "postgresql" else "blob"
        session.execute(text("CREATE TABLE naive_mark (voter varchar(64) PRIMARY KEY)"))
        session.execute(text(f"CREATE TABLE naive_ballot (id varchar(32) PRIMARY KEY, sealed {kind})"))
    truth = []
    for number in range(VOTERS):
        mark = _mark(key, f"person:{number}")
        sealed = close_ballot(public, (1 + number % 3,), poll=b"naive")
        with database.writing() as session:
            session.execute(text("INSERT INTO naive_mark VALUES (:mark)"), {"mark": mark})
            session.execute(
                text("INSERT INTO naive_ballot VALUES (:id, :sealed)"), {"id": tracking_code(sealed), "sealed": sealed}
            )
        truth.append((mark, sealed))
    found = attack(database, truth, NAIVE, files_of(database))
    assert max(one.named for one in found) == VOTERS
    with pytest.raises(AssertionError):
        assert_no_better_than_chance(found)


def test_batches_alone_would_not_be_enough(database: Database, town: Town) -> None:
    """Why the urn is written again when it closes: on PostgreSQL, batches follow each other as the voters did."""
    poll = make_poll(database, town)
    told = vote(database, poll, VOTERS)
    with database.reading() as session:
        sealed = {tracking_code(one): one for one in session.scalars(select(Ballot.sealed))}
    truth = [(mark, sealed[code]) for mark, code in told if code in sealed]
    found = attack(database, truth, Tables(), files_of(database))
    if database.dialect == "postgresql":
        best = max(found, key=lambda one: abs(one.correlation))
        assert best.correlation > 0.9
    assert [one for one in found if one.named > LUCK] == [], "inside a batch, nothing is told"


def test_during_the_vote_a_full_copy_still_links_what_waits(database: Database, town: Town) -> None:
    """The limit that decision 0015 tells: whoever has every access and copies it all while people vote."""
    poll = make_poll(database, town)
    told = vote(database, poll, 12)
    truth = known(database, told, BufferedBallot)
    tables = Tables(ballot="participation_buffer")
    found = attack(database, truth, tables, files_of(database))
    assert max(abs(one.correlation) for one in found) > 0.9


def test_the_log_says_nothing_of_votes(database: Database, town: Town, visitor: Browser, angela: Browser) -> None:
    signed, free = make_poll(database, town), open_poll(database, town)
    written = io.StringIO()
    with redirect_stderr(written):
        logs.configure()
        for browser, poll in ((angela, signed), (visitor, free)):
            base = f"/participer/{poll.slug}"
            browser.get(base)
            pages = [
                browser.post(f"{base}/verifier", {"question_1": "1"}, expect=200),
                browser.post(f"{base}/voter", {"question_1": "1"}, expect=200),
                browser.post(f"{base}/voter", {"question_1": "2"}, expect=409),
            ]
            assert not any(page.response.headers.get("X-Request-Id") for page in pages)
    logs.configure()
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert {line["endpoint"] for line in lines} == {"participation.show"}, "other pages are logged as usual"
    said = json.dumps(lines)
    for secret in (str(town.angela.id), str(town.angela.person_id), signed.slug, free.slug):
        assert secret not in said
