"""The worker: looks for what is due, wakes the lanes, sweeps after lost workers, runs the periodic jobs."""

import os
import socket
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from portal.engine.exchanges.delivering import Delivering
from portal.engine.exchanges.enums import Ending
from portal.engine.exchanges.faults import report_fault
from portal.engine.exchanges.jobs import JobRunner, PeriodicJob
from portal.engine.exchanges.lanes import LaneThreads, LaneWork
from portal.ground.db import Database, new_id
from portal.ground.errors import Busy
from portal.ground.logs import get_logger
from portal.records.connections import service as connections
from portal.records.outbox import service as outbox
from portal.records.outbox.policy import BATCH

log = get_logger("exchanges")

IDLE_FROM: Final = 0.05
IDLE_TO: Final = 0.5
AFTER_FAULT: Final = 1.0
DRAIN_ROUNDS: Final = 10_000
STOP_WITHIN: Final = 7.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How a worker divides its time. ``sweep_every`` in seconds."""

    threads_per_lane: int = 2
    job_threads: int = 2
    batch: int = BATCH
    sweep_every: float = 15.0
    idle_from: float = IDLE_FROM
    idle_to: float = IDLE_TO
    stop_within: float = STOP_WITHIN


def worker_name() -> str:
    """Names this process among all workers, restarts included; holds no person's data."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{new_id().hex[-8:]}"


@dataclass(slots=True)
class Worker:
    """Delivers what is due until told to stop. Any number of workers may run, on any number of machines."""

    database: Database
    delivering: Delivering
    jobs: Sequence[PeriodicJob] = ()
    pace: Pace = field(default_factory=Pace)
    name: str = field(default_factory=worker_name)
    _lanes: dict[str, LaneThreads] = field(default_factory=dict)

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop`` is set, then let each thread end the message it is at."""
        log.info("worker_started", worker=self.name)
        runners = self._start_jobs(stop)
        idle, swept_at = self.pace.idle_from, 0.0
        while not stop.is_set():
            try:
                if time.monotonic() - swept_at >= self.pace.sweep_every:
                    self.sweep()
                    swept_at = time.monotonic()
                busy = self._look(stop)
                idle = self.pace.idle_from if busy else min(idle * 2, self.pace.idle_to)
            except (SQLAlchemyError, Busy) as error:
                report_fault("worker_without_database", error)
                idle = AFTER_FAULT
            stop.wait(idle)
        self._end(runners)

    def drain(self) -> Counter[Ending]:
        """Deliver all that is due now in the calling thread, then return how the tries ended."""
        endings: Counter[Ending] = Counter()
        for _ in range(DRAIN_ROUNDS):
            self.free_lanes()
            with self.database.reading() as session:
                due = outbox.lanes_with_due(session)
            if not due:
                break
            for lane in due:
                work = self._work(lane, threading.Event(), "drain")
                work.round()
                endings += work.endings
        return endings

    def sweep(self) -> int:
        """Give back what lost workers held; return how many messages that concerned."""
        with self.delivering.around(), self.database.writing() as session:
            report = outbox.sweep(session)
            for claimed in report.dead:
                self.delivering.settle_dead(claimed, outbox.WORKER_LOST, session)
        if report.returned or report.dead:
            log.warning("claims_swept", count=report.returned + len(report.dead))
        return report.returned + len(report.dead)

    def free_lanes(self) -> None:
        """Make due what was held on lanes whose connection may be called again."""
        with self.database.reading() as session:
            held = outbox.lanes_with_held(session)
            if not held:
                return
            states = connections.list_states(session)
        closed = {name for name, state in states.items() if state.paused or state.breaker_open}
        usable = [lane for lane in held if lane not in closed]
        for lane in usable:
            with self.database.writing() as session:
                outbox.free_lane(session, lane)

    def _look(self, stop: threading.Event) -> bool:
        """Wake the lanes that have something due. ``True`` when there was one."""
        self.free_lanes()
        with self.database.reading() as session:
            due = outbox.lanes_with_due(session)
        for lane in due:
            if lane not in self._lanes:
                make_work = partial(self._work, lane, stop)
                self._lanes[lane] = LaneThreads(make_work, lane, self.pace.threads_per_lane, stop)
            self._lanes[lane].wake()
        return bool(due)

    def _work(self, lane: str, stop: threading.Event, place: str) -> LaneWork:
        return LaneWork(
            database=self.database,
            delivering=self.delivering,
            lane=lane,
            worker=f"{self.name}/{place}"[:120],
            batch=self.pace.batch,
            must_stop=stop.is_set,
        )

    def _start_jobs(self, stop: threading.Event) -> list[threading.Thread]:
        """More than one, so that asking a slow partner does not keep the other jobs waiting."""
        threads = []
        for number in range(1, self.pace.job_threads + 1):
            runner = JobRunner(self.database, self.jobs, worker=f"{self.name}/jobs/{number}"[:120])
            threads.append(threading.Thread(target=runner.run, args=(stop,), name=f"jobs/{number}", daemon=True))
            threads[-1].start()
        return threads

    def _end(self, runners: list[threading.Thread]) -> None:
        deadline = time.monotonic() + self.pace.stop_within
        for lane in self._lanes.values():
            lane.wake()
        ended = [lane.join(max(0.1, deadline - time.monotonic())) for lane in self._lanes.values()]
        for runner in runners:
            runner.join(max(0.1, deadline - time.monotonic()))
        log.info("worker_stopped", worker=self.name, outcome="clean" if all(ended) else "left_running")
