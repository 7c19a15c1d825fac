"""Lists kept: who opens which, two windows at once, the way into an account, and the end."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select

from journeys.welcome.journey import JOURNEY
from portal.casework.checklists import service as checklists
from portal.casework.checklists.models import Checklist
from portal.casework.checklists.policy import LOOSE_KEPT
from portal.casework.checklists.service import ChecklistView, Mark
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.errors import Conflict, Forbidden, NotFound
from portal.ground.permissions import ANONYMOUS, Actor
from portal.ground.vault.models import DataKey
from tests.support.town import Town, counted, town

__all__ = ["town"]

FOUND = checklists.definition_of(JOURNEY)
assert FOUND is not None
DEFINITION = FOUND
ANSWERS: dict[str, str | tuple[str, ...]] = {
    "arrivee": "2026-03-08",
    "foyer": ("bebe",),
    "trajets": (),
    "situation": (),
}
SLUG = JOURNEY.slug


def make(database: Database, actor: Actor = ANONYMOUS) -> ChecklistView:
    with database.writing() as session:
        return checklists.create_checklist(session, actor, SLUG, DEFINITION, ANSWERS)


def read(database: Database, actor: Actor, token: str, journey: str = SLUG) -> ChecklistView:
    with database.reading() as session:
        return checklists.open_checklist(session, actor, journey, token)


def test_whoever_has_the_address_opens_it_in_one_statement(database: Database, town: Town) -> None:
    made = make(database)
    with counted(database) as statements:
        found = read(database, ANONYMOUS, made.token)
    assert len(statements) == 1
    assert (found.id, found.answers, found.person_id) == (made.id, ANSWERS, None)
    assert "place-en-creche" in found.open_procedures
    assert len(made.token) >= 22
    with database.reading() as session:
        row = session.scalars(select(Checklist)).one()
        assert made.token.encode() not in row.sealed
        assert made.token != row.token_hash
        assert b"bebe" not in row.sealed


@pytest.mark.parametrize("token", ["", "x", "é" * 5_000, "00000000-0000-0000-0000-000000000000", "' OR 1=1 --"])
def test_no_other_address_opens_anything(database: Database, town: Town, token: str) -> None:
    made = make(database)
    with pytest.raises(NotFound):
        read(database, ANONYMOUS, token)
    with pytest.raises(NotFound):
        read(database, ANONYMOUS, made.token, journey="quotidien")


def test_a_list_in_an_account_opens_for_its_owner_alone(database: Database, town: Town) -> None:
    angela, layla = town.resident(town.angela), town.resident(town.layla)
    loose = make(database)
    with database.writing() as session:
        kept = checklists.adopt_checklist(session, angela, loose, DEFINITION)
    assert kept.person_id == town.angela.person_id
    assert kept.purge_after - loose.purge_after > timedelta(days=200)
    for other in (ANONYMOUS, layla, town.agent(town.claire)):
        with pytest.raises(Forbidden):
            read(database, other, loose.token)
        with database.writing() as session, pytest.raises(NotFound):
            checklists.mark_line(session, other, loose, "eau", Mark(done_on=date(2026, 3, 9)))
    with database.writing() as session, pytest.raises(NotFound):
        checklists.adopt_checklist(session, layla, loose, DEFINITION)
    with database.writing() as session, pytest.raises(Forbidden):
        checklists.adopt_checklist(session, ANONYMOUS, loose, DEFINITION)
    assert read(database, angela, loose.token).id == loose.id


def test_two_windows_tick_without_loss_and_answer_one_after_the_other(database: Database, town: Town) -> None:
    seen = make(database)
    for line in ("eau", "energie", "eau"):
        with database.writing() as session:
            checklists.mark_line(session, ANONYMOUS, seen, line, Mark(done_on=date(2026, 3, 9)))
    anew = {**ANSWERS, "foyer": ()}
    with database.writing() as session:
        changed = checklists.change_answers(session, ANONYMOUS, seen, DEFINITION, anew, version=seen.version)
    assert (set(changed.marks), changed.answers["foyer"]) == ({"eau", "energie"}, ())
    with database.writing() as session, pytest.raises(Conflict) as conflict:
        checklists.change_answers(session, ANONYMOUS, seen, DEFINITION, ANSWERS, version=seen.version)
    theirs = conflict.value.theirs
    assert isinstance(theirs, ChecklistView)
    assert theirs.version == seen.version + 1


def test_ticks_of_the_same_instant_are_all_kept(database: Database, town: Town) -> None:
    seen = make(database)
    lines = [line.id for line in DEFINITION.lines[:8]]
    start = Barrier(len(lines))

    def tick(line: str) -> None:
        start.wait(timeout=10)
        with database.writing() as session:
            checklists.mark_line(session, ANONYMOUS, seen, line, Mark(done_on=date(2026, 3, 9)))

    with ThreadPoolExecutor(len(lines)) as pool:
        list(pool.map(tick, lines))
    assert set(read(database, ANONYMOUS, seen.token).marks) == set(lines)


def test_a_visit_keeps_a_list_and_its_absence_erases_it(database: Database, town: Town) -> None:
    made, mine = make(database), make(database, town.resident(town.angela))
    with clock.shifted(timedelta(days=60)):
        view = read(database, ANONYMOUS, made.token)
        assert checklists.is_visit_due(view, DEFINITION)
        with database.writing() as session:
            checklists.note_visit(session, view, DEFINITION)
        assert not checklists.is_visit_due(read(database, ANONYMOUS, made.token), DEFINITION)
    forgotten = make(database)
    with clock.shifted(LOOSE_KEPT + timedelta(days=1)):
        with pytest.raises(NotFound):
            read(database, ANONYMOUS, forgotten.token)
        with database.writing() as session:
            assert checklists.purge_checklists(session) == 1
        assert read(database, ANONYMOUS, made.token).id == made.id
        assert read(database, town.resident(town.angela), mine.token).id == mine.id
    with clock.shifted(timedelta(days=DEFINITION.kept_days + 1)), database.writing() as session:
        assert checklists.purge_checklists(session) == 2
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(DataKey).where(DataKey.wrapped.is_(None))) == 3


def test_erasing_destroys_the_key(database: Database, town: Town) -> None:
    made = make(database)
    with database.writing() as session:
        checklists.erase_checklist(session, ANONYMOUS, made)
    with pytest.raises(NotFound):
        read(database, ANONYMOUS, made.token)
    with database.writing() as session, pytest.raises(NotFound):
        checklists.erase_checklist(session, ANONYMOUS, made)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(DataKey).where(DataKey.destroyed_at.is_not(None))) == 1


def test_the_lists_of_a_person_follow_them(database: Database, town: Town) -> None:
    angela = town.resident(town.angela)
    for _number in range(4):
        make(database, angela)
    make(database, town.resident(town.layla))
    with counted(database) as statements, database.reading() as session:
        assert len(checklists.list_checklists(session, angela)) == 3
    assert len(statements) == 1
    with database.writing() as session:
        checklists.move_checklists(session, town.layla.person_id, town.angela.person_id)
        assert checklists.list_checklists(session, town.resident(town.layla)) == []
    with database.reading() as session, pytest.raises(Forbidden):
        checklists.list_checklists(session, ANONYMOUS)
