"""The worker at work, with its threads: quick to notice, fair between lanes, clean to stop."""

import threading
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from connectors.sdk import ConfigurationError, Receipt
from portal.engine.exchanges.jobs import JobRunner, PeriodicJob
from portal.engine.exchanges.service import list_jobs, register_jobs, take_due_job
from portal.ground import clock
from portal.ground.errors import NotFound
from portal.ground.permissions import SYSTEM
from portal.records.connections import service as connections
from portal.records.outbox import service as outbox
from portal.records.outbox.enums import MessageState
from portal.records.outbox.models import OutboxAttempt, OutboxMessage
from tests.portal.engine.exchanges.fakes import ScriptedHandler, put, view, worker_for


@contextmanager
def running(*workers):
    stop = threading.Event()
    threads = [threading.Thread(target=worker.run, args=(stop,)) for worker in workers]
    for thread in threads:
        thread.start()
    try:
        yield stop
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive()


def wait_for(condition, seconds=60.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def delivered(database):
    with database.reading() as session:
        states = select(func.count()).where(OutboxMessage.state == MessageState.DELIVERED)
        return session.scalar(states)


def test_a_new_message_is_noticed_at_once(database):
    handler = ScriptedHandler()
    with running(worker_for(database, handler)):
        time.sleep(0.3)
        put(database)
        wait_for(lambda: view(database).state is MessageState.DELIVERED, seconds=10.0)


def test_two_workers_deliver_each_message_once(database):
    for number in range(60):
        put(database, number)
    handler = ScriptedHandler([0.001])
    with running(worker_for(database, handler), worker_for(database, handler)):
        wait_for(lambda: delivered(database) == 60)
    assert set(handler.keys.values()) == {1}
    assert len(handler.outcomes) == 60


def test_a_slow_lane_does_not_delay_another(database):
    answered = threading.Event()
    slow = ScriptedHandler(on_call=lambda _claimed: answered.wait(120))
    quick = ScriptedHandler()
    for number in range(6):
        put(database, number, lane="ecoles", kind="slow")
    for number in range(100, 130):
        put(database, number, lane="courriel", kind="quick")
    with running(worker_for(database, None, handlers={"slow": slow, "quick": quick})):
        wait_for(lambda: len(slow.calls) >= 1)
        wait_for(lambda: delivered(database) == 30)  # all of the quick lane, while the slow one is still waiting
        assert len(quick.calls) == 30
        assert len(slow.calls) <= 2  # two threads for this lane, no more
        answered.set()
        wait_for(lambda: delivered(database) == 36)


def test_stopping_ends_the_message_at_hand_and_gives_back_the_rest(database):
    for number in range(8):
        put(database, number)
    handler = ScriptedHandler([0.4])
    with running(worker_for(database, handler)) as stop:
        wait_for(lambda: len(handler.calls) >= 1)
        stop.set()
    with database.reading() as session:
        counts = outbox.lane_counts(session)["ecoles"]
    assert MessageState.CLAIMED not in counts
    assert delivered(database) == len(handler.calls)
    assert counts[MessageState.PENDING] == 8 - len(handler.calls)


def test_a_worker_takes_over_what_a_lost_one_held(database):
    put(database)
    with database.writing() as session:
        outbox.claim(session, worker="lost", lane="ecoles", lease=timedelta(seconds=-1))
    with running(worker_for(database, ScriptedHandler())):
        wait_for(lambda: view(database).state is MessageState.DELIVERED)


def test_a_resumed_connection_is_served_at_once(database):
    handler = ScriptedHandler([ConfigurationError("credentials_refused"), Receipt("E-1")])
    put(database)
    with running(worker_for(database, handler)):
        wait_for(lambda: view(database).held_reason is not None)
        with database.writing() as session:
            connections.resume(session, "ecoles", SYSTEM)
        wait_for(lambda: view(database).state is MessageState.DELIVERED, seconds=10.0)


def test_a_settlement_that_fails_brings_the_message_back_with_the_same_key(database):
    class Faulty(ScriptedHandler):
        def settle(self, session, claimed, outcome):
            super().settle(session, claimed, outcome)
            if len(self.outcomes) == 1:
                raise NotFound("request_unknown")

    put(database)
    handler = Faulty()
    with running(worker_for(database, handler, lease=timedelta(seconds=1))):
        wait_for(lambda: view(database).state is MessageState.DELIVERED)
    assert handler.keys == {"ecoles-1": 2}
    with database.reading() as session:
        assert list(session.scalars(select(OutboxAttempt.outcome).order_by(OutboxAttempt.fence))) == [
            "worker_lost",
            "delivered",
        ]


def job(name, run, every=timedelta(minutes=5)):
    return PeriodicJob(name=name, every=every, run=run)


def test_a_job_runs_when_it_is_due_and_not_before(database):
    ran = []
    runner = JobRunner(database, [job("poll", lambda: ran.append(1))], worker="w")
    at = clock.now()
    with clock.frozen(at):
        assert runner.run_one() == "poll"
        assert runner.run_one() is None
    with clock.frozen(at + timedelta(minutes=5)):
        assert runner.run_one() == "poll"
    assert len(ran) == 2
    with database.reading() as session:
        (seen,) = list_jobs(session)
    assert (seen.runs, seen.last_error_code, seen.last_ok_at) == (2, None, at + timedelta(minutes=5))


def test_a_job_that_fails_says_so_and_runs_again_at_its_time(database):
    def fail():
        raise NotFound("nothing_there")

    def crash():
        raise ZeroDivisionError

    runner = JobRunner(database, [job("a", fail), job("b", crash)], worker="w")
    assert {runner.run_one(), runner.run_one(), runner.run_one()} == {"a", "b", None}
    with database.reading() as session:
        assert {seen.name: seen.last_error_code for seen in list_jobs(session)} == {
            "a": "nothing_there",
            "b": "ZeroDivisionError",
        }


def test_a_job_is_run_by_one_worker_at_a_time_and_taken_over_from_a_lost_one(database):
    with database.writing() as session:
        register_jobs(session, {"poll": timedelta(minutes=5)})
    with database.writing() as session:
        assert take_due_job(session, {"poll": timedelta(milliseconds=60)}, worker="lost") is not None
    runner = JobRunner(database, [job("poll", lambda: None)], worker="w")
    assert runner.run_one() is None
    time.sleep(0.1)
    assert runner.run_one() == "poll"


@pytest.mark.parametrize("runners", [8])
def test_a_due_job_asked_for_by_many_workers_runs_once(database, runners):
    ran = []
    barrier = threading.Barrier(runners)

    def work(number):
        runner = JobRunner(database, [job("poll", lambda: ran.append(number))], worker=f"w{number}")
        barrier.wait()
        runner.run_one()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(runners)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(ran) == 1


def test_the_worker_runs_its_jobs(database):
    ran = threading.Event()
    with running(worker_for(database, ScriptedHandler(), jobs=[job("poll", ran.set)])):
        assert ran.wait(5)
