"""Every table says until when it keeps what it holds; what is said to be erased is erased."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import Date, func, select

from portal.app import connections_of
from portal.casework.catalogue.journeys import load_journeys
from portal.casework.catalogue.service import get_published
from portal.casework.requests import service as requests
from portal.casework.requests.enums import RequestStatus
from portal.casework.requests.models import Draft, ServiceRequest
from portal.casework.requests.policy import DRAFT_KEPT, DRAFT_NOTICE
from portal.engine.exchanges.polling import Polling
from portal.engine.exchanges.running import build_worker, standard_jobs
from portal.engine.own_data.jobs import own_data_jobs
from portal.engine.retention.inventory import DAILY, HOURLY
from portal.engine.retention.jobs import retention_jobs
from portal.engine.retention.service import list_durations, list_rules, say_duration
from portal.engine.retention.shapes import Dated, Lasting, With
from portal.ground import clock
from portal.ground.db import Database, UtcDateTime
from portal.ground.settings import Settings
from portal.ground.vault.models import DataKey
from portal.ground.web.limits import take
from portal.ground.web.models import RateBucket
from portal.migrations.tables import whole_metadata
from portal.people.identity.enums import Realm
from portal.people.identity.models import LoginAttempt, LoginSession, StashedForm
from portal.people.identity.service import begin_attempt, stash_form
from portal.people.identity.service.secrets import new_token
from portal.records.outbox import service as outbox
from portal.records.outbox.models import OutboxAttempt, OutboxMessage
from portal.screens.backoffice.jobs import worklist_jobs
from tests.support.client import Browser
from tests.support.town import Town, angela, app, counted, sent_request, sign_in, town, visitor

__all__ = ["angela", "app", "sign_in", "town", "visitor"]

TABLES = whole_metadata().tables
RULES = list_rules()
# A column that ties a row to a person, or that holds their words or their name.
PERSONAL = {
    "account_id", "applicant_name", "family_key", "person_id", "sealed", "sealed_answers", "sealed_data", "subject_id",
}  # fmt: skip


def test_every_table_is_in_the_inventory_and_no_other() -> None:
    assert set(list_rules()) == set(TABLES)


@pytest.mark.parametrize("name", sorted(name for name, rule in RULES.items() if isinstance(rule, Dated)))
def test_a_dated_table_has_its_date(name: str) -> None:
    rule = RULES[name]
    assert isinstance(rule, Dated)
    column = TABLES[name].c[rule.column]
    assert isinstance(column.type, Date | UtcDateTime)
    assert str(rule.what)


@pytest.mark.parametrize("name", sorted(name for name, rule in RULES.items() if isinstance(rule, With)))
def test_a_table_that_goes_with_another_is_tied_to_it(name: str) -> None:
    rule = RULES[name]
    assert isinstance(rule, With)
    table, column = rule.by.split(".")
    assert {table, rule.table} in ({name, rule.table}, {rule.table})
    assert column in TABLES[table].c
    assert rule.table in RULES


def test_what_is_personal_comes_to_an_end() -> None:
    for name, table in TABLES.items():
        rule = RULES[name]
        while isinstance(rule, With):
            rule = RULES[rule.table]
        if PERSONAL & set(table.c.keys()):
            assert isinstance(rule, Dated), name
        if isinstance(rule, Lasting):
            assert len(rule.reason) > 10, name


def test_each_job_that_erases_exists(app: Flask, settings: Settings, database: Database) -> None:
    worker = build_worker(settings, database, connections_of(app))
    known = {job.name for job in [*standard_jobs(Polling(database, connections_of(app), worker.delivering))]}
    known |= {job.name for job in [*retention_jobs(database), *own_data_jobs(settings, database)]}
    known |= {job.name for job in worklist_jobs(settings, database, app.app_context)}
    parts = [journey.part("jobs") for journey in load_journeys()]
    known |= {job.name for part in parts if part for job in part.periodic_jobs(settings, database, connections_of(app))}
    assert {rule.erased_by for rule in RULES.values() if isinstance(rule, Dated)} - {""} <= known


@pytest.fixture
def run_job(database: Database) -> Callable[[str], None]:
    """Run one of the room's jobs, as the worker does."""

    def run(name: str) -> None:
        next(job for job in retention_jobs(database) if job.name == name).run()

    return run


def count(database: Database, model: type) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def begin_draft(database: Database, town: Town, email: str = "lecture@exemple.example") -> None:
    """A draft with one step answered."""
    who = town.resident(town.angela)
    with database.writing() as session:
        draft = requests.start_draft(session, who, get_published(session, "carte-mediatheque"))
        answers = {
            "person_family_name": "DUBOIS",
            "person_given_names": "Angela",
            "person_birthdate": "1962-08-24",
            "contact_email": email,
        }
        requests.save_step(session, who, draft.id, step="vous", answers=answers, version=draft.version)


def test_a_forgotten_draft_is_announced_then_erased_with_its_key(
    angela: Browser, town: Town, database: Database, run_job: Callable[[str], None]
) -> None:
    begin_draft(database, town)
    with database.reading() as session:
        key = session.scalars(select(Draft.data_key_id)).one()
    assert "Il sera effacé" not in angela.get("/mon-espace").text
    with clock.shifted(DRAFT_KEPT - DRAFT_NOTICE + timedelta(hours=1)):
        run_job(DAILY)
        run_job(DAILY)
        again = Browser(angela.app, angela.settings, database).sign_in(town.angela)
        assert "Il sera effacé le" in again.get("/mon-espace").text
    assert count(database, OutboxMessage) == 1, "one warning, whatever the number of runs"
    with clock.shifted(DRAFT_KEPT - timedelta(hours=1)):
        run_job(DAILY)
        assert count(database, Draft) == 1
    with clock.shifted(DRAFT_KEPT + timedelta(hours=2)):
        run_job(DAILY)
    assert count(database, Draft) == 0
    with database.reading() as session:
        assert session.get_one(DataKey, key).wrapped is None


def test_a_draft_taken_up_again_starts_its_time_again(
    town: Town, database: Database, run_job: Callable[[str], None]
) -> None:
    begin_draft(database, town)
    with clock.shifted(DRAFT_KEPT - timedelta(days=1)):
        run_job(DAILY)
        begin_draft(database, town)
    with clock.shifted(DRAFT_KEPT + timedelta(days=20)):
        run_job(DAILY)
        with database.reading() as session:
            draft_id = session.scalars(select(Draft.id)).one()
            assert requests.render_draft_notice(session, draft_id, public_url="https://x.example") is None


def test_a_worker_that_was_down_still_leaves_two_weeks(
    town: Town, database: Database, run_job: Callable[[str], None]
) -> None:
    begin_draft(database, town)
    with clock.shifted(DRAFT_KEPT + timedelta(days=30)):
        run_job(DAILY)
        assert count(database, Draft) == 1, "nobody is erased without having been warned"
    with clock.shifted(DRAFT_KEPT + timedelta(days=45)):
        run_job(DAILY)
    assert count(database, Draft) == 0


def test_the_warning_says_which_draft_and_until_when(app: Flask, town: Town, database: Database) -> None:
    begin_draft(database, town)
    with clock.shifted(DRAFT_KEPT - DRAFT_NOTICE), database.writing() as session:
        assert requests.warn_of_drafts(session) == 1
    with app.app_context(), database.reading() as session:
        draft = session.scalars(select(Draft)).one()
        letter = requests.render_draft_notice(session, draft.id, public_url="https://portail.example/")
        day = clock.local(draft.purge_after)
    assert letter is not None
    assert letter.recipient == "lecture@exemple.example"
    assert letter.subject == "Votre brouillon va être effacé"
    for form in (letter.text, letter.html):
        assert "Obtenir une carte de la médiathèque" in form
        assert f"{day.day} " in form
        assert str(day.year) in form
        assert "https://portail.example/demarches/carte-mediatheque" in form
        assert "DUBOIS" not in form


def test_a_draft_of_somebody_without_an_address_is_announced_on_screen_only(
    database: Database, town: Town, run_job: Callable[[str], None]
) -> None:
    who = town.resident(town.yves)
    with database.writing() as session:
        requests.start_draft(session, who, get_published(session, "carte-mediatheque"))
    with clock.shifted(DRAFT_KEPT - timedelta(days=3)):
        run_job(DAILY)
    assert count(database, OutboxMessage) == 0
    with database.reading() as session:
        assert session.scalars(select(Draft.warned_at)).one() is not None


def test_an_ended_request_knows_until_when_it_is_kept(town: Town, database: Database) -> None:
    reference = sent_request(database, town.angela)
    with database.reading() as session:
        assert session.scalars(select(ServiceRequest.retain_until)).one() is None
    with database.writing() as session:
        requests.decide(
            session, town.agent(town.meryem), reference, RequestStatus.ACCEPTED, "Oui.", idempotency_key=str(uuid4())
        )
        days = get_published(session, "carte-mediatheque").document.retention_days
    with database.reading() as session:
        assert session.scalars(select(ServiceRequest.retain_until)).one() == clock.today() + timedelta(days=days)


def test_what_is_short_lived_is_erased_each_hour(
    angela: Browser, town: Town, database: Database, run_job: Callable[[str], None]
) -> None:
    with database.writing() as session:
        begin_attempt(session, realm=Realm.RESIDENT, suite="/", browser=None)
        stash_form(session, path="/x", fields={"a": ["b"]}, account_id=town.angela.id, browser=new_token())
        take(session, "sign_in", "somebody", limit=3, per=timedelta(minutes=1))
    models = (LoginAttempt, LoginSession, StashedForm, RateBucket)
    run_job(HOURLY)
    assert [count(database, model) for model in models] == [1, 1, 1, 1]
    with clock.shifted(timedelta(days=1, minutes=11)):
        run_job(HOURLY)
    assert [count(database, model) for model in models] == [0, 0, 0, 0]


def test_the_trace_of_a_sending_is_erased_after_a_year(
    town: Town, database: Database, run_job: Callable[[str], None]
) -> None:
    sent_request(database, town.angela)
    waiting = count(database, OutboxMessage)
    assert waiting
    with database.writing() as session:
        claimed = outbox.claim(session, worker="essai", lane="courriel", limit=1)[0]
        assert outbox.begin(session, claimed)
        assert outbox.complete(session, claimed, note={})
    with clock.shifted(timedelta(days=364)):
        run_job(DAILY)
    assert count(database, OutboxMessage) == waiting
    with clock.shifted(timedelta(days=366)):
        run_job(DAILY)
    assert count(database, OutboxMessage) == waiting - 1, "what is not delivered stays"
    assert count(database, OutboxAttempt) == 0


def test_the_page_tells_every_duration(visitor: Browser, app: Flask) -> None:
    with counted(visitor.database):
        page = visitor.get("/donnees-personnelles")
    with app.test_request_context():
        told = list_durations()
    assert len(told) == sum(isinstance(rule, Dated) for rule in RULES.values())
    for one in told:
        assert f"{one.what} : {one.how_long}." in page.text
    assert "Un brouillon : 90 jours après votre dernière modification" in page.text
    assert (
        "Votre compte, votre identité, votre foyer et vos adresses : 2 ans après votre dernière connexion." in page.text
    )


@pytest.mark.parametrize(
    ("lasts", "said"),
    [
        (timedelta(minutes=30), "30 minutes"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(seconds=61), "2 minutes"),
        (timedelta(hours=12, minutes=30), "13 heures"),
        (timedelta(hours=24, minutes=10), "25 heures"),
        (timedelta(days=1), "1 jour"),
        (timedelta(days=90), "90 jours"),
        (timedelta(days=365), "1 an"),
        (timedelta(days=730), "2 ans"),
        (timedelta(days=400, hours=1), "401 jours"),
    ],
)
def test_a_duration_is_never_said_shorter_than_it_is(app: Flask, lasts: timedelta, said: str) -> None:
    with app.test_request_context():
        assert say_duration(lasts) == said
