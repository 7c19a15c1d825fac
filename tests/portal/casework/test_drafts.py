"""Drafts: one per procedure, nobody else's, and two tabs never mix."""

from uuid import uuid4

import pytest

from portal.casework.requests import service as requests
from portal.casework.requests.models import Draft
from portal.ground.db import Database
from portal.ground.errors import Conflict, Forbidden, Invalid, NotFound
from portal.ground.permissions import ANONYMOUS
from portal.ground.vault.service import VaultDestroyed, seal
from tests.portal.casework.world import World, fill


def test_starting_again_gives_the_same_draft(database: Database, world: World) -> None:
    resident = world.resident()
    with database.writing() as session:
        first = requests.start_draft(session, resident, world.procedure)
    with database.writing() as session:
        again = requests.start_draft(session, resident, world.procedure)
        other = requests.start_draft(session, world.resident(world.ines), world.procedure)
        assert [each.procedure_title for each in requests.list_drafts(session, resident)] == ["Démarche d’essai"]
        assert requests.find_draft(session, resident, world.routed.id) is None
    assert (again.id, again.version) == (first.id, 1)
    assert other.id != first.id


def test_a_step_is_saved_checked_and_resumed(database: Database, world: World) -> None:
    resident = world.resident()
    with database.writing() as session:
        draft = requests.start_draft(session, resident, world.procedure)
        requests.save_step(session, resident, draft.id, step="vous", answers={"nom": "  le   Goff "}, version=1)
    with database.reading() as session:
        view = requests.get_draft(session, resident, draft.id)
    assert (view.answers, view.done_steps, view.version) == ({"nom": "le Goff"}, ("vous",), 2)


def test_a_faulty_step_saves_nothing(database: Database, world: World) -> None:
    resident = world.resident()
    with database.writing() as session:
        draft = requests.start_draft(session, resident, world.procedure)
        with pytest.raises(Invalid) as refusal:
            requests.save_step(
                session, resident, draft.id, step="vous", answers={"nom": "", "courriel": "noe@"}, version=1
            )
        assert set(refusal.value.fields) == {"nom", "courriel"}
        assert "prenom.nom@exemple.fr" in refusal.value.fields["courriel"]
        assert requests.get_draft(session, resident, draft.id).version == 1


def test_two_tabs_the_second_gets_both_versions(database: Database, world: World) -> None:
    resident = world.resident()
    with database.writing() as session:
        draft = requests.start_draft(session, resident, world.procedure)
        requests.save_step(session, resident, draft.id, step="vous", answers={"nom": "Premier"}, version=draft.version)
    with database.writing() as session, pytest.raises(Conflict, match="draft_changed") as conflict:
        requests.save_step(session, resident, draft.id, step="vous", answers={"nom": "Second"}, version=draft.version)
    assert conflict.value.theirs.answers == {"nom": "Premier"}
    with database.reading() as session:
        assert requests.get_draft(session, resident, draft.id).answers == {"nom": "Premier"}


def test_fields_of_another_step_are_not_taken(database: Database, world: World) -> None:
    with database.writing() as session:
        draft = requests.start_draft(session, world.resident(), world.procedure)
        for stray in ({"status": "accepted"}, {"type": "first"}):
            with pytest.raises(ValueError, match="does not ask"):
                requests.save_step(session, world.resident(), draft.id, step="vous", answers=stray, version=1)


def test_nobody_reads_or_changes_the_draft_of_somebody_else(database: Database, world: World) -> None:
    with database.writing() as session:
        draft = requests.start_draft(session, world.resident(), world.procedure)
        ines = world.resident(world.ines)
        with pytest.raises(NotFound):
            requests.get_draft(session, ines, draft.id)
        with pytest.raises(NotFound):
            requests.save_step(session, ines, draft.id, step="vous", answers={"nom": "A"}, version=1)
        with pytest.raises(NotFound):
            requests.discard_draft(session, ines, draft.id)
        with pytest.raises(NotFound):
            requests.get_draft(session, world.resident(), uuid4())
        for stranger in (world.agent(), ANONYMOUS):
            with pytest.raises(Forbidden):
                requests.start_draft(session, stranger, world.procedure)


def test_discarding_destroys_the_key(database: Database, world: World) -> None:
    resident = world.resident()
    with database.writing() as session:
        draft = fill(session, resident, world.procedure)
        key_id = session.get_one(Draft, draft.id).data_key_id
        requests.discard_draft(session, resident, draft.id)
        assert requests.list_drafts(session, resident) == []
        with pytest.raises(VaultDestroyed):
            seal(session, key_id, b"x", context="c")


HARD_NAMES = [
    "O’Neill",
    "d'Ângelo-Çelik",
    "É",
    "李",
    "Nguyễn Thị Ánh",
    "Абдуллаев",
    "محمد الأمين",
    "Ó Súilleabháin",
    "Ng",
    "l·la",
    "A" * 80,
    "Maria do Carmo de São João Nepomuceno",
]


@pytest.mark.parametrize("name", HARD_NAMES)
def test_hard_names_travel_unchanged(database: Database, world: World, name: str) -> None:
    resident = world.resident()
    with database.writing() as session:
        draft = fill(session, resident, world.routed, {"vous": {"nom": name}, "ecole": {"type": "first"}})
        sent = requests.submit(session, resident, draft.id, idempotency_key="k", version=draft.version)
        command = requests.forwarding_command(session, sent.request_id, ["person.family_name"], "ecoles")
        view = requests.get_request(session, resident, sent.reference)
    assert command.payload == {"person.family_name": name}
    assert view.steps[0].lines[0].text == name
