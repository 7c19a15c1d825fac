"""What residents and agents do, who may, and what each act leaves behind."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from portal.casework.catalogue.service import import_procedure
from portal.casework.requests import service as requests
from portal.casework.requests.enums import Act, MessageKind, RequestStatus
from portal.casework.requests.service import RequestView, SubmittedView
from portal.ground import clock
from portal.ground.audit.service import list_entries
from portal.ground.db import Database
from portal.ground.errors import Conflict, Forbidden, Invalid, NotFound
from portal.ground.permissions import ANONYMOUS, SYSTEM, Actor, ActorKind, Permission
from tests.portal.casework.world import LEGAL, World, document, send


@pytest.fixture
def sent(session: Session, world: World) -> SubmittedView:
    return send(session, world.resident(), world.procedure)


def seen(session: Session, world: World, sent: SubmittedView) -> RequestView:
    return requests.get_request(session, world.resident(), sent.reference)


def key() -> str:
    return str(uuid4())


STRANGERS: dict[str, Callable[[World], Actor]] = {
    "another resident": lambda world: world.resident(world.ines),
    "an agent of another department": lambda world: world.agent(world.jonas),
    "nobody": lambda _world: ANONYMOUS,
    "a partner": lambda _world: Actor(ActorKind.PARTNER, label="ecoles"),
    "an agent without the right to read": lambda world: Actor(
        ActorKind.AGENT, world.claire.id, department_ids=world.claire.department_ids
    ),
}
ACTS: dict[str, Callable[[Session, Actor, str], Any]] = {
    "read": lambda session, actor, ref: requests.get_request(session, actor, ref, journal=session),
    "acknowledgement": lambda session, actor, ref: requests.get_acknowledgement(session, actor, ref, journal=session),
    "messages": lambda session, actor, ref: requests.list_messages(session, actor, ref, journal=session),
    "write": lambda session, actor, ref: requests.post_message(session, actor, ref, "Bonjour", idempotency_key="k"),
    "assign": lambda session, actor, ref: requests.assign(session, actor, ref, None),
    "ask": lambda session, actor, ref: requests.request_information(session, actor, ref, "Quoi ?", idempotency_key="k"),
    "decide": lambda session, actor, ref: requests.decide(session, actor, ref, "accepted", "Oui", idempotency_key="k"),
    "withdraw": lambda session, actor, ref: requests.withdraw(session, actor, ref),
}


@pytest.mark.parametrize("stranger", STRANGERS)
@pytest.mark.parametrize("act", ACTS)
def test_somebody_elses_request_looks_like_none(
    session: Session, world: World, sent: SubmittedView, stranger: str, act: str
) -> None:
    before = seen(session, world, sent)
    with pytest.raises(NotFound):
        ACTS[act](session, STRANGERS[stranger](world), sent.reference)
    assert seen(session, world, sent) == before
    assert list_entries(session, sent.request_id) == []


@pytest.mark.parametrize("typed", ["", "VSI", "VSI-2222-22", "' OR 1=1 --", "é" * 500, "VSI-7F3K-2M"])
def test_a_wrong_reference_is_not_found(session: Session, world: World, sent: SubmittedView, typed: str) -> None:
    with pytest.raises(NotFound):
        requests.get_request(session, world.resident(), typed)


def test_a_reference_may_be_typed_loosely(session: Session, world: World, sent: SubmittedView) -> None:
    loose = f"  {sent.reference.lower().replace('-', ' ')} "
    assert requests.get_request(session, world.resident(), loose).id == sent.request_id
    assert requests.find_request_id(session, loose) == sent.request_id


def test_an_agents_reading_is_journalled_and_cannot_be_otherwise(
    session: Session, world: World, sent: SubmittedView
) -> None:
    with pytest.raises(ValueError, match="journal"):
        requests.get_request(session, world.agent(), sent.reference)
    view = requests.get_request(session, world.agent(), sent.reference, journal=session)
    requests.get_request(session, world.resident(), sent.reference)
    entries = list_entries(session, view.id)
    assert [(entry.action, entry.actor_id) for entry in entries] == [("request_read", world.claire.id)]


def test_acts_follow_the_actor_and_the_status(session: Session, world: World, sent: SubmittedView) -> None:
    agent = requests.get_request(session, world.agent(), sent.reference, journal=session)
    assert agent.acts == {Act.READ, Act.MESSAGE, Act.ASSIGN, Act.REQUEST_INFORMATION, Act.DECIDE}
    assert seen(session, world, sent).acts == {Act.READ, Act.MESSAGE, Act.AMEND, Act.WITHDRAW}
    requests.decide(session, world.agent(), sent.reference, "accepted", "Oui.", idempotency_key=key())
    assert seen(session, world, sent).acts == {Act.READ, Act.MESSAGE}


def test_reading_is_not_deciding(session: Session, world: World, sent: SubmittedView) -> None:
    reader = Actor(
        ActorKind.AGENT,
        world.claire.id,
        permissions=frozenset({Permission.REQUESTS_READ}),
        department_ids=world.claire.department_ids,
    )
    for act in ("write", "assign", "ask", "decide"):
        with pytest.raises(Forbidden):
            ACTS[act](session, reader, sent.reference)
    with pytest.raises(Forbidden):
        requests.withdraw(session, world.agent(), sent.reference)


def test_taking_a_request_puts_it_to_work(session: Session, world: World, sent: SubmittedView) -> None:
    requests.assign(session, world.agent(), sent.reference, world.claire.id)
    requests.assign(session, world.agent(), sent.reference, world.claire.id)
    view = seen(session, world, sent)
    assert (view.status, view.assigned_agent_id) == (RequestStatus.IN_PROGRESS, world.claire.id)
    assert view.taken_into_account_at is not None
    assert [each.type for each in view.events] == ["request_submitted", "request_assigned", "status_changed"]
    requests.assign(session, world.agent(), sent.reference, None)
    assert seen(session, world, sent).assigned_agent_id is None
    with pytest.raises(Invalid):
        requests.assign(session, world.agent(), sent.reference, world.jonas.id)


def test_a_decision_has_reasons_and_an_author(session: Session, world: World, sent: SubmittedView) -> None:
    with pytest.raises(Invalid) as refusal:
        requests.decide(session, world.agent(), sent.reference, "rejected", " \n\u200b ", idempotency_key=key())
    assert set(refusal.value.fields) == {"reason"}
    with pytest.raises(Invalid):
        requests.decide(session, world.agent(), sent.reference, "withdrawn", "Non.", idempotency_key=key())
    once = key()
    for _time in range(2):
        requests.decide(session, world.agent(), sent.reference, "rejected", "Hors secteur.", idempotency_key=once)
    view = seen(session, world, sent)
    assert view.decision is not None
    assert (view.decision.reason, view.decision.agent_name) == ("Hors secteur.", "Claire Le Goff")
    assert (view.messages[0].kind, view.messages[0].author_role) == (MessageKind.DECISION, "Service Enfance")
    assert [each.type for each in view.events].count("decision_made") == 1
    assert all("Hors secteur" not in str(each.payload) for each in view.events)
    with pytest.raises(Conflict, match="request_ended"):
        requests.decide(session, world.agent(), sent.reference, "accepted", "Si.", idempotency_key=key())


def test_asking_stops_the_clock_and_an_answer_restarts_it(session: Session, world: World) -> None:
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    with clock.frozen(start):
        sent = send(session, world.resident(), world.procedure)
    assert seen(session, world, sent).deadline == date(2026, 5, 3)
    with clock.frozen(start + timedelta(days=10)):
        requests.request_information(session, world.agent(), sent.reference, "Votre bail ?", idempotency_key="a")
        requests.request_information(session, world.agent(), sent.reference, "Votre bail ?", idempotency_key="a")
        with pytest.raises(Conflict, match="already_waiting"):
            requests.request_information(session, world.agent(), sent.reference, "Encore ?", idempotency_key="b")
    view = seen(session, world, sent)
    assert (view.status, view.clock_stopped) == (RequestStatus.WAITING_FOR_RESIDENT, True)
    assert requests.list_requests(session, world.resident())[0].waiting_for_me
    with clock.frozen(start + timedelta(days=15)):
        requests.post_message(session, world.resident(), sent.reference, "Le voici.", idempotency_key="c")
    view = seen(session, world, sent)
    assert (view.status, view.clock_stopped, view.deadline) == (RequestStatus.IN_PROGRESS, False, date(2026, 5, 8))


def test_acceptance_by_silence_runs_again_from_the_complete_file(session: Session, world: World) -> None:
    legal = {k: v for k, v in LEGAL.items() if k != "recourse"} | {
        "regime": "acceptance",
        "attestation": {"fr": "Vous pouvez demander une attestation."},
    }
    procedure = import_procedure(session, document(slug="sva", acknowledgement=legal), publish=True, actor=SYSTEM)
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    with clock.frozen(start):
        sent = send(session, world.resident(), procedure)
    with clock.frozen(start + timedelta(days=1)):
        requests.request_information(session, world.agent(), sent.reference, "Quoi ?", idempotency_key="a")
    with clock.frozen(datetime(2026, 3, 30, 9, tzinfo=UTC)):
        requests.post_message(session, world.resident(), sent.reference, "Voici.", idempotency_key="b")
    assert seen(session, world, sent).deadline == date(2026, 5, 31)


def test_withdrawing_is_possible_until_the_decision(session: Session, world: World, sent: SubmittedView) -> None:
    requests.withdraw(session, world.resident(), sent.reference)
    requests.withdraw(session, world.resident(), sent.reference)
    view = seen(session, world, sent)
    assert (view.status, view.decision) == (RequestStatus.WITHDRAWN, None)
    assert [each.type for each in view.events].count("request_withdrawn") == 1
    with pytest.raises(Conflict):
        requests.post_message(session, world.resident(), sent.reference, "Encore", idempotency_key="z")
    other = send(session, world.resident(), world.procedure)
    requests.decide(session, world.agent(), other.reference, "closed", "Sans objet.", idempotency_key=key())
    with pytest.raises(Conflict, match="request_ended"):
        requests.withdraw(session, world.resident(), other.reference)


def test_messages_are_idempotent_signed_and_cleaned(session: Session, world: World, sent: SubmittedView) -> None:
    text = "Bonjour\r\n\u202e<b>merci</b>\x00"
    first = requests.post_message(session, world.resident(), sent.reference, text, idempotency_key="k")
    again = requests.post_message(session, world.resident(), sent.reference, text, idempotency_key="k")
    reply = requests.post_message(session, world.agent(), sent.reference, "Reçu.", idempotency_key="k")
    assert again == first
    assert (first.text, first.mine, first.author_name) == ("Bonjour\n<b>merci</b>", True, "Noé LEFÈVRE")
    thread = requests.list_messages(session, world.resident(), sent.reference)
    assert [(each.author_name, each.mine) for each in thread] == [("Noé LEFÈVRE", True), ("Claire Le Goff", False)]
    assert reply.author_role == "Service Enfance"
    for bad in ("", "   ", "x" * 4001):
        with pytest.raises(Invalid):
            requests.post_message(session, world.resident(), sent.reference, bad, idempotency_key=key())


def test_lists_hold_what_is_theirs(session: Session, world: World, sent: SubmittedView) -> None:
    send(session, world.resident(world.ines), world.routed)
    assert [each.reference for each in requests.list_requests(session, world.resident())] == [sent.reference]
    assert len(requests.list_requests(session, world.agent())) == 2
    assert requests.list_requests(session, world.agent(world.jonas)) == []
    assert requests.list_requests(session, ANONYMOUS) == []


def test_reading_takes_a_constant_number_of_statements(database: Database, world: World) -> None:
    with database.writing() as session:
        few = send(session, world.resident(), world.routed)
        many = send(session, world.resident(world.ines), world.routed)
        for number in range(15):
            requests.post_message(
                session, world.resident(world.ines), many.reference, f"Message {number}", idempotency_key=f"{number}"
            )

    def statements(actor: Actor, reference: str) -> int:
        ran: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            ran.append(statement)

        event.listen(database.engine, "before_cursor_execute", note)
        try:
            with database.reading() as session:
                requests.get_request(session, actor, reference)
                requests.list_requests(session, actor)
        finally:
            event.remove(database.engine, "before_cursor_execute", note)
        return len(ran)

    assert statements(world.resident(), few.reference) == statements(world.resident(world.ines), many.reference) <= 14
