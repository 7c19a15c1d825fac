"""The history gives exactly the tables of the code, goes down again, and protects what must not change."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from portal.casework.catalogue.service import get_published
from portal.casework.contacts import service as contacts
from portal.casework.contacts.enums import AnswerWay, Medium
from portal.casework.requests import service as requests
from portal.casework.requests.enums import RequestStatus
from portal.casework.requests.reference import normalise
from portal.ground import clock
from portal.ground.db import Database
from portal.migrations.tables import APPEND_ONLY, whole_metadata
from portal.migrations.upgrade import downgrade_database, is_current, upgrade_database
from tests.support.town import Town, sent_request, town

__all__ = ["town"]


def test_the_history_gives_the_tables_of_the_code(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, whole_metadata()) == []
    assert is_current(database)


def test_down_then_up_again(database: Database) -> None:
    downgrade_database(database.url, "base")
    with database.engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    assert not is_current(database)
    upgrade_database(database.url)
    upgrade_database(database.url)
    assert is_current(database)


def test_append_only_tables_have_their_triggers(database: Database) -> None:
    query = {
        "sqlite": "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT event_object_table FROM information_schema.triggers",
    }
    with database.engine.connect() as connection:
        protected = set(connection.scalars(text(query[database.dialect])))
    assert protected >= set(APPEND_ONLY)


def test_what_was_there_before_gets_its_dates(database: Database, town: Town) -> None:
    """Drafts and ended requests of an older database are dated as new ones are."""
    ended, open_ = sent_request(database, town.angela), sent_request(database, town.layla)
    with clock.frozen(clock.now()), database.writing() as session:
        decision = {"decision": RequestStatus.ACCEPTED, "reason": "Oui.", "idempotency_key": "cle"}
        requests.decide(session, town.agent(town.meryem), ended, **decision)
        requests.start_draft(session, town.resident(town.yves), get_published(session, "carte-mediatheque"))
    dates = text("SELECT reference, retain_until FROM service_request ORDER BY reference")
    ends = text("SELECT purge_after FROM draft")
    with database.engine.connect() as connection:
        kept, draft = connection.execute(dates).all(), connection.execute(ends).scalar_one()
    downgrade_database(database.url, "0001")
    upgrade_database(database.url)
    with database.engine.connect() as connection:
        assert connection.execute(dates).all() == kept
        assert connection.execute(ends).scalar_one() == draft
    assert {row.reference: row.retain_until is None for row in kept} == {ended: False, open_: True}


def test_contacts_of_before_get_a_reference_each(database: Database, town: Town) -> None:
    agent = town.agent(town.meryem)
    facts = {"occurred_on": clock.today(), "theme": "autre", "words": "Essai", "answer_by": AnswerWay.NONE}
    with database.writing() as session:
        for _number in range(3):
            department = next(iter(agent.department_ids))
            contacts.log_contact(session, agent, contacts.ContactFacts(department, Medium.CALL, **facts))
    downgrade_database(database.url, "0029")
    upgrade_database(database.url)
    with database.engine.connect() as connection:
        references = connection.scalars(text("SELECT reference FROM contact")).all()
    assert len(set(references)) == 3
    assert all(one == normalise(one) and one.startswith("VSIE-") for one in references)
