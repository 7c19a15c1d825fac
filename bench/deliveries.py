"""What the worker hands over per second to a partner that answers at once, against bare commits on the same disk."""

import time
from dataclasses import dataclass
from statistics import median
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from bench.ground import Ground
from bench.reference import Written, open_engine
from bench.table import Line, Way
from connectors.sdk import Receipt
from portal.engine.exchanges.delivering import Delivering
from portal.engine.exchanges.outcomes import Outcome
from portal.engine.exchanges.worker import Pace, Worker
from portal.ground.db import Database
from portal.records.outbox import service as outbox
from portal.records.outbox.policy import BATCH
from portal.records.outbox.service import Claimed

LANE, KIND = "mesure", "mesure"
MESSAGES = 400
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Stub:
    """A partner that has everything at once. What is measured is the portal."""

    resends: bool = True

    def load(self, _session: Session, claimed: Claimed) -> Any:
        """Nothing to read."""
        return claimed.payload

    def call(self, _loaded: Any, claimed: Claimed) -> Receipt:
        """Accepted."""
        return Receipt(external_ref=str(claimed.id))

    def settle(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Nobody to tell."""


def compare(ground: Ground) -> list[Line]:
    """Each round on the same disk: bare commits, then deliveries one by one, then by batches."""
    database = ground.database
    _worker(database, BATCH).drain()  # what the sample commune has to send is of kinds this worker leaves for later
    commits, single, batch, claims = [], [], [], []
    for _ in range(ROUNDS):
        commits.append(_commit_rate(ground.reference_url))
        single.append(_delivery_rate(database, 1) / commits[-1])
        batch.append(_delivery_rate(database, BATCH) / commits[-1])
        claims.append(_claim_rate(database) / commits[-1])
    told = "claim, mark before the call, result: three commits"
    return [
        Line("bare commits, one row each", median(commits), "/s"),
        Line("delivered, claimed one by one / bare commits", median(single), target=0.5, way=Way.AT_LEAST, told=told),
        Line(
            f"delivered, claimed by {BATCH} / bare commits", median(batch), target=2.0, way=Way.AT_LEAST,
            told="the claim is shared; each message keeps its mark and its result",
        ),
        Line(f"claimed and settled by {BATCH} / bare commits", median(claims), told="what the outbox alone allows"),
    ]  # fmt: skip


def _commit_rate(url: str) -> float:
    engine = open_engine(url)
    started = time.perf_counter()
    for _ in range(MESSAGES):
        with Session(engine) as session:
            session.add(Written(text="ligne"))
            session.commit()
    elapsed = time.perf_counter() - started
    engine.dispose()
    return MESSAGES / elapsed


def _fill(database: Database) -> None:
    with database.writing() as session:
        for _ in range(MESSAGES):
            outbox.enqueue(session, lane=LANE, kind=KIND, payload={}, idempotency_key=str(uuid4()))


def _worker(database: Database, batch: int) -> Worker:
    return Worker(database, Delivering(database, {KIND: Stub()}), pace=Pace(batch=batch))


def _delivery_rate(database: Database, batch: int) -> float:
    """Messages delivered per second by one thread of a worker."""
    _fill(database)
    worker, started = _worker(database, batch), time.perf_counter()
    endings = worker.drain()
    elapsed = time.perf_counter() - started
    if sum(endings.values()) != MESSAGES:
        raise RuntimeError(f"not everything was delivered: {endings}")
    return MESSAGES / elapsed


def _claim_rate(database: Database) -> float:
    """Messages taken and closed per second when a whole batch shares its two commits."""
    _fill(database)
    started, done = time.perf_counter(), 0
    while done < MESSAGES:
        with database.writing() as session:
            claimed = outbox.claim(session, worker="mesure", lane=LANE, limit=BATCH)
        with database.writing() as session:
            done += sum(outbox.complete(session, one) for one in claimed)
    return MESSAGES / (time.perf_counter() - started)
