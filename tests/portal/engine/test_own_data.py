"""One's own data: a copy that holds all of it and nothing of others, taken once; an erasure that leaves nothing."""

import io
import json
import sqlite3
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from portal.app import connections_of
from portal.casework.catalogue.service import get_published
from portal.casework.documents import service as documents
from portal.casework.documents.models import Document
from portal.casework.documents.policy import UNUSED_KEPT
from portal.casework.documents.service import store_of
from portal.casework.requests import service as requests
from portal.casework.requests.enums import RequestStatus
from portal.casework.requests.models import DiscardedDraft, ServiceRequest
from portal.engine.exchanges.delivering import Delivering
from portal.engine.exchanges.lanes import LaneWork
from portal.engine.own_data import service as own_data
from portal.engine.own_data.deliveries import delivery_handlers
from portal.engine.own_data.models import DataExport
from portal.engine.retention import service as retention
from portal.engine.retention.inventory import ACCOUNT_KEPT
from portal.engine.retention.jobs import retention_jobs
from portal.engine.retention.models import RetentionNotice
from portal.engine.retention.tables import all_tables, references_to
from portal.ground import clock
from portal.ground.audit.models import AuditEntry
from portal.ground.db import Database
from portal.ground.errors import Busy, Conflict, NotFound
from portal.ground.permissions import SYSTEM
from portal.ground.settings import Settings
from portal.ground.vault.service import keep_erasures_in, read_erasures, replay_erasures
from portal.people.accounts.enums import ContactKind, MemberRelation
from portal.people.accounts.models import Account, HouseholdMember, PersonSearch
from portal.people.accounts.service import AccountView, create_person, declare_contact, save_member
from portal.records.outbox import service as outbox
from tests.support import files
from tests.support.client import Browser
from tests.support.days import noon_of
from tests.support.evidence import add_file, reach_evidence
from tests.support.town import Town, app, request_id_of, sent_request, sign_in, town

__all__ = ["app", "sign_in", "town"]

MARKER = "Zorglublambda"
EMAIL = "zorglublambda@exemple.example"


def decided(database: Database, town: Town, account: AccountView) -> str:
    """A request of this person that has ended."""
    reference = sent_request(database, account, vous={"contact_email": EMAIL})
    with database.writing() as session:
        agent = town.agent(town.meryem)
        requests.decide(session, agent, reference, RequestStatus.ACCEPTED, f"Oui {MARKER}.", idempotency_key=reference)
    return reference


def deliver(app: Flask, database: Database, settings: Settings) -> dict[str, int]:
    """Make the copies that were asked, as the worker does."""
    handlers = delivery_handlers(settings, connections_of(app))
    work = LaneWork(database, Delivering(database, handlers, around=app.app_context), "papiers", "essai")
    while work.round():
        pass
    return {ending.value: count for ending, count in work.endings.items()}


def asked_copy(app: Flask, database: Database, settings: Settings, account: AccountView) -> UUID:
    with database.writing() as session:
        session.execute(text("DELETE FROM outbox_message WHERE kind LIKE 'paper_%'"))
        made = own_data.ask_for_copy(session, Town.resident(account))
    deliver(app, database, settings)
    return made


def taken(database: Database, settings: Settings, account: AccountView, made: UUID) -> zipfile.ZipFile:
    with database.writing() as session:
        content = own_data.take_copy(session, own_data.copy_store(settings), Town.resident(account), made)
    return zipfile.ZipFile(io.BytesIO(content))


def test_a_copy_holds_all_of_mine_and_nothing_of_others(
    app: Flask, database: Database, settings: Settings, town: Town, sign_in: Any
) -> None:
    mine, theirs = decided(database, town, town.angela), sent_request(database, town.layla)
    browser: Browser = sign_in(town.angela)
    reach_evidence(browser)
    add_file(browser, files.pdf(), f"{MARKER}.pdf")
    with database.writing() as session:
        phone = {"kind": ContactKind.PHONE, "value": "06 39 98 12 34"}
        declare_contact(session, Town.resident(town.angela), town.angela.person_id, **phone)
        save_member(session, Town.resident(town.angela), {"given_names": "Zorélie"}, relation=MemberRelation.CHILD)
        save_member(session, Town.resident(town.layla), {"given_names": "Ozmund"}, relation=MemberRelation.CHILD)
        made = own_data.ask_for_copy(session, Town.resident(town.angela))
        assert own_data.ask_for_copy(session, Town.resident(town.angela)) == made, "one at a time"
    made = asked_copy(app, database, settings, town.angela)
    on_disk = b"".join(one.read_bytes() for one in (settings.data_dir / "copies").rglob("*") if one.is_file())
    assert on_disk
    assert MARKER.encode() not in on_disk
    with taken(database, settings, town.angela, made) as copy:
        data, page = json.loads(copy.read("donnees.json")), copy.read("lisez-moi.html").decode()
        names = copy.namelist()
        document = copy.read(data["documents"][0]["file"])
    assert data["format"] == 1
    assert [one["reference"] for one in data["requests"]] == [mine]
    assert data["identity"]["family_name"] == "DUBOIS"
    assert "+33639981234" in data["identity"]["declared_phone"].replace(" ", "")
    assert data["drafts"][0]["procedure"] == "inscription-scolaire"
    assert [one["given_names"] for one in data["household"]["members"]] == ["Zorélie"]
    assert "Zorélie" in page
    assert data["notifications"]["ways"]["legal"] == "email"
    assert document.startswith(b"%PDF")
    assert {"lisez-moi.html", "donnees.json"} <= set(names)
    whole = json.dumps(data, ensure_ascii=False) + page
    for words in (MARKER, EMAIL, mine, "DUBOIS"):
        assert words in json.dumps(data, ensure_ascii=False), words
        assert words in page, words
    for words in (
        theirs,
        "Ozmund",
        "حسن",
        "layla@usagers.example",
        str(town.layla.id),
        str(town.meryem.id),
        "s.amrani",
    ):
        assert words not in whole, words


def test_a_copy_is_taken_once_by_its_owner_within_a_day(
    app: Flask, database: Database, settings: Settings, town: Town
) -> None:
    made = asked_copy(app, database, settings, town.angela)
    store = own_data.copy_store(settings)
    with database.writing() as session, pytest.raises(NotFound):
        own_data.take_copy(session, store, Town.resident(town.layla), made)
    with clock.shifted(timedelta(hours=25)), database.writing() as session, pytest.raises(NotFound):
        own_data.take_copy(session, store, Town.resident(town.angela), made)
    assert taken(database, settings, town.angela, made).namelist()
    with database.writing() as session, pytest.raises(NotFound):
        own_data.take_copy(session, store, Town.resident(town.angela), made)
    with database.writing() as session:
        [row] = session.scalars(select(DataExport)).all()
        assert own_data.sweep_copies(session, store, before=clock.now().timestamp() + 60) == 1, "no file is left"
        acts = session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == town.angela.person_id)).all()
    assert {"data_export_asked", "data_export_made", "data_export_taken"} <= set(acts)
    with clock.shifted(timedelta(hours=26)), database.writing() as session:
        assert own_data.purge_copies(session) == 1
    assert not any(row.is_file() for row in store.folder.rglob("*")), row


def test_copies_are_limited_and_the_letter_says_where(
    app: Flask, database: Database, settings: Settings, town: Town
) -> None:
    for _time in range(3):
        made = asked_copy(app, database, settings, town.angela)
        letter = render(app, database, settings, own_data.READY_KIND)
        assert letter.recipient == "angela@usagers.example"
        assert f"/mon-espace/mes-donnees/{made}" in letter.text
        assert "Angela" not in letter.text
        taken(database, settings, town.angela, made)
        assert render(app, database, settings, own_data.READY_KIND) is None, "not after it was taken"
        with database.writing() as session:
            session.execute(text("DELETE FROM outbox_message"))
    with database.writing() as session, pytest.raises(Busy):
        own_data.ask_for_copy(session, Town.resident(town.angela))


def render(app: Flask, database: Database, settings: Settings, kind: str) -> Any:
    """The letter of this kind that waits, as the worker would write it."""
    handler: Any = delivery_handlers(settings, connections_of(app))[kind]
    with database.writing() as session:
        claimed = [one for one in outbox.claim(session, worker="e", lane="courriel", limit=99) if one.kind == kind]
        session.rollback()
    with app.app_context(), database.reading() as session:
        return handler.render(session, claimed[0])


def raw_bytes(database: Database, settings: Settings) -> bytes:
    """Every byte that is kept: the database, its journal, the files."""
    held = [one.read_bytes() for one in settings.data_dir.rglob("*") if one.is_file()]
    if database.dialect == "sqlite":
        path = Path(database.engine.url.database or "")
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        held += [one.read_bytes() for one in path.parent.glob(f"{path.name}*")]
    else:
        with database.engine.connect() as connection:
            for name, table in all_tables().items():
                held.append(name.encode() + repr(connection.execute(select(table)).all()).encode())
    return b"".join(held)


def test_an_erasure_leaves_nothing_and_is_replayed(
    app: Flask, database: Database, settings: Settings, town: Town, sign_in: Any, tmp_path: Path
) -> None:
    keep_erasures_in(tmp_path / "erasures")
    browser: Browser = sign_in(town.layla)
    reach_evidence(browser)
    add_file(browser, files.pdf(), f"{MARKER}.pdf")
    who = Town.resident(town.layla)
    with database.writing() as session:
        declare_contact(session, who, town.layla.person_id, kind=ContactKind.EMAIL, value=EMAIL)
        save_member(session, who, {"given_names": "Zorélie"}, relation=MemberRelation.CHILD)
        given_up = requests.start_draft(session, who, get_published(session, "carte-mediatheque"))
        requests.set_draft_aside(session, who, given_up.id)
        plan = own_data.plan_erasure(session, who)
        assert (plan.drafts, plan.documents, plan.kept, plan.open_requests) == (1, 1, (), ())
    words = [one.encode() for one in ("oteestu", "orœuf", "حسن", EMAIL, MARKER, "1993-11-29", "Zorélie")]
    assert any(one in raw_bytes(database, settings) for one in (b"1993-11-29",)), "there is something to erase"
    with database.writing() as session:
        own_data.erase_myself(session, who)
    documents.sweep_orphans(database, store_of(settings))
    left = raw_bytes(database, settings)
    assert [one for one in words if one in left] == []
    with database.reading() as session:
        assert session.get(Account, town.layla.id) is None
        assert session.get(PersonSearch, town.layla.person_id) is None
        assert session.scalar(select(func.count()).select_from(Document)) == 0
        assert session.scalar(select(func.count()).select_from(DiscardedDraft)) == 0
        assert session.scalar(select(func.count()).select_from(HouseholdMember)) == 0
        [line] = session.scalars(select(AuditEntry).where(AuditEntry.action == "account_erased")).all()
        assert line.details["reason"] == "asked"
    browser.get("/mon-espace", 303)
    keys = [key for _at, key in read_erasures(tmp_path / "erasures")]
    keep_erasures_in(None)
    assert len(keys) >= 4, "person, draft, document, session"


def test_after_a_restore_what_was_erased_goes_again(app: Flask, database: Database, town: Town) -> None:
    """The list of erasures names keys alone: the rows that a backup brings back go with them."""
    reference = decided(database, town, town.layla)
    with database.writing() as session:
        request_key = session.scalars(select(ServiceRequest.data_key_id)).one()
        person_key = session.scalar(
            text("SELECT data_key_id FROM person WHERE id = :id"),
            {"id": town.layla.person_id.hex if database.dialect == "sqlite" else town.layla.person_id},
        )
        assert replay_erasures(session, [request_key, UUID(str(person_key))]) == 2
    with database.writing() as session:
        assert retention.finish_erasures(session, actor=SYSTEM) == 2
    with database.writing() as session:
        assert retention.finish_erasures(session, actor=SYSTEM) == 0
        assert session.scalar(select(func.count()).select_from(ServiceRequest)) == 0
        assert session.get(Account, town.layla.id) is None
        with pytest.raises(NotFound):
            requests.get_request(session, Town.resident(town.layla), reference)


def test_what_is_not_decided_comes_first_and_what_must_stay_stays(app: Flask, database: Database, town: Town) -> None:
    who = Town.resident(town.angela)
    kept, open_ = decided(database, town, town.angela), sent_request(database, town.angela)
    with database.writing() as session:
        with pytest.raises(Conflict, match="requests_open"):
            own_data.erase_myself(session, who)
        requests.withdraw(session, who, open_)
    with database.writing() as session:
        plan = own_data.plan_erasure(session, who)
        assert {one.reference for one in plan.kept} == {kept, open_}
        assert all(one.until for one in plan.kept)
        own_data.erase_myself(session, who)
    with database.reading() as session:
        rows = session.scalars(select(ServiceRequest)).all()
        assert {row.account_id for row in rows} == {None}
    with database.writing() as session:
        seen = requests.get_request(session, town.agent(town.meryem), kept, journal=session)
        assert "DUBOIS" in seen.applicant_name.upper(), "the administration still justifies what it decided"
    with clock.shifted(timedelta(days=4000)):
        run_daily(database)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ServiceRequest)) == 0
        for table, column in references_to("person"):
            count = session.scalar(select(func.count()).where(column == town.angela.person_id))
            assert count == 0, table.name


def run_daily(database: Database) -> None:
    next(job for job in retention_jobs(database) if job.name == "purge_kept").run()


def test_a_request_is_erased_after_two_notices_given_once(app: Flask, database: Database, town: Town) -> None:
    reference = decided(database, town, town.angela)
    request_id = request_id_of(database, reference)
    with database.reading() as session:
        until = session.get_one(ServiceRequest, request_id).retain_until
    assert until is not None

    def at(days: int) -> list[int]:
        """The notices given, once the day that many days before the end is over; twice, as a worker restarted."""
        with noon_of(until - timedelta(days=days)):
            run_daily(database)
            run_daily(database)
            with database.reading() as session:
                query = select(RetentionNotice.days).where(RetentionNotice.thing == "request")
                return sorted(session.scalars(query))

    assert at(31) == []
    assert at(30) == [30]
    with noon_of(until - timedelta(days=30)), database.reading() as session:
        [shown] = [one for one in retention.list_endings(session, Town.resident(town.angela)) if one.thing == "request"]
        assert (shown.reference, shown.ends_on) == (reference, until)
        assert retention.list_endings(session, Town.resident(town.layla)) == []
        counts = {one.thing: (one.ending, one.told) for one in retention.count_waiting(session)}
        assert counts["request"] == (1, 1)
    assert at(7) == [7, 30]
    assert at(0) == [7, 30]
    with database.reading() as session:
        assert session.get(ServiceRequest, request_id) is not None, "kept until the last day"
    at(-1)
    with database.reading() as session:
        assert session.get(ServiceRequest, request_id) is None
        erased = select(AuditEntry).where(AuditEntry.action == "request_erased", AuditEntry.request_id == request_id)
        assert session.scalars(erased).one().details["reason"] == "retention"
        for table, column in references_to("service_request"):
            assert session.scalar(select(func.count()).where(column == request_id)) == 0, table.name


def test_a_late_notice_puts_the_end_off_and_a_document_is_kept_when_asked(
    app: Flask, database: Database, town: Town, sign_in: Any
) -> None:
    browser: Browser = sign_in(town.angela)
    reach_evidence(browser)
    add_file(browser, files.pdf(), "quittance.pdf")
    with clock.shifted(UNUSED_KEPT + timedelta(days=3)):
        run_daily(database)
        with database.writing() as session:
            [ending] = [
                one for one in retention.list_endings(session, Town.resident(town.angela)) if one.thing == "document"
            ]
            assert ending.ends_on == clock.today() + timedelta(days=7)
            with pytest.raises(NotFound):
                retention.prolong_document(session, Town.resident(town.layla), ending.id)
            retention.prolong_document(session, Town.resident(town.angela), ending.id)
            assert [
                one for one in retention.list_endings(session, Town.resident(town.angela)) if one.thing == "document"
            ] == []
    with clock.shifted(UNUSED_KEPT + timedelta(days=40)):
        run_daily(database)
        with database.reading() as session:
            assert session.scalar(select(func.count()).select_from(Document)) == 1


def test_an_account_that_nobody_uses_is_erased_after_its_notices(app: Flask, database: Database, town: Town) -> None:
    sent_request(database, town.angela)  # something is being decided for her: she is left alone
    with clock.shifted(ACCOUNT_KEPT + timedelta(days=20)):
        run_daily(database)
        run_daily(database)
    with database.reading() as session:
        assert session.get(Account, town.layla.id) is not None, "told late, kept for a week"
        assert session.scalars(
            select(RetentionNotice.thing_id).where(RetentionNotice.account_id == town.layla.id)
        ).all() == [town.layla.id]
    with clock.shifted(ACCOUNT_KEPT + timedelta(days=27)):
        run_daily(database)
    with database.reading() as session:
        assert session.get(Account, town.layla.id) is None
        assert session.get(Account, town.angela.id) is not None


def test_who_asked_without_an_account_is_forgotten_with_the_request(app: Flask, database: Database, town: Town) -> None:
    """Nobody can be told: the request goes at its term, then the person whom nothing names any more."""
    request_id = request_id_of(database, decided(database, town, town.angela))
    with database.writing() as session:
        stranger = create_person(session)
        row = session.get_one(ServiceRequest, request_id)
        row.account_id, row.person_id, row.retain_until = None, stranger, clock.today() - timedelta(days=1)
    with clock.shifted(timedelta(days=2)):
        run_daily(database)
    with database.reading() as session:
        assert session.get(ServiceRequest, request_id) is None
        assert session.scalar(select(func.count()).where(all_tables()["person"].c.id == stranger)) == 0
        assert session.get(Account, town.angela.id) is not None
        assert session.scalar(select(func.count()).select_from(RetentionNotice)) == 0
    if database.dialect == "sqlite":
        log = Path(f"{database.engine.url.database}-wal")
        assert not log.exists() or log.stat().st_size == 0, "nothing is left in the log either"
