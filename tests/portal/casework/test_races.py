"""Several people, or one in a hurry, at the same instant: one effect, and the loser is told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from sqlalchemy.orm import Session

from connectors.sdk import StatusUpdate, UpdateStatus
from portal.casework.requests import service as requests
from portal.casework.requests.enums import ApplyOutcome, RequestStatus
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.errors import Conflict
from tests.portal.casework.world import World, send

THREADS = 8


def together(database: Database, acts: list[Callable[[Session], Any]]) -> list[Any]:
    """Run the acts at the same instant, each in its unit; a conflict counts as its code."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[Session], Any]) -> Any:
        barrier.wait(timeout=20)
        try:
            with database.writing() as session:
                return act(session)
        except Conflict as conflict:
            return conflict.code

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_one_draft_however_many_tabs_start_it(database: Database, world: World) -> None:
    acts = [lambda session: requests.start_draft(session, world.resident(), world.procedure).id] * THREADS
    assert len(set(together(database, acts))) == 1


def test_one_save_per_version(database: Database, world: World) -> None:
    with database.writing() as session:
        draft = requests.start_draft(session, world.resident(), world.procedure)

    def save(name: str) -> Callable[[Session], Any]:
        return lambda session: (
            requests.save_step(
                session, world.resident(), draft.id, step="vous", answers={"nom": name}, version=1
            ).version
        )

    outcomes = together(database, [save(name) for name in "ABCDEFGH"])
    assert sorted(map(str, outcomes)) == ["2"] + ["draft_changed"] * (THREADS - 1)


def test_the_same_callback_many_times_at_once(database: Database, world: World) -> None:
    with database.writing() as session:
        sent = send(session, world.resident(), world.routed)
    news = StatusUpdate("u-1", "E-1", UpdateStatus.ACCEPTED, "admitted", clock.now(), {})

    def apply(session: Session) -> ApplyOutcome:
        return requests.apply_partner_update(session, request_id=sent.request_id, connection="ecoles", update=news)

    outcomes = together(database, [apply] * THREADS)
    assert outcomes.count(ApplyOutcome.APPLIED) == 1
    assert outcomes.count(ApplyOutcome.DUPLICATE) == THREADS - 1
    with database.reading() as session:
        view = requests.get_request(session, world.resident(), sent.reference)
    assert [event.type for event in view.events].count("status_changed") == 1


def test_deciding_against_withdrawing(database: Database, world: World) -> None:
    with database.writing() as session:
        sent = send(session, world.resident(), world.procedure)

    def decide(session: Session) -> str:
        requests.decide(session, world.agent(), sent.reference, "accepted", "Oui.", idempotency_key="d")
        return "decided"

    def withdraw(session: Session) -> str:
        requests.withdraw(session, world.resident(), sent.reference)
        return "withdrawn"

    outcomes = together(database, [decide, withdraw])
    with database.reading() as session:
        view = requests.get_request(session, world.resident(), sent.reference)
    assert outcomes in (["decided", "request_ended"], ["request_ended", "withdrawn"])
    assert view.status is (RequestStatus.ACCEPTED if outcomes[0] == "decided" else RequestStatus.WITHDRAWN)
    assert [event.type for event in view.events].count("status_changed") == 1
