"""What follows a request that left: who is told what, which news still counts, and what the legal clock follows."""

import contextlib
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from connectors.sdk import Receipt, StatusUpdate, UpdateStatus
from portal.casework.catalogue.service import ProcedureView, import_procedure
from portal.casework.requests import service as requests
from portal.casework.requests.enums import ApplyOutcome, RequestStatus
from portal.casework.requests.service import COMPLEMENT_KIND, WITHDRAWAL_KIND, RequestView, SubmittedView
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.errors import Conflict, NotFound
from portal.ground.permissions import SYSTEM
from portal.records.outbox import service as outbox
from portal.records.outbox.enums import MessageState
from tests.portal.casework.world import World, document, send

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BUS = {"connection": "bus", "recipient": {"fr": "les transports"}}
SCHOOLS = {"connection": "ecoles", "recipient": {"fr": "les écoles"}}


@pytest.fixture
def two(session: Session, world: World) -> ProcedureView:
    """A procedure with two recipients."""
    content = document(slug="deux", routing=[SCHOOLS, BUS])
    return import_procedure(session, content, publish=True, actor=SYSTEM, connections={"ecoles", "bus"})


@pytest.fixture
def sent(session: Session, world: World) -> SubmittedView:
    """A request that the schools have."""
    with clock.frozen(T0):
        submitted = send(session, world.resident(), world.routed)
        deliver(session, submitted, "ecoles")
    return submitted


def deliver(session: Session, sent: SubmittedView, connection: str) -> None:
    requests.record_delivery(session, sent.request_id, connection, Receipt(external_ref=f"E-{connection}"))


def report(
    session: Session, sent: SubmittedView, status: UpdateStatus, days: float, connection: str = "ecoles"
) -> ApplyOutcome:
    at = T0 + timedelta(days=days)
    news = StatusUpdate(str(uuid4()), f"E-{connection}", status, status.value, at, {})
    with clock.frozen(at):
        return requests.apply_partner_update(session, request_id=sent.request_id, connection=connection, update=news)


def withdraw(session: Session, world: World, sent: SubmittedView, days: float = 1) -> None:
    with clock.frozen(T0 + timedelta(days=days)):
        requests.withdraw(session, world.resident(), sent.reference)


def answer(session: Session, world: World, sent: SubmittedView, days: float) -> None:
    with clock.frozen(T0 + timedelta(days=days)):
        requests.post_message(session, world.resident(), sent.reference, "Voici.", idempotency_key=str(days))


def view_of(session: Session, world: World, sent: SubmittedView) -> RequestView:
    return requests.get_request(session, world.resident(), sent.reference)


def told(session: Session, sent: SubmittedView, kind: str) -> list[Any]:
    return [each for each in outbox.delivery_state(session, str(sent.request_id)) if each.kind == kind]


def lanes(session: Session, sent: SubmittedView, kind: str) -> list[str]:
    return sorted(each.lane for each in told(session, sent, kind))


def settle(session: Session, sent: SubmittedView, *, dead: bool = False) -> None:
    """The worker told the schools, or could not."""
    for claimed in outbox.claim(session, worker="essai", lane="ecoles"):
        if dead:
            outbox.bury(session, claimed, code="http_409")
        else:
            outbox.complete(session, claimed)


def test_a_withdrawal_is_told_in_the_same_unit_and_only_to_who_has_the_request(
    session: Session, world: World, two: ProcedureView
) -> None:
    with clock.frozen(T0):
        sent = send(session, world.resident(), two)
        deliver(session, sent, "ecoles")
    withdraw(session, world, sent)
    assert lanes(session, sent, WITHDRAWAL_KIND) == ["ecoles"]
    deliver(session, sent, "bus")
    deliver(session, sent, "bus")
    assert lanes(session, sent, WITHDRAWAL_KIND) == ["bus", "ecoles"]


def test_a_withdrawal_that_is_rolled_back_tells_nobody(database: Database, world: World) -> None:
    with database.writing() as session:
        sent = send(session, world.resident(), world.routed)
        deliver(session, sent, "ecoles")
    given_up = RuntimeError("the unit fails after the withdrawal")
    with contextlib.suppress(RuntimeError), database.writing() as session:
        requests.withdraw(session, world.resident(), sent.reference)
        raise given_up
    with database.reading() as session:
        assert told(session, sent, WITHDRAWAL_KIND) == []


def test_news_after_a_withdrawal_leave_no_mark_and_are_kept(
    session: Session, world: World, sent: SubmittedView
) -> None:
    withdraw(session, world, sent)
    assert report(session, sent, UpdateStatus.RECEIVED, 2) is ApplyOutcome.APPLIED
    assert report(session, sent, UpdateStatus.TAKEN_INTO_ACCOUNT, 3) is ApplyOutcome.REFUSED
    view = view_of(session, world, sent)
    assert (view.status, view.received_at, view.taken_into_account_at) == (RequestStatus.WITHDRAWN, None, None)
    refused = [event.payload for event in view.events if event.type == "status_refused"]
    assert [(each["why"], each["to"]) for each in refused] == [("withdrawn", "in_progress")]


@pytest.mark.parametrize(
    "status", [UpdateStatus.TAKEN_INTO_ACCOUNT, UpdateStatus.NEEDS_INFORMATION, UpdateStatus.ACCEPTED]
)
def test_a_partner_that_goes_on_is_asked_again_once_it_had_been_told(
    session: Session, world: World, sent: SubmittedView, status: UpdateStatus
) -> None:
    withdraw(session, world, sent)
    report(session, sent, UpdateStatus.TAKEN_INTO_ACCOUNT, 2)
    assert len(told(session, sent, WITHDRAWAL_KIND)) == 1, "it may not know yet"
    settle(session, sent)
    report(session, sent, status, 3)
    report(session, sent, status, 4)
    asked = told(session, sent, WITHDRAWAL_KIND)
    assert [each.state for each in asked] == [MessageState.DELIVERED, MessageState.PENDING]


def test_a_task_that_waits_for_an_agent_is_not_doubled(session: Session, world: World, sent: SubmittedView) -> None:
    withdraw(session, world, sent)
    with clock.frozen(T0 + timedelta(days=1)):
        settle(session, sent, dead=True)
    report(session, sent, UpdateStatus.ACCEPTED, 2)
    assert [each.state for each in told(session, sent, WITHDRAWAL_KIND)] == [MessageState.DEAD]


def test_old_news_and_the_end_ask_nothing_more(session: Session, world: World, sent: SubmittedView) -> None:
    withdraw(session, world, sent, days=5)
    with clock.frozen(T0 + timedelta(days=5)):
        settle(session, sent)
    assert report(session, sent, UpdateStatus.TAKEN_INTO_ACCOUNT, 4) is ApplyOutcome.REFUSED
    assert report(session, sent, UpdateStatus.CANCELLED, 6) is ApplyOutcome.APPLIED
    assert report(session, sent, UpdateStatus.CANCELLED, 7) is ApplyOutcome.APPLIED
    assert len(told(session, sent, WITHDRAWAL_KIND)) == 1
    view = view_of(session, world, sent)
    assert [event.type for event in view.events].count("withdrawal_confirmed") == 1
    assert view.forwardings[0].finished_at == T0 + timedelta(days=6)


def test_the_partner_is_asked_for_a_month_whether_it_stopped(
    session: Session, world: World, sent: SubmittedView
) -> None:
    withdraw(session, world, sent)
    with clock.frozen(T0 + timedelta(days=30)):
        assert requests.open_external_refs(session, "ecoles") == ["E-ecoles"]
    with clock.frozen(T0 + timedelta(days=32)):
        assert requests.open_external_refs(session, "ecoles") == []
    report(session, sent, UpdateStatus.CANCELLED, 3)
    with clock.frozen(T0 + timedelta(days=4)):
        assert requests.open_external_refs(session, "ecoles") == []


def test_the_answer_leaves_for_whoever_asked_and_nobody_else(
    session: Session, world: World, two: ProcedureView
) -> None:
    with clock.frozen(T0):
        sent = send(session, world.resident(), two)
        deliver(session, sent, "ecoles")
        deliver(session, sent, "bus")
    answer(session, world, sent, 0.5)
    assert lanes(session, sent, COMPLEMENT_KIND) == []
    report(session, sent, UpdateStatus.NEEDS_INFORMATION, 1, "bus")
    answer(session, world, sent, 2)
    answer(session, world, sent, 3)
    assert lanes(session, sent, COMPLEMENT_KIND) == ["bus"]
    report(session, sent, UpdateStatus.NEEDS_INFORMATION, 4, "bus")
    report(session, sent, UpdateStatus.NEEDS_INFORMATION, 4, "ecoles")
    answer(session, world, sent, 5)
    assert lanes(session, sent, COMPLEMENT_KIND) == ["bus", "bus", "ecoles"]


def test_the_answer_to_the_department_leaves_for_no_partner(
    session: Session, world: World, sent: SubmittedView
) -> None:
    requests.request_information(session, world.agent(), sent.reference, "Votre bail ?", idempotency_key="q")
    answer(session, world, sent, 1)
    assert lanes(session, sent, COMPLEMENT_KIND) == []


def test_a_partner_s_progress_does_not_answer_the_department_s_question(
    session: Session, world: World, sent: SubmittedView
) -> None:
    with clock.frozen(T0 + timedelta(days=10)):
        requests.request_information(session, world.agent(), sent.reference, "Votre bail ?", idempotency_key="q")
    assert report(session, sent, UpdateStatus.TAKEN_INTO_ACCOUNT, 12) is ApplyOutcome.APPLIED
    view = view_of(session, world, sent)
    assert (view.status, view.clock_stopped) == (RequestStatus.WAITING_FOR_RESIDENT, True)
    assert view.taken_into_account_at == T0 + timedelta(days=12)
    answer(session, world, sent, 20)
    view = view_of(session, world, sent)
    assert (view.status, view.clock_stopped) == (RequestStatus.IN_PROGRESS, False)
    assert view.deadline == date(2026, 5, 13), "two months and the ten days of the question"


def test_a_partner_that_takes_its_question_back_starts_the_clock_again(
    session: Session, world: World, sent: SubmittedView
) -> None:
    report(session, sent, UpdateStatus.NEEDS_INFORMATION, 10)
    assert view_of(session, world, sent).clock_stopped
    report(session, sent, UpdateStatus.TAKEN_INTO_ACCOUNT, 15)
    view = view_of(session, world, sent)
    assert (view.status, view.clock_stopped, view.deadline) == (
        RequestStatus.IN_PROGRESS,
        False,
        date(2026, 5, 8),
    )


def test_commands_say_what_is_declared_and_no_more(session: Session, world: World, sent: SubmittedView) -> None:
    report(session, sent, UpdateStatus.NEEDS_INFORMATION, 1)
    answer(session, world, sent, 2)
    message_id = view_of(session, world, sent).messages[-1].id
    command = requests.complement_command(session, sent.request_id, "ecoles", message_id, idempotency_key="k")
    assert (command.external_ref, command.text, command.reference) == ("E-ecoles", "Voici.", sent.reference)
    assert "Voici." not in repr(command)
    with pytest.raises(NotFound):
        requests.complement_command(session, sent.request_id, "ecoles", uuid4(), idempotency_key="k")
    with pytest.raises(NotFound):
        requests.withdrawal_command(session, sent.request_id, "bus", idempotency_key="k")
    withdraw(session, world, sent, days=3)
    with pytest.raises(Conflict, match="request_withdrawn"):
        requests.complement_command(session, sent.request_id, "ecoles", message_id, idempotency_key="k")
    told_of = requests.withdrawal_command(session, sent.request_id, "ecoles", idempotency_key="k")
    assert (told_of.external_ref, told_of.withdrawn_at) == ("E-ecoles", T0 + timedelta(days=3))
    report(session, sent, UpdateStatus.CANCELLED, 4)
    with pytest.raises(Conflict, match="request_finished"):
        requests.withdrawal_command(session, sent.request_id, "ecoles", idempotency_key="k")


def test_a_partner_without_a_reference_of_its_own_cannot_be_told(session: Session, world: World) -> None:
    sent = send(session, world.resident(), world.routed)
    requests.record_delivery(session, sent.request_id, "ecoles", Receipt(external_ref=""))
    requests.withdraw(session, world.resident(), sent.reference)
    with pytest.raises(NotFound, match="external_ref_missing"):
        requests.withdrawal_command(session, sent.request_id, "ecoles", idempotency_key="k")
