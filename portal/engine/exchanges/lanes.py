"""One lane: its messages are delivered by its own few threads, so that a slow partner never delays another lane."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from portal.engine.exchanges.delivering import PAUSED_RECHECK, Delivering
from portal.engine.exchanges.enums import Ending
from portal.engine.exchanges.faults import report_fault
from portal.engine.exchanges.outcomes import Outcome
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.errors import Busy
from portal.records.connections import service as connections
from portal.records.outbox import service as outbox
from portal.records.outbox.enums import HeldReason
from portal.records.outbox.policy import BATCH
from portal.records.outbox.service import Claimed

AFTER_FAULT = 1.0


@dataclass(slots=True)
class LaneWork:
    """Taking the due messages of one lane, batch after batch. Used by one thread at a time."""

    database: Database
    delivering: Delivering
    lane: str
    worker: str
    batch: int = BATCH
    must_stop: Callable[[], bool] = lambda: False
    endings: Counter[Ending] = field(default_factory=Counter)

    def round(self) -> bool:
        """Take one batch and try each message. ``True`` when more may be due."""
        claimed, probe = self._claim()
        started = time.monotonic()
        patience = self.delivering.lease / timedelta(seconds=2)
        for position, message in enumerate(claimed):
            if self.must_stop() or time.monotonic() - started > patience:
                self._give_back(claimed[position:])
                return not self.must_stop()
            outcome = self._deliver(message, claimed[position + 1 :], probe=probe)
            if outcome.lane_must_stop:
                self._give_back(claimed[position + 1 :])
                return False
        return probe or len(claimed) == self.batch

    def _deliver(self, message: Claimed, others: list[Claimed], *, probe: bool) -> Outcome:
        """Try one message. Should our own code fail on it, the others do not wait for the lease to run out."""
        try:
            outcome = self.delivering.deliver(message, probe=probe)
        except (SQLAlchemyError, Busy):
            raise
        except Exception:
            self._give_back(others)
            raise
        self.endings[outcome.ending] += 1
        return outcome

    def _claim(self) -> tuple[list[Claimed], bool]:
        with self.database.writing() as session:
            passage = connections.take_passage(session, self.lane)
            if not passage.allowed:
                until = passage.until or clock.now() + PAUSED_RECHECK
                reason = HeldReason(passage.refusal) if passage.refusal else HeldReason.BREAKER_OPEN
                outbox.hold_lane(session, self.lane, until=until, reason=reason)
                return [], False
            limit = 1 if passage.probe else self.batch
            lease = self.delivering.lease
            return outbox.claim(session, worker=self.worker, lane=self.lane, limit=limit, lease=lease), passage.probe

    def _give_back(self, messages: list[Claimed]) -> None:
        if messages:
            with self.database.writing() as session:
                for message in messages:
                    outbox.release(session, message, not_before=clock.now())


class LaneThreads:
    """The threads of one lane. Asleep until woken; they stop after the message they are at."""

    def __init__(self, make_work: Callable[[str], LaneWork], lane: str, count: int, stop: threading.Event) -> None:
        self.lane = lane
        self._stop = stop
        self._wake = threading.Condition()
        self._calls = 0
        self._threads = [
            threading.Thread(target=self._run, args=(make_work(place),), name=place, daemon=True)
            for place in (f"{lane}/{number}" for number in range(1, count + 1))
        ]
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Something is due, or it is time to stop."""
        with self._wake:
            self._calls += 1
            self._wake.notify_all()

    def join(self, timeout: float) -> bool:
        """Wait for the threads; ``True`` when all have ended."""
        deadline = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _run(self, work: LaneWork) -> None:
        answered = 0
        while not self._stop.is_set():
            with self._wake:
                self._wake.wait_for(lambda: self._calls != answered or self._stop.is_set(), timeout=60.0)  # noqa: B023 - read under the lock, in this turn
                answered = self._calls
            self._drain(work)

    def _drain(self, work: LaneWork) -> None:
        try:
            while not self._stop.is_set() and work.round():
                pass
        except (SQLAlchemyError, Busy) as error:
            report_fault("lane_without_database", error, lane=self.lane)
            self._stop.wait(AFTER_FAULT)
        except Exception as error:  # noqa: BLE001 - a fault in one batch must not end the lane; its lease will expire
            report_fault("lane_fault", error, lane=self.lane)
            self._stop.wait(AFTER_FAULT)
