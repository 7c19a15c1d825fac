"""One transaction, once, whatever happens around it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import event, func, select, text

from portal.casework.catalogue.service import archive_procedure
from portal.casework.requests import service as requests
from portal.casework.requests.models import Acknowledgement, Draft, Forwarding, ServiceRequest
from portal.casework.requests.service import SubmittedView
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.errors import Busy, Conflict, Invalid, NotFound
from portal.ground.permissions import SYSTEM
from portal.records.outbox.service import delivery_state
from portal.records.timeline.service import list_events
from tests.portal.casework.world import World, fill, send


def count(database: Database, table: str) -> int:
    with database.reading() as session:
        return session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()


def test_everything_is_written_together(database: Database, world: World) -> None:
    with database.writing() as session:
        sent = send(session, world.resident(), world.routed)
    with database.reading() as session:
        view = requests.get_request(session, world.resident(), sent.reference)
        deliveries = {(each.kind, each.lane) for each in delivery_state(session, str(sent.request_id))}
        assert [each.type for each in list_events(session, sent.request_id)] == ["request_submitted"]
        assert session.scalar(select(func.count()).select_from(Acknowledgement)) == 1
        assert session.scalar(select(func.count()).select_from(Draft)) == 0
    assert deliveries == {
        ("forward_request", "ecoles"),
        ("notification", "courriel"),
        ("paper_acknowledgement", "papiers"),
    }
    assert view.events[0].payload["told"] == "email"
    assert (view.transmitted_at, view.received_at, view.taken_into_account_at) == (None, None, None)
    assert view.forwardings[0].recipient == "les écoles"
    assert view.steps[0].lines[0].text == "Lefèvre"
    assert view.next_attempt_at is not None


def test_without_recipient_the_department_has_it_at_once(database: Database, world: World) -> None:
    with database.writing() as session:
        sent = send(session, world.resident(), world.procedure)
        view = requests.get_request(session, world.resident(), sent.reference)
    assert view.transmitted_at == view.received_at == view.submitted_at
    assert view.taken_into_account_at is None
    assert view.forwardings == ()


@pytest.mark.parametrize("table", ["acknowledgement", "forwarding", "outbox_message", "notification", "timeline_event"])
def test_a_failure_anywhere_leaves_nothing(database: Database, world: World, table: str) -> None:
    with database.writing() as session:
        draft = fill(session, world.resident(), world.routed)

    def fail(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith(f"INSERT INTO {table}"):
            raise OSError("disk full")

    event.listen(database.engine, "before_cursor_execute", fail)
    try:
        with pytest.raises(OSError, match="disk full"), database.writing() as session:
            requests.submit(session, world.resident(), draft.id, idempotency_key="k", version=draft.version)
    finally:
        event.remove(database.engine, "before_cursor_execute", fail)
    for emptied in (
        "service_request",
        "acknowledgement",
        "forwarding",
        "outbox_message",
        "notification",
        "timeline_event",
    ):
        assert count(database, emptied) == 0
    with database.writing() as session:
        assert not requests.submit(
            session, world.resident(), draft.id, idempotency_key="k", version=draft.version
        ).is_replay


def test_the_same_form_gives_the_same_request(database: Database, world: World) -> None:
    with database.writing() as session:
        draft = fill(session, world.resident(), world.routed)
        first = requests.submit(session, world.resident(), draft.id, idempotency_key="k", version=draft.version)
    with database.writing() as session:
        again = requests.submit(session, world.resident(), draft.id, idempotency_key="k", version=draft.version)
    assert (again.reference, again.is_replay, first.is_replay) == (first.reference, True, False)
    assert count(database, "outbox_message") == 3


def test_fifty_presses_at_once_make_one_request(database: Database, world: World) -> None:
    with database.writing() as session:
        draft = fill(session, world.resident(), world.routed)
    barrier = Barrier(10)

    def press(_number: int) -> SubmittedView:
        barrier.wait(timeout=20)
        with database.writing() as session:
            return requests.submit(session, world.resident(), draft.id, idempotency_key="k", version=draft.version)

    with ThreadPoolExecutor(10) as pool:
        results = list(pool.map(press, range(50)))
    assert len({result.reference for result in results}) == 1
    assert [result.is_replay for result in results].count(False) == 1
    assert count(database, "service_request") == count(database, "acknowledgement") == 1
    assert count(database, "forwarding") == 1


def test_answers_are_checked_again_and_hidden_ones_dropped(database: Database, world: World) -> None:
    resident = world.resident()
    with database.writing() as session:
        draft = fill(session, resident, world.procedure, {"vous": {"nom": "Lefèvre"}})
        draft = requests.save_step(
            session, resident, draft.id, step="ecole", answers={"type": "derogation", "motif": "Fratrie"}, version=2
        )
        draft = requests.save_step(session, resident, draft.id, step="ecole", answers={"type": "first"}, version=3)
        assert "motif" not in draft.answers
        sent = requests.submit(session, resident, draft.id, idempotency_key="k", version=draft.version)
        view = requests.get_request(session, resident, sent.reference)
    assert [line.name for step in view.steps for line in step.lines] == ["nom", "type"]


def test_an_unanswered_step_is_refused_by_field(database: Database, world: World) -> None:
    with database.writing() as session:
        draft = fill(session, world.resident(), world.procedure, {"vous": {"nom": "Lefèvre"}})
        with pytest.raises(Invalid) as refusal:
            requests.submit(session, world.resident(), draft.id, idempotency_key="k", version=draft.version)
    assert set(refusal.value.fields) == {"type"}
    assert "Type d’inscription" in refusal.value.fields["type"]


def test_a_draft_changed_meanwhile_is_not_sent(database: Database, world: World) -> None:
    with database.writing() as session:
        draft = fill(session, world.resident(), world.procedure)
        with pytest.raises(Conflict) as conflict:
            requests.submit(session, world.resident(), draft.id, idempotency_key="k", version=draft.version - 1)
    assert conflict.value.theirs.version == draft.version


def test_nobody_sends_the_draft_of_somebody_else(database: Database, world: World) -> None:
    with database.writing() as session:
        draft = fill(session, world.resident(), world.procedure)
        with pytest.raises(NotFound):
            requests.submit(session, world.resident(world.ines), draft.id, idempotency_key="k", version=draft.version)


def test_twenty_an_hour_then_wait(database: Database, world: World) -> None:
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    with database.writing() as session:
        for number in range(20):
            with clock.frozen(start + timedelta(minutes=number)):
                send(session, world.resident(), world.procedure)
        with clock.frozen(start + timedelta(minutes=30)):
            with pytest.raises(Busy) as busy:
                send(session, world.resident(), world.procedure)
            assert 0 < busy.value.retry_after <= 1801
            send(session, world.resident(world.ines), world.procedure)
        with clock.frozen(start + timedelta(minutes=61)):
            assert send(session, world.resident(), world.procedure).reference


def test_nobody_to_write_to_is_said_in_the_timeline(database: Database, world: World) -> None:
    ines = world.resident(world.ines)
    with database.writing() as session:
        sent = send(session, ines, world.procedure, {"vous": {"nom": "N’Diaye"}, "ecole": {"type": "first"}})
        assert requests.get_request(session, ines, sent.reference).events[0].payload["told"] == "none"
        assert [each.kind for each in delivery_state(session, str(sent.request_id))] == ["paper_acknowledgement"]


def test_what_is_sealed_is_not_readable_in_the_tables(database: Database, world: World) -> None:
    secret = "Motif-très-particulier"
    with database.writing() as session:
        answers = {"vous": {"nom": "Lefèvre", "courriel": "secret@exemple.example"}}
        answers["ecole"] = {"type": "derogation", "motif": secret}
        sent = send(session, world.resident(), world.procedure, answers)
        requests.post_message(session, world.resident(), sent.reference, secret, idempotency_key="m")
    with database.reading() as session:
        tables = ("service_request", "acknowledgement", "request_message", "timeline_event", "outbox_message", "draft")
        dump = "".join(str(row) for table in tables for row in session.execute(text(f"SELECT * FROM {table}")))
    assert secret not in dump
    assert "secret@exemple.example" not in dump


def test_references_are_unique_and_readable(database: Database, world: World) -> None:
    with database.writing() as session:
        found = {
            send(session, world.resident(account), world.procedure).reference
            for account in (world.noe, world.ines)
            for _number in range(10)
        }
    assert len(found) == 20
    assert all(reference.startswith("VSI-") and len(reference) == 11 for reference in found)


def test_a_form_key_belongs_to_its_account(database: Database, world: World) -> None:
    with database.writing() as session:
        references = set()
        for account in (world.noe, world.ines):
            draft = fill(session, world.resident(account), world.procedure)
            references.add(
                requests.submit(
                    session, world.resident(account), draft.id, idempotency_key="same", version=draft.version
                ).reference
            )
    assert len(references) == 2


def test_one_forwarding_row_per_route_with_a_stable_key(database: Database, world: World) -> None:
    with database.writing() as session:
        sent = send(session, world.resident(), world.routed)
        row = session.scalars(select(Forwarding)).one()
        request = session.get_one(ServiceRequest, sent.request_id)
        keys = session.execute(text("SELECT idempotency_key FROM outbox_message WHERE kind = 'forward_request'"))
        assert keys.scalar_one() == f"{sent.request_id}:ecoles"
        assert (row.connection, request.department_id) == ("ecoles", world.departments["enfance"])


def test_a_closed_procedure_takes_no_more_requests(database: Database, world: World) -> None:
    with database.writing() as session:
        draft = fill(session, world.resident(), world.procedure)
        archive_procedure(session, world.procedure.id, actor=SYSTEM)
        with pytest.raises(Conflict, match="procedure_closed"):
            requests.submit(session, world.resident(), draft.id, idempotency_key=str(uuid4()), version=draft.version)
