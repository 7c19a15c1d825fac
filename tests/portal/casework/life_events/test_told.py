"""Organisations are told what was agreed to, corrected when the facts change, stopped when nothing will happen."""

from uuid import uuid4

import pytest

from journeys.moving_house.journey import declaration
from portal.casework.catalogue.service import get_published
from portal.casework.life_events import service as life_events
from portal.casework.life_events.enums import Choice, EventStatus, Knowledge, Stage
from portal.casework.requests import service as requests
from portal.casework.requests.enums import RequestStatus
from portal.ground.db import Database
from portal.ground.errors import Busy, Conflict, Invalid, NotFound
from portal.ground.permissions import Actor
from tests.support.moving import LANES, Move, child, deliver, in_days, open_procedures, report
from tests.support.town import Town, town

__all__ = ["town"]

pytestmark = pytest.mark.usefixtures("procedures")


@pytest.fixture
def procedures(database: Database, town: Town) -> None:
    open_procedures(database)


@pytest.fixture
def move(database: Database, town: Town) -> Move:
    """Angela leaves with Nour; nobody is told yet."""
    return Move(database, town.angela, child())


def answers(move: Move, reference: str) -> dict[str, object]:
    with move.database.reading() as session:
        view = requests.get_request(session, move.actor, reference)
    return {line.name: line.value for step in view.steps for line in step.lines}


def test_three_organisations_are_told_each_by_its_own_consent(move: Move, database: Database) -> None:
    assert [line.key for line in move.see().lines] == ["ecole-1", "caf", "transport"]
    assert {line.stage for line in move.see().lines} == {Stage.TO_CONFIRM}
    references = {key: move.agree(key) for key in ("ecole-1", "caf", "transport")}
    assert len(set(references.values())) == 3
    assert {line.stage for line in move.see().lines} == {Stage.PREPARED}
    for lane in LANES.values():
        assert deliver(database, lane) == ["forward_request"]
    report(database, references["transport"], "mobilite", RequestStatus.IN_PROGRESS)
    stages = {line.key: line.stage for line in move.see().lines}
    assert stages == {"ecole-1": Stage.RECEIVED, "caf": Stage.RECEIVED, "transport": Stage.TAKEN}


def test_each_receives_its_own_fields_and_nothing_else(move: Move) -> None:
    school, caf, mobility = (answers(move, move.agree(key)) for key in ("ecole-1", "caf", "transport"))
    assert set(school) == {
        "person_family_name", "person_given_names", "contact_email", "household_child_family_name",
        "household_child_given_names", "household_child_birthdate", "guardian_role", "guardian_parental_authority",
        "school_wished_school", "school_enrolment_kind", "move_date", "move_new_address_city",
    }  # fmt: skip
    assert caf["caf_beneficiary_number"] == "1234567"
    assert not [name for name in (*school, *mobility) if name.startswith(("caf_", "address_current"))]
    assert not [name for name in (*school, *caf) if name.startswith("mobility_")]
    assert "move_new_address_line" not in mobility


def test_what_is_shown_before_agreeing_is_what_is_sent(move: Move, database: Database) -> None:
    view = move.see()
    with database.reading() as session:
        preview, _document = life_events.preview_line(session, view, "ecole-1")
    sent = answers(move, move.agree("ecole-1"))
    assert {one.name for one in preview.lines} == set(sent)
    assert [one.text for one in preview.lines if one.name == "move_new_address_city"] == ["Clairval"]


def test_agreeing_twice_tells_once(move: Move, database: Database) -> None:
    key = str(uuid4())
    first = move.agree("caf", form=key)
    assert move.agree("caf", form=key) == first
    assert move.agree("caf") == first  # another window, another form
    assert deliver(database, "caf-courrier") == ["forward_request"]


def test_a_date_changed_before_the_first_sending_is_the_only_one_sent(move: Move, database: Database) -> None:
    reference = move.agree("transport")
    changed = move.change(move_date=in_days(60))
    assert changed.corrected == ("transport",)
    assert deliver(database, "mobilite") == ["forward_request"]
    assert answers(move, reference)["move_date"] == in_days(60)
    assert deliver(database, "mobilite") == []
    line = move.line("transport")
    assert line.knowledge is Knowledge.CURRENT


def test_those_told_get_a_correction_the_others_the_new_facts_only(move: Move, database: Database) -> None:
    move.agree("transport")
    deliver(database, "mobilite")
    move.change(move_date=in_days(45))
    known = {line.key: line.knowledge for line in move.see().lines}
    assert known == {"ecole-1": Knowledge.NOTHING, "caf": Knowledge.NOTHING, "transport": Knowledge.FORMER}
    assert deliver(database, "mobilite") == ["amend_request"]
    line = move.line("transport")
    assert line.knowledge is Knowledge.CURRENT
    caf = move.agree("caf")
    assert answers(move, caf)["move_date"] == in_days(45)
    assert deliver(database, "caf-courrier") == ["forward_request"]


def test_a_date_changed_twice_leaves_everybody_with_the_last(move: Move, database: Database) -> None:
    reference = move.agree("transport")
    deliver(database, "mobilite")
    move.change(move_date=in_days(45))
    move.change(move_date=in_days(50))
    deliver(database, "mobilite")
    assert answers(move, reference)["move_date"] == in_days(50)
    line = move.line("transport")
    assert line.knowledge is Knowledge.CURRENT
    assert line.request is not None
    assert [one.amendment_sent for one in line.request.forwardings] == [2]


def test_an_address_that_concerns_only_the_caf_corrects_only_the_caf(move: Move, database: Database) -> None:
    for key, lane in (("ecole-1", "ecoles"), ("caf", "caf-courrier"), ("transport", "mobilite")):
        move.agree(key)
        deliver(database, lane)
    assert move.change(move_new_address_line="7 chemin des Lavandières").corrected == ("caf",)
    assert [deliver(database, lane) for lane in LANES.values()] == [[], ["amend_request"], []]


def test_cancelling_stops_those_told_and_sends_nothing_to_the_others(move: Move, database: Database) -> None:
    move.agree("transport")
    deliver(database, "mobilite")
    move.agree("caf")
    assert set(move.cancel().withdrawn) == {"transport", "caf"}
    assert move.cancel().withdrawn == ()
    assert [deliver(database, lane) for lane in LANES.values()] == [[], [], ["withdraw_request"]]
    view = move.see()
    assert view.status is EventStatus.CANCELLED
    with pytest.raises(Conflict, match="event_cancelled"):
        move.agree("ecole-1")
    with pytest.raises(Conflict, match="event_cancelled"):
        move.change(move_date=in_days(3))


def test_a_move_that_stays_in_the_commune_asks_no_deregistration(move: Move, database: Database) -> None:
    move.agree("ecole-1")
    deliver(database, "ecoles")
    assert move.change(move_kind="within").withdrawn == ("ecole-1",)
    assert deliver(database, "ecoles") == ["withdraw_request"]
    lines = {line.key: line for line in move.see().lines}
    assert set(lines) == {"caf", "ecole-1"}  # no more mobility either: the pass stays good
    assert not lines["ecole-1"].applies
    assert lines["ecole-1"].stage is Stage.WITHDRAWN


def test_a_protected_address_is_kept_from_the_school_and_taken_back_from_it(move: Move, database: Database) -> None:
    reference = move.agree("ecole-1")
    deliver(database, "ecoles")
    assert move.change(move_address_protected=True).corrected == ("ecole-1",)
    assert "move_new_address_city" not in answers(move, reference)
    with database.reading() as session:
        preview, _document = life_events.preview_line(session, move.see(), "ecole-1")
    assert len(preview.kept_back) == 1
    assert "Clairval" not in [one.text for one in preview.lines]


def test_a_parent_who_objects_stops_the_school_and_it_alone(database: Database, town: Town) -> None:
    move = Move(database, town.angela, child(move_other_parent="objects"))
    assert [line.stage for line in move.see().lines] == [Stage.BLOCKED, Stage.TO_CONFIRM, Stage.TO_CONFIRM]
    with pytest.raises(Conflict, match="blocked"):
        move.agree("ecole-1")
    move.agree("caf")


def test_twins_are_two_files_matched_by_their_place_and_not_by_their_birth(database: Database, town: Town) -> None:
    move = Move(database, town.angela, child("Nour"), child("Gabin"))
    first, second = move.agree("ecole-1"), move.agree("ecole-2")
    for _ in range(2):
        deliver(database, "ecoles")
    move.add_child(child("Gabin", school_wished_school="0389904D"), slot="2")
    assert answers(move, first)["school_wished_school"] == "0389902B"
    assert answers(move, second)["school_wished_school"] == "0389904D"
    with database.writing() as session:
        life_events.change_entry(session, move.actor, declaration(), move.id, "1", None, version=move.see().version)
    stages = {line.key: line.stage for line in move.see().lines}
    assert (stages["ecole-1"], stages["ecole-2"]) == (Stage.WITHDRAWN, Stage.RECEIVED)
    assert move.line("ecole-1").title == "L’école, un enfant retiré du dossier"


def test_a_refusal_gives_its_reason_a_manual_way_and_may_be_asked_again(move: Move, database: Database) -> None:
    first = move.agree("transport")
    deliver(database, "mobilite")
    report(database, first, "mobilite", RequestStatus.REJECTED)
    line = move.line("transport")
    assert line.stage is Stage.REFUSED
    assert str(line.organisation.manual)
    second = move.agree("transport")
    assert second != first
    assert deliver(database, "mobilite") == ["forward_request"]


def test_an_organisation_that_ended_before_the_change_is_said_to_know_nothing_of_it(
    move: Move, database: Database
) -> None:
    reference = move.agree("transport")
    deliver(database, "mobilite")
    report(database, reference, "mobilite", RequestStatus.ACCEPTED)
    assert move.change(move_date=in_days(70)).untold == ("transport",)
    line = move.line("transport")
    assert (line.is_behind, line.knowledge) == (True, Knowledge.FORMER)
    assert move.cancel().untold == ("transport",)


def test_an_answer_heard_twice_counts_once_and_silence_stays_silence(move: Move, database: Database) -> None:
    reference = move.agree("transport")
    move.agree("caf")
    deliver(database, "mobilite", received=False)
    deliver(database, "caf-courrier", received=False)
    for _ in range(2):
        report(database, reference, "mobilite", RequestStatus.IN_PROGRESS)
    stages = {line.key: line.stage for line in move.see().lines}
    assert (stages["transport"], stages["caf"]) == (Stage.TAKEN, Stage.SENT)


def test_facts_changed_elsewhere_are_not_overwritten_nor_agreed_to_unread(move: Move) -> None:
    seen = move.see().version
    move.change(move_date=in_days(31))
    with pytest.raises(Conflict, match="facts_changed"):
        move.agree("caf", version=seen)
    with pytest.raises(Conflict) as conflict, move.database.writing() as session:
        life_events.change_facts(session, move.actor, declaration(), move.id, {}, version=seen)
    assert conflict.value.theirs.version == seen + 1


@pytest.mark.parametrize("days", [-93, 185])
def test_a_date_too_far_away_is_refused_with_a_sentence(move: Move, days: int) -> None:
    with pytest.raises(Invalid) as refused:
        move.change(move_date=in_days(days))
    assert list(refused.value.fields) == ["move_date"]
    assert move.see().version == 2  # the child was the last change


def test_leaving_abroad_tells_the_country_to_the_caf(database: Database, town: Town) -> None:
    abroad = {"move_kind": "abroad", "move_new_address_postcode": "1000", "move_new_address_country": "Belgique"}
    move = Move(database, town.angela, **abroad)
    assert answers(move, move.agree("caf"))["move_new_address_country"] == "Belgique"


def test_a_person_who_does_it_alone_may_change_their_mind(move: Move, database: Database) -> None:
    with database.writing() as session:
        life_events.decline(session, move.actor, declaration(), move.id, "caf")
    line = move.line("caf")
    assert (line.stage, line.choice) == (Stage.DECLINED, Choice.DECLINED)
    move.agree("caf")
    with pytest.raises(Conflict, match="already_sent"), database.writing() as session:
        life_events.decline(session, move.actor, declaration(), move.id, "caf")


def test_a_draft_of_the_same_procedure_is_left_alone(move: Move, database: Database) -> None:
    with database.writing() as session:
        requests.start_draft(session, move.actor, get_published(session, "resiliation-transport"))
    with pytest.raises(Conflict, match="draft_open"):
        move.agree("transport")
    line = move.line("transport")
    assert line.stage is Stage.TO_CONFIRM


def test_somebody_else_finds_nothing(move: Move, database: Database, town: Town) -> None:
    layla: Actor = Town.resident(town.layla)
    with database.writing() as session:
        with pytest.raises(NotFound):
            life_events.read_event(session, layla, declaration(), move.id)
        with pytest.raises(NotFound):
            life_events.cancel(session, layla, declaration(), move.id)


def test_the_hourly_limit_of_requests_holds_here_too(database: Database, town: Town) -> None:
    moves = [Move(database, town.angela) for _ in range(10)]
    for one in moves:
        one.agree("caf")
        one.agree("transport")
    moves[0].cancel()
    last = Move(database, town.angela)
    with pytest.raises(Busy):
        last.agree("caf")
    line = last.line("caf")
    assert line.consent is None  # the consent is not kept without its request
