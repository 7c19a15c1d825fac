"""Events are kept sealed, until their day, by the account that is theirs; a faulty declaration is refused."""

from datetime import timedelta
from importlib.resources import files

import pytest
import yaml
from pydantic import ValidationError
from sqlalchemy import select

from journeys.moving_house.journey import JOURNEY, declaration
from portal.casework.life_events import service as life_events
from portal.casework.life_events.declaration import Declaration
from portal.casework.life_events.models import LifeEvent, LifeEventTransfer
from portal.casework.requests import service as requests
from portal.engine.retention.service import erase_kept
from portal.ground.audit.service import list_entries
from portal.ground.db import Database
from portal.ground.errors import Invalid, NotFound
from portal.ground.vault.models import DataKey
from tests.support.days import noon_of
from tests.support.moving import Move, child, facts, open_procedures
from tests.support.town import Town, counted, request_id_of, town

__all__ = ["town"]


@pytest.fixture
def move(database: Database, town: Town) -> Move:
    open_procedures(database)
    return Move(database, town.angela, child())


def test_nothing_of_the_facts_is_readable_in_the_database(move: Move, database: Database) -> None:
    with database.reading() as session:
        event = session.get_one(LifeEvent, move.id)
        for told in (b"Lavandi", b"1234567", b"Nour", b"VAL-2048"):
            assert told not in event.sealed_facts


def test_facts_go_with_their_day_and_the_requests_stay(move: Move, database: Database) -> None:
    reference = move.agree("caf")
    until = move.see().kept_until
    with noon_of(until), database.writing() as session:
        erase_kept(session)
    assert move.see().version == 2  # its last day is still its own
    with noon_of(until + timedelta(days=1)), database.writing() as session:
        key_id = session.get_one(LifeEvent, move.id).data_key_id
        while erase_kept(session):
            pass
        assert session.scalars(select(LifeEventTransfer)).all() == []
        assert session.get_one(DataKey, key_id).wrapped is None
    with pytest.raises(NotFound):
        move.see()
    with database.reading() as session:
        assert requests.get_request(session, move.actor, reference).reference == reference


def test_joined_accounts_bring_their_events(move: Move, database: Database, town: Town) -> None:
    with database.writing() as session:
        life_events.move_events(session, town.angela.id, town.yves.id)
    with database.reading() as session:
        kind = declaration().kind
        assert life_events.list_events(session, move.actor, kind) == []
        assert [one.id for one in life_events.list_events(session, Town.resident(town.yves), kind)] == [move.id]


def test_reading_takes_as_many_statements_with_eight_children_as_with_one(move: Move, database: Database) -> None:
    move.agree("ecole-1")
    with counted(database) as few:
        move.see()
    for name in ("Gabin", "Linh", "Taras", "Zoé"):
        move.add_child(child(name))
    for line in move.see().lines[1:]:
        move.agree(line.key)
    with counted(database) as many:
        move.see()
    assert len(few) == len(many) == 5


def test_a_consent_is_written_in_the_journal_without_a_value(move: Move, database: Database) -> None:
    request_id = request_id_of(database, move.agree("caf"))
    with database.reading() as session:
        entries = [one for one in list_entries(session, request_id) if one.action == "transfer_agreed"]
    assert [one.details["organisation"] for one in entries] == ["caf"]
    assert "1234567" not in str(entries)


def test_there_is_an_end_to_events_and_entries(move: Move, database: Database) -> None:
    with database.writing() as session:
        for number in range(9):
            life_events.open_event(session, move.actor, declaration(), facts(), idempotency_key=f"k{number}")
        with pytest.raises(Invalid):
            life_events.open_event(session, move.actor, declaration(), facts(), idempotency_key="one too many")
    for name in ("A", "B", "C", "D", "E", "F", "G"):
        move.add_child(child(f"Nour{name}"))
    with pytest.raises(Invalid):
        move.add_child(child("NourH"))
    with pytest.raises(NotFound):
        move.add_child(child("NourI"), slot="99")


@pytest.mark.parametrize(
    "fault",
    [
        {"organisations": []},
        {"format": 2},
        {"entry": None},
        {"guides": [{"code": "x", "title": {"fr": "X"}, "text": {"fr": "X"}, "link": "http://x.example"}]},
        {"guides": [{"code": "x", "title": {"fr": "X"}, "text": {"fr": "X"}, "link": "https://x.example"}]},
    ],
)
def test_a_declaration_that_cannot_work_is_refused(fault: dict[str, object]) -> None:
    text = files(JOURNEY.package).joinpath("organisations.yaml").read_text(encoding="utf-8")
    with pytest.raises(ValidationError):
        Declaration.model_validate(yaml.safe_load(text) | fault)
