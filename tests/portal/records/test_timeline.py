"""The timeline: append-only, codes and values, in the order in which things happened."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from portal.ground import clock
from portal.ground.db import new_id
from portal.ground.permissions import SYSTEM, Actor, ActorKind
from portal.records.timeline import service

AT = datetime(2026, 3, 3, 13, 5, tzinfo=UTC)
SCHOOL = Actor(kind=ActorKind.PARTNER, label="ecoles")


def add(database, request_id, event_type="partner_received", payload=None, actor=SCHOOL, **more):
    with database.writing() as session:
        return service.append(
            session,
            request_id=request_id,
            type=event_type,
            version=1,
            payload=payload or {"connection": "ecoles"},
            actor=actor,
            **more,
        )


def test_events_come_back_in_the_order_in_which_they_happened(database):
    request_id, other = new_id(), new_id()
    with clock.frozen(AT):
        add(database, request_id, "request_submitted", {"reference": "VSI-7F3K-2M"}, SYSTEM)
        add(database, request_id, occurred_at=AT - timedelta(minutes=5))
        add(database, other)
    with database.reading() as session:
        found = service.list_events(session, request_id)
    assert [(e.type, e.actor_label_code) for e in found] == [
        ("partner_received", "ecoles"),
        ("request_submitted", "system"),
    ]
    assert found[0].occurred_at == AT - timedelta(minutes=5)
    assert found[0].recorded_at == AT


def test_a_partner_cannot_speak_of_the_future(database):
    request_id = new_id()
    with clock.frozen(AT):
        add(database, request_id, occurred_at=AT + timedelta(days=3))
    with database.reading() as session:
        (found,) = service.list_events(session, request_id)
    assert found.occurred_at == AT


def test_the_name_of_an_agent_is_not_copied_into_the_timeline(database):
    request_id = new_id()
    agent = Actor(kind=ActorKind.AGENT, id=new_id(), label="Claire Le Goff")
    add(database, request_id, "request_assigned", {"agent_id": str(agent.id)}, agent)
    with database.reading() as session:
        (found,) = service.list_events(session, request_id)
    assert (found.actor_label_code, found.actor_id) == ("agent", agent.id)


@pytest.mark.parametrize(
    ("event_type", "version", "payload"),
    [
        ("unknown_type", 1, {}),
        ("partner_received", 2, {"connection": "ecoles"}),
        ("partner_received", 1, {}),
        ("partner_received", 1, {"connection": "x" * 2_001}),
        ("partner_received", 1, {"connection": object()}),
        ("partner_received", 1, {"connection": [1, 2]}),
        ("partner_received", 1, {"connection": {"deep": {"er": 1}}}),
        ("partner_received", 1, {"connection": "x", **{f"k{n}": n for n in range(30)}}),
    ],
)
def test_an_event_of_another_shape_is_refused(database, event_type, version, payload):
    with database.writing() as session, pytest.raises(service.UnknownEvent):
        service.append(session, request_id=new_id(), type=event_type, version=version, payload=payload, actor=SYSTEM)


@pytest.mark.parametrize("statement", ["UPDATE timeline_event SET type = 'x'", "DELETE FROM timeline_event"])
def test_the_database_itself_refuses_to_change_what_happened(database, statement):
    request_id = new_id()
    add(database, request_id)
    with database.engine.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text(statement))
    with database.reading() as session:
        assert len(service.list_events(session, request_id)) == 1


def test_listing_takes_one_statement_whatever_the_number_of_events(database):
    few, many = new_id(), new_id()
    add(database, few)
    for _ in range(30):
        add(database, many)
    counts = [statements_of(database, wanted) for wanted in ([few], [many], [few, many])]
    assert len(set(counts)) == 1
    assert counts[0] <= 2  # on SQLite, BEGIN is counted too


def statements_of(database, request_ids):
    seen = []

    def note(*_args):
        seen.append(1)

    event.listen(database.engine, "before_cursor_execute", note)
    with database.reading() as session:
        assert service.list_events_of(session, request_ids)
    event.remove(database.engine, "before_cursor_execute", note)
    return len(seen)
