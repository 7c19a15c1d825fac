"""Web and worker processes are killed without warning while residents send: nothing is lost, nothing happens twice."""

import os
import random
import time
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import text

from portal.engine.exchanges.running import build_worker
from portal.ground import clock
from portal.ground.settings import load_settings
from portal.records.connections.service import load_connections
from tests.portal.engine.exchanges.commune import open_commune, translations
from tests.portal.engine.exchanges.outside import Outside
from tests.portal.engine.exchanges.portal_edge import CONNECTORS, ENVIRON
from tests.reliability.processes import Killer, free_port, start_web, start_worker, wait_until_served
from tests.reliability.residents import Crowd, cookie_name_for, seat_residents

REQUESTS = int(os.environ.get("PARVIS_KILL_REQUESTS", "500"))
LOST_ANSWERS = 0.08
KILLS = 8
PATIENCE = 300  # on a machine that does other things too; about one minute on a quiet one

CONFIG = """
instance_id = "essai"
egress_allow = ["127.0.0.0/8"]

[connections.ecoles]
connector = "school"
title = "Logiciel des écoles"
options = {{ base_url = "{sandbox}/ecoles", authority_code = "21380999900019" }}
secrets = {{ api_key = "SCHOOL_KEY", webhook_secret = "SCHOOL_WEBHOOK" }}

[connections.courriel]
connector = "email"
title = "Courriel"
options = {{ host = "127.0.0.1", port = {smtp}, security = "none", from_address = "ne-pas-repondre@valmont.example" }}
"""


@pytest.fixture
def place(tmp_path, database_url, settings):
    """Ports, sandbox, configuration and environment of one portal."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    outside = Outside(tmp_path / "sandbox", portal_url=url)
    config = tmp_path / "parvis.toml"
    config.write_text(CONFIG.format(sandbox=outside.url, smtp=outside.smtp_port), encoding="utf-8")
    environ = {
        **os.environ,
        **ENVIRON,
        "PARVIS_CONFIG": str(config),
        "PARVIS_DATA_DIR": str(tmp_path / "data"),
        "PARVIS_DATABASE_URL": database_url,
        "PARVIS_MASTER_KEY": settings.master_key.get_secret_value(),
        "PARVIS_SECRET_KEY": settings.secret_key.get_secret_value(),
        "PARVIS_PUBLIC_URL": url,
        "PARVIS_PORT": str(port),
    }
    yield Place(url, port, outside, environ, tmp_path)
    outside.stop()


class Place:
    def __init__(self, url, port, outside, environ, folder):
        self.url, self.port, self.outside, self.environ, self.folder = url, port, outside, environ, folder
        self.settings = load_settings(environ=environ)
        self.programs = []

    @contextmanager
    def running(self):
        """The web program and two workers, started, and ended whatever happens."""
        log = self.folder / "programs.log"
        try:
            self.programs.append(start_web(self.port, self.environ, log))
            self.programs += [start_worker(number, self.environ, log) for number in (1, 2)]
            wait_until_served(self.url)
            yield self.programs[0], self.programs[1:]
        finally:
            for program in self.programs:
                program.stop()

    def kills(self, name):
        return sum(program.kills for program in self.programs if program.name.startswith(name))


def cut_a_backend(database):
    """On PostgreSQL, end one of the server's own processes as well."""

    def cut():
        if database.dialect != "postgresql" or random.random() < 0.5:
            return
        with database.engine.connect() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1"
                )
            )

    return cut


@pytest.mark.slow
def test_nothing_is_lost_and_nothing_happens_twice(place, database):
    commune = open_commune(database, residents=REQUESTS)
    sittings = seat_residents(commune, cookie_name_for(place.settings))
    place.outside.choose("ok", fail_rate=LOST_ANSWERS)
    crowd = Crowd(place.url, sittings)
    with place.running() as (web, workers):
        killer = Killer(place.url, web, workers, also=cut_a_backend(database))
        with killer:
            crowd.start()
            crowd.join(PATIENCE)
            killer.wait_for(KILLS)
        place.outside.choose("ok", fail_rate=0)
        wait_while(lambda: count_due(database) > 0, PATIENCE)
    drain(place, database)

    counts = place.outside.counts()
    assert place.kills("web") >= KILLS // 2
    assert place.kills("worker") >= KILLS // 2
    assert crowd.setbacks > 0
    assert counts["attempts"] > counts["keys"], "no answer was lost: nothing was proven"

    assert sorted(crowd.acknowledged) == list(range(REQUESTS))
    assert_nothing_lost(database, crowd.acknowledged)
    assert (counts["keys"], counts["records"], counts["max_records_per_key"]) == (REQUESTS, REQUESTS, 1)
    assert_every_request_told_its_story_once(database)
    assert_no_letter_twice(database, place.outside, commune.accounts)


def wait_while(condition, seconds):
    deadline = time.monotonic() + seconds
    while condition():
        assert time.monotonic() < deadline, "it lasted too long"
        time.sleep(0.2)


def count_due(database):
    """Messages whose time has come, held by a worker or not."""
    now = "CURRENT_TIMESTAMP" if database.dialect == "sqlite" else "clock_timestamp()"
    due = f"SELECT count(*) FROM outbox_message WHERE lease_until IS NOT NULL OR next_attempt_at <= {now}"
    return rows(database, due)[0][0]


def drain(place, database):
    """What waits for its next attempt; hours pass in a moment."""
    registry = load_connections(place.settings, connectors=CONNECTORS, environ=ENVIRON)
    worker = build_worker(place.settings, database, registry, around=translations)
    for hours in range(1, 8):
        with clock.shifted(timedelta(hours=hours)):
            worker.drain()
    registry.close()


def rows(database, statement):
    with database.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def assert_nothing_lost(database, acknowledged):
    kept = {reference for (reference,) in rows(database, "SELECT reference FROM service_request")}
    assert set(acknowledged.values()) - kept == set()
    assert len(kept) == REQUESTS
    assert len(set(acknowledged.values())) == REQUESTS
    assert rows(database, "SELECT count(*) FROM acknowledgement") == [(REQUESTS,)]
    assert rows(database, "SELECT count(*) FROM draft") == [(0,)]
    assert rows(database, "SELECT count(*), count(DISTINCT request_id) FROM paper") == [(REQUESTS, REQUESTS)]


def assert_every_request_told_its_story_once(database):
    forwarded = "SELECT state, count(*) FROM outbox_message WHERE kind = 'forward_request' GROUP BY state"
    assert rows(database, forwarded) == [("delivered", REQUESTS)]
    known = "SELECT count(DISTINCT external_ref), count(transmitted_at) FROM forwarding"
    assert rows(database, known) == [(REQUESTS, REQUESTS)]
    for event in ("request_submitted", "delivery_succeeded", "partner_received"):
        told = f"SELECT count(*), count(DISTINCT request_id) FROM timeline_event WHERE type = '{event}'"
        assert rows(database, told) == [(REQUESTS, REQUESTS)], event


def assert_no_letter_twice(database, outside, accounts):
    letters: Counter = Counter()
    for account in accounts:
        letters.update((account.email, letter["subject"]) for letter in outside.letters(account.email))
    assert set(letters.values()) == {1}
    sent = "SELECT state, count(*) FROM outbox_message WHERE kind = 'notification' GROUP BY state"
    states = dict(rows(database, sent))
    assert sum(states.values()) == 2 * REQUESTS
    assert set(states) <= {"delivered", "dead"}
    doubtful = "SELECT count(*) FROM outbox_message WHERE state = 'dead' AND last_error_code <> 'to_verify'"
    assert rows(database, doubtful) == [(0,)]
    assert states["delivered"] <= len(letters) <= 2 * REQUESTS
