"""Consents: given once, asked once at a time, answered, withdrawn with what they brought, expired by themselves."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from portal.casework.consents import service as consents
from portal.casework.consents.policy import LOST_AFTER
from portal.casework.consents.service import Answer, ConsentView, Ending, Outcome, Terms
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.errors import Forbidden, NotFound
from portal.ground.permissions import ANONYMOUS
from tests.portal.casework.world import World

KNOWN = Answer(Outcome.KNOWN, "850", source="CNAF", period="2026-11")


def terms(world: World, **changes: Any) -> Terms:
    usual: dict[str, Any] = {
        "procedure_id": world.procedure.id,
        "procedure_version": 1,
        "field": "quotient",
        "connection": "caf",
        "concept": "caf.family_quotient",
        "provider": "la CAF ou la MSA",
        "purpose": "calculer le tarif",
        "legal_basis": "Une base légale.",
        "kept": timedelta(days=30),
    }
    return Terms(**(usual | changes))


@pytest.fixture
def given(database: Database, world: World) -> ConsentView:
    with database.writing() as session:
        return consents.give_consent(session, world.resident(), terms(world))


def answered(database: Database, world: World, given: ConsentView, answer: Answer = KNOWN) -> ConsentView:
    with database.writing() as session:
        assert consents.begin_asking(session, world.resident(), given.id)
        return consents.keep_answer(session, world.resident(), given.id, answer)


def journal(database: Database) -> list[tuple[str, str, str]]:
    with database.reading() as session:
        rows = session.execute(
            text("SELECT action, connection, details FROM audit_entry WHERE connection = 'caf' ORDER BY id")
        )
        return [(row.action, row.connection, str(row.details)) for row in rows]


def test_agreeing_twice_is_one_consent(database: Database, world: World, given: ConsentView) -> None:
    with database.writing() as session:
        again = consents.give_consent(session, world.resident(), terms(world))
        assert again.id == given.id
        assert len(consents.list_consents(session, world.resident())) == 1
    assert [line[0] for line in journal(database)] == ["consent_given"]


def test_two_questions_and_two_people_are_separate_consents(
    database: Database, world: World, given: ConsentView
) -> None:
    with database.writing() as session:
        other = consents.give_consent(session, world.resident(), terms(world, field="autre"))
        hers = consents.give_consent(session, world.resident(world.ines), terms(world))
        assert len({given.id, other.id, hers.id}) == 3
        held = consents.current_consents(session, world.noe.person_id, world.procedure.id)
        assert set(held) == {"quotient", "autre"}
        assert consents.current_consents(session, world.noe.person_id, world.routed.id) == {}


def test_a_question_is_asked_once_at_a_time(database: Database, world: World, given: ConsentView) -> None:
    who = world.resident()
    with database.writing() as session:
        assert consents.begin_asking(session, who, given.id)
        assert consents.is_asking(session, given.id)
        assert not consents.begin_asking(session, who, given.id)
    with clock.shifted(LOST_AFTER), database.writing() as session:
        assert not consents.is_asking(session, given.id)
        assert consents.begin_asking(session, who, given.id)


@pytest.mark.parametrize("answer", [KNOWN, Answer(Outcome.NOT_FOUND, code="35003")])
def test_an_answer_is_not_asked_again_while_it_is_fresh(
    database: Database, world: World, given: ConsentView, answer: Answer
) -> None:
    kept = answered(database, world, given, answer)
    assert (kept.outcome, kept.value) == (answer.outcome, answer.value)
    with database.writing() as session:
        assert not consents.begin_asking(session, world.resident(), given.id)
    with clock.shifted(timedelta(hours=25)), database.writing() as session:
        assert consents.begin_asking(session, world.resident(), given.id)


def test_the_partner_says_how_long_its_answer_stays(database: Database, world: World, given: ConsentView) -> None:
    answered(database, world, given, Answer(Outcome.KNOWN, "0", "MSA", "2026-11", fresh_for=timedelta(minutes=5)))
    with clock.shifted(timedelta(minutes=6)), database.writing() as session:
        assert consents.begin_asking(session, world.resident(), given.id)


@pytest.mark.parametrize("outcome", [Outcome.UNAVAILABLE, Outcome.IDENTITY_REFUSED])
def test_a_want_of_answer_may_be_asked_again_at_once(
    database: Database, world: World, given: ConsentView, outcome: Outcome
) -> None:
    kept = answered(database, world, given, Answer(outcome, code="http_504"))
    assert (kept.value, kept.code) == (None, "http_504")
    with database.writing() as session:
        assert consents.begin_asking(session, world.resident(), given.id)


def test_a_value_known_before_survives_a_partner_that_is_down(
    database: Database, world: World, given: ConsentView
) -> None:
    answered(database, world, given)
    with clock.shifted(timedelta(hours=25)):
        kept = answered(database, world, given, Answer(Outcome.UNAVAILABLE, code="http_503"))
    assert (kept.outcome, kept.value) == (Outcome.KNOWN, "850")


def test_withdrawing_erases_the_answer_and_is_final(database: Database, world: World, given: ConsentView) -> None:
    answered(database, world, given)
    who = world.resident()
    with database.writing() as session:
        ended = consents.withdraw_consent(session, who, given.id)
        assert (ended.ending, ended.value) == (Ending.WITHDRAWN, None)
        assert consents.withdraw_consent(session, who, given.id).ended_at == ended.ended_at
    with database.writing() as session:
        assert consents.current_consents(session, world.noe.person_id, world.procedure.id) == {}
        with pytest.raises(NotFound):
            consents.begin_asking(session, who, given.id)
        sealed = session.execute(text("SELECT sealed_value FROM consent")).scalar_one()
        destroyed = session.execute(
            text("SELECT count(*) FROM data_key WHERE wrapped IS NULL AND id = (SELECT data_key_id FROM consent)")
        ).scalar_one()
        assert (sealed, destroyed) == (None, 1)
        assert consents.give_consent(session, who, terms(world)).id != given.id


def test_an_answer_that_comes_after_the_withdrawal_is_not_kept(
    database: Database, world: World, given: ConsentView
) -> None:
    who = world.resident()
    with database.writing() as session:
        consents.begin_asking(session, who, given.id)
        consents.withdraw_consent(session, who, given.id)
    with database.writing() as session:
        assert consents.keep_answer(session, who, given.id, KNOWN).value is None
        assert session.execute(text("SELECT sealed_value FROM consent")).scalar_one() is None


def test_what_has_expired_is_erased(database: Database, world: World, given: ConsentView) -> None:
    answered(database, world, given)
    with clock.shifted(timedelta(days=30, seconds=1)), database.writing() as session:
        assert consents.current_consents(session, world.noe.person_id, world.procedure.id) == {}
        assert consents.end_expired(session) == 1
        assert consents.end_expired(session) == 0
        (shown,) = consents.list_consents(session, world.resident())
        assert (shown.ending, shown.value) == (Ending.EXPIRED, None)
        assert consents.give_consent(session, world.resident(), terms(world)).id != given.id


def test_agreeing_again_after_the_term_is_a_new_consent(database: Database, world: World, given: ConsentView) -> None:
    with clock.shifted(timedelta(days=31)), database.writing() as session:
        again = consents.give_consent(session, world.resident(), terms(world))
        assert again.id != given.id
        assert len(consents.list_consents(session, world.resident())) == 2


def test_somebody_elses_consent_does_not_exist(database: Database, world: World, given: ConsentView) -> None:
    her = world.resident(world.ines)
    with database.writing() as session:
        for act in (consents.get_consent, consents.begin_asking, consents.withdraw_consent):
            with pytest.raises(NotFound):
                act(session, her, given.id)
        with pytest.raises(NotFound):
            consents.keep_answer(session, her, given.id, KNOWN)
        assert consents.list_consents(session, her) == []
        with pytest.raises(Forbidden):
            consents.give_consent(session, ANONYMOUS, terms(world))


def test_the_journal_tells_everything_but_the_value(database: Database, world: World, given: ConsentView) -> None:
    value = "84321"
    kept = answered(database, world, given, Answer(Outcome.KNOWN, value, source="MSA", period="2026-11"))
    with database.writing() as session:
        consents.withdraw_consent(session, world.resident(), given.id)
    lines = journal(database)
    assert [line[0] for line in lines] == ["consent_given", "entitlement_asked", "consent_withdrawn"]
    assert all("caf.family_quotient" in details for _action, _connection, details in lines)
    assert "known" in lines[1][2]
    assert value not in str(lines)
    assert value not in repr(kept)
