"""A handler whose recipient does what the test says, and the means to look at what happened."""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from connectors.sdk import Receipt
from portal.engine.exchanges.delivering import Delivering
from portal.engine.exchanges.worker import Pace, Worker
from portal.records.outbox import service as outbox


@dataclass
class ScriptedHandler:
    """``script``: what each call does in turn, the last one repeated: a receipt, an error, or seconds to wait."""

    script: list = field(default_factory=lambda: [Receipt("E-1")])
    resends: bool = True
    load_error: Exception | None = None
    calls: list = field(default_factory=list)
    outcomes: list = field(default_factory=list)
    on_call: object = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def load(self, session, claimed):
        if self.load_error is not None:
            raise self.load_error
        return dict(claimed.payload)

    def call(self, loaded, claimed):
        with self.lock:
            self.calls.append(claimed)
            step = self.script[min(len(self.calls), len(self.script)) - 1]
        if self.on_call is not None:
            self.on_call(claimed)
        if isinstance(step, Exception):
            raise step
        if isinstance(step, float):
            time.sleep(step)
            return Receipt(f"E-{claimed.id}")
        return step

    def settle(self, session, claimed, outcome):
        with self.lock:
            self.outcomes.append(outcome)

    @property
    def keys(self):
        return Counter(claimed.idempotency_key for claimed in self.calls)


def put(database, number=1, lane="ecoles", kind="test"):
    with database.writing() as session:
        return outbox.enqueue(
            session,
            lane=lane,
            kind=kind,
            payload={"request_id": f"r{number}"},
            idempotency_key=f"{lane}-{number}",
            group=f"r{number}",
        )


def view(database, number=1):
    with database.reading() as session:
        (found,) = outbox.delivery_state(session, f"r{number}")
        return found


def worker_for(database, handler, *, kind="test", jobs=(), handlers=None, **more):
    delivering = Delivering(database, handlers or {kind: handler}, **more)
    pace = Pace(idle_from=0.01, idle_to=0.05, sweep_every=0.2)
    return Worker(database, delivering, jobs=jobs, pace=pace)
