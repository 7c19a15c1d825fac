"""Opening a page writes nothing, but for the few lines that are declared here."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from journeys.daily_services.reports.service import send_report
from journeys.daily_services.reports.shapes import NewReport
from portal.casework.appointments import service as appointments
from portal.casework.assistance import service as assistance
from portal.casework.assistance.enums import Proof
from portal.casework.catalogue.editing import service as editing
from portal.casework.catalogue.editing.outline import edit_page
from portal.casework.catalogue.editing.workflows import begin_workflow
from portal.casework.catalogue.service import get_published
from portal.casework.contacts import service as contacts
from portal.casework.contacts.enums import AnswerWay, Medium
from portal.casework.documents import service as documents
from portal.casework.documents.enums import DocumentState
from portal.casework.documents.examiner import Examined
from portal.casework.mandates import service as mandates
from portal.casework.mandates.enums import Duration, IdentityDocument, Theme
from portal.casework.openings import service as openings
from portal.casework.openings.enums import IdentityCheck
from portal.casework.requests import service as requests
from portal.ground import clock
from portal.ground.audit.models import AuditEntry
from portal.ground.audit.service import open_search
from portal.ground.db import Database
from portal.ground.dictionary.files import FileKind
from portal.ground.permissions import ANONYMOUS
from portal.ground.settings import Settings
from portal.people.accounts.enums import AddressKind, MemberRelation
from portal.people.accounts.service import agents_of, list_partners, save_address, save_member
from portal.records.outbox import service as outbox
from tests.journeys.test_welcome import make
from tests.support import files
from tests.support.client import Browser
from tests.support.desk_hours import open_desk
from tests.support.moving import Move, child, open_procedures
from tests.support.officers import written_version
from tests.support.papers import print_papers
from tests.support.polls import MARKET, STREET, close_and_count, fill, make_poll
from tests.support.town import Town, sent_request

WRITING = re.compile(r"\s*(INSERT\s+INTO|UPDATE|DELETE\s+FROM|CREATE|DROP|ALTER)\s+\"?(\w+)", re.IGNORECASE)
# Route → tables that its page may write in.
# Printed by the worker, and not yet: tests/portal/screens/test_blank_forms.py
NOT_READY = {"pages.blank_form_pdf"}
DECLARED = {
    "myspace.one_request": {"request_message"},
    "myspace.follow": {"request_message"},
    "counter.mandate": {"audit_entry"},
    "counter.mandate_appointments": {"audit_entry"},
    "counter.ask_to_move_mandated": {"audit_entry"},
    "counter.ask_to_cancel_mandated": {"audit_entry"},
    "backoffice.casefile": {"audit_entry", "presence"},
    "backoffice.acknowledgement": {"audit_entry"},
    "backoffice.acknowledgement_pdf": {"audit_entry"},
    "backoffice.decision": {"audit_entry"},
    "backoffice.document": {"audit_entry"},
    "backoffice.decision_pdf": {"audit_entry"},
    "backoffice.move_form": {"audit_entry", "presence"},
    "backoffice.decision_form": {"audit_entry", "presence"},
    "backoffice.proposed_texts": {"audit_entry", "presence"},
    "backoffice.joining_form": {"audit_entry", "presence"},
    "backoffice.queue_file": {"audit_entry"},
    "backoffice.new_note": {"audit_entry", "presence"},
    "backoffice.transfer_form": {"audit_entry", "presence"},
    "backoffice.duplicate_form": {"audit_entry", "presence"},
    "counter.contact": {"audit_entry"},
    "appointments_desk.appointment": {"audit_entry"},
    "appointments_desk.ask_cancel": {"audit_entry"},
    "appointments_desk.ask_move": {"audit_entry"},
    "counter.contact_letter": {"audit_entry"},
    "counter.printed_answer": {"audit_entry"},
    "street_desk.show": {"audit_entry"},
    "identity.back_as_resident": {"audit_entry"},
    "identity.back_as_agent": {"audit_entry"},
}


@pytest.fixture(autouse=True)
def _by_the_millisecond() -> Iterator[None]:
    """Time passes each time it is asked: on a slow machine a session would be written in, as it is once a minute."""
    start, asked = clock.now(), count()
    with clock.use(lambda: start + timedelta(milliseconds=next(asked))):
        yield


@contextmanager
def written(database: Database) -> Iterator[set[str]]:
    """The tables written in inside the block."""
    tables: set[str] = set()

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        found = WRITING.match(statement)
        if found:
            tables.add(found[2].lower())

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield tables
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def sent_document(session: Session, settings: Settings, town: Town, request_id: UUID) -> UUID:
    """A document of Angela's that her request was sent with."""
    examined = Examined("facture.pdf", FileKind.PDF, files.pdf(), received="essai")
    received = documents.Received(examined, DocumentState.CLEAN, clock.now())
    store, who = documents.store_of(settings), town.resident(town.angela)
    kept = documents.keep(session, store, who, received, concept="evidence.proof_of_address")
    documents.link_documents(session, request_id, kept.owner_id, [kept.id], days=30)
    return kept.id


@pytest.fixture
def values(app: Flask, database: Database, settings: Settings, town: Town, visitor: Browser) -> dict[str, str]:
    """What stands in the addresses: things that are there, printed papers among them."""
    reference, decided = sent_request(database, town.angela), sent_request(database, town.angela)
    with app.app_context(), database.writing() as session:
        requests.decide(session, town.agent(town.meryem), decided, "accepted", "Bienvenue.", idempotency_key="essai")
        told = NewReport(kind="road", place="rue du Lac", danger="non")
        report = send_report(session, ANONYMOUS, told, idempotency_key="essai")
        streets = get_published(session, "signaler-un-probleme").department_id
        writers = ((town.meryem, reference), (agents_of(session, streets)[0], report.reference))
        for agent, written_to in writers:
            requests.post_message(session, town.agent(agent), written_to, "Bonjour.", idempotency_key="essai")
    print_papers(app, database)
    with database.writing() as session:
        draft = requests.start_draft(session, town.resident(town.angela), get_published(session, "carte-mediatheque"))
        code = assistance.make_code(session, town.resident(town.angela), draft.id).code
        samira = town.agent(town.commune.agents["s.amrani"])
        opened = assistance.open_with_code(session, samira, code, Proof.PRESENT)
        outbox.enqueue(session, lane="ecoles", kind="essai", payload={}, idempotency_key="essai")
        held = outbox.claim(session, worker="essai", lane="ecoles")[0]
        outbox.bury(session, held, code="http_400")
        request_id = requests.find_request_id(session, reference)
        assert request_id
        document_id = sent_document(session, settings, town, request_id)
        who, line = town.resident(town.angela), {"line": "8 quai des Moulins", "postcode": "38999", "city": "Valmont"}
        member = save_member(session, who, {"given_names": "Nour"}, relation=MemberRelation.CHILD)
        address = save_address(session, who, line, kind=AddressKind.CURRENT)
    return {
        "assistance_id": str(opened.id),
        "mandate_id": str(given_mandate(database, town)),
        **opened_file(database, town),
        **booked(database, town),
        "reference": reference,
        "decided": decided,
        "slug": "carte-mediatheque",
        "step_slug": "vous",
        "name": "ecoles",
        "message_id": str(held.id),
        "letter_id": str(UUID(int=1)),
        "field_name": "caf_family_quotient",
        "document_id": str(document_id),
        "declared_id": str(member.id),
        "declared_address": str(address.id),
        **held_polls(database, town),
        "report_id": str(report.report_id),
        "reported": report.reference,
        "code": report.code,
        "paper": "accuse",
        "opinion_id": str(UUID(int=1)),
        "export_id": str(UUID(int=1)),
        "wording_id": str(UUID(int=1)),
        "lot_id": str(UUID(int=1)),
        "list_id": str(UUID(int=1)),
        "note_id": str(UUID(int=1)),
        "rule_id": str(UUID(int=1)),
        "move": "study",
        **administered(database, town, request_id),
        **newcomers_list(visitor),
        **move_told(database, town),
        **written_version(database, town, "carte-mediatheque"),
        **procedures_written(database, town),
    }


def administered(database: Database, town: Town, request_id: UUID) -> dict[str, str]:
    """An agent, a department, a partner, and a search that the data-protection officer made."""
    keeper, officer = (town.agent(town.commune.agents[login]) for login in ("a.ngoma", "d.quere"))
    with database.writing() as session:
        partner = list_partners(session, keeper)[0]
        search = open_search(
            session, officer, subject_id=town.angela.person_id, request_id=request_id, reason="Demande de la personne."
        )
    return {
        "agent_id": str(town.meryem.id),
        "department_id": str(next(iter(town.meryem.department_ids))),
        "partner_id": str(partner.id),
        "search_id": str(search),
    }


def given_mandate(database: Database, town: Town) -> UUID:
    """A mandate that Angela gave at the counter, for leisure."""
    samira = town.agent(town.commune.agents["s.amrani"])
    house = town.commune.departments["france-services"].id
    with database.writing() as session:
        about = mandates.Proposal(town.angela.person_id, house, frozenset({Theme.LEISURE}), Duration.DAY)
        made = mandates.propose_mandate(session, samira, about)
        return mandates.confirm_present(session, samira, made.id, IdentityDocument.CARD).id


def opened_file(database: Database, town: Town) -> dict[str, str]:
    """Angela found and opened at the counter, with a call of hers that was answered by a letter."""
    samira = town.agent(town.commune.agents["s.amrani"])
    department = next(iter(samira.department_ids))
    with database.writing() as session:
        found = openings.look_up(session, samira, "Dubois 1962", reason="follow")
        opened = openings.open_person(session, samira, found.id, 1)
        opened = openings.check_identity(session, samira, opened.id, IdentityCheck.DOCUMENT)
        facts = contacts.ContactFacts(
            department, Medium.CALL, clock.today(), "autre", "Essai", AnswerWay.LETTER, where="1 rue Fictive"
        )
        kept = contacts.log_contact(
            session, samira, facts, person_id=opened.person_id, proof=opened.identity_check, opening_id=opened.id
        )
        contacts.answer_contact(session, samira, kept.id, version=kept.version, way="letter", text="Bonjour.")
    return {"lookup_id": str(found.id), "opening_id": str(opened.id), "contact_id": str(kept.id)}


def booked(database: Database, town: Town) -> dict[str, str]:
    """An appointment at a desk that was opened for it, and the calendar of its place."""
    desk = open_desk(database, town)
    with database.writing() as session:
        feed = appointments.open_feed(session, desk.head, desk.place.id)
    return {
        "appointment_id": str((guest := desk.book()).id),
        "booked": guest.reference,
        "booked_code": guest.code,
        "own_appointment": str(desk.book(town.resident(town.angela)).id),
        "kind_slug": desk.kind.facts.slug,
        "place_id": str(desk.place.id),
        "kind_id": str(desk.kind.id),
        "opening_rule": str(desk.rule.id),
        "token": feed.token,
    }


def newcomers_list(visitor: Browser) -> dict[str, str]:
    """A list that somebody without an account made."""
    address = make(visitor)
    line = re.search(r"/lignes/([a-z0-9-]+)", visitor.get(address).html)
    assert line
    return {"list_key": address.rsplit("/", 1)[1], "line_id": line[1]}


def move_told(database: Database, town: Town) -> dict[str, str]:
    """A move of Angela's with a child, which the school knows of."""
    open_procedures(database)
    move = Move(database, town.angela, child())
    move.agree("caf")
    return {"event_id": str(move.id), "key": "caf", "slot": "1"}


def procedures_written(database: Database, town: Town) -> dict[str, str]:
    """A procedure that an officer writes, with a way out of its first page, and a second version of another."""
    officer = town.agent(town.commune.agents["i.moreau"])
    way_out = {
        "slug": "ailleurs",
        "when": {"field": "contact_email", "filled": False},
        "title": {"fr": "Ailleurs"},
        "text": {"fr": "Écrivez à la mairie."},
    }
    with database.writing() as session:
        made = editing.duplicate_procedure(session, officer, "carte-mediatheque")
        editing.change_draft(
            session,
            officer,
            made.slug,
            made.revision,
            lambda document: edit_page(document, "vous", lambda data: data.update(exits=[way_out])),
            part="exit_added",
        )
        editing.change_draft(
            session,
            officer,
            made.slug,
            made.revision + 1,
            lambda document: begin_workflow(document, "case"),
            part="workflow_begun",
        )
        editing.open_draft(session, officer, "carte-mediatheque")
    return {"written": made.slug, "exit_slug": "ailleurs", "kind": "page", "tab": "legal", "version": "1"}


def held_polls(database: Database, town: Town) -> dict[str, str]:
    """A poll that is counted, one that is open, one that nobody sees yet."""
    counted = make_poll(database, town, questions=(STREET, MARKET))
    fill(database, counted, [(one, other) for one in (1, 2, 3) for other in (1, 2)] * 11)
    close_and_count(database, counted)
    return {
        "number": "1",
        "poll": counted.slug,
        "poll_id": str(counted.id),
        "open_poll": str(make_poll(database, town).id),
        "draft_poll": str(make_poll(database, town, publish=False).id),
    }


def known_at(rule: str, values: dict[str, str]) -> dict[str, str]:
    """What stands in this address, where it is not what stands in most."""
    others = {
        "/decision": {"reference": values["decided"]},
        "/bienvenue/liste/": {"key": values["list_key"]},
        "/suivre": {"reference": values["reported"]},
        "/rendez-vous/<slug>": {"slug": values["kind_slug"]},
        "/rendez-vous/suivre": {"reference": values["booked"]},
        "/mon-espace/rendez-vous": {"appointment_id": values["own_appointment"]},
        "/agents/guichet/mandats/<uuid:mandate_id>/rendez-vous": {"appointment_id": values["own_appointment"]},
        "/agents/signalements": {"reference": values["reported"]},
        "/participer/": {"slug": values["poll"]},
        "/agents/demarches/<slug>": {"slug": values["written"], "name": "contact_email", "key": "adresse"},
        "/deroulement/etats/": {"code": "review"},
        "/deroulement/actions/": {"code": "ask_corrections"},
        "/agents/repartition/nouvelle/<slug>": {"slug": "carte-mediatheque"},
        "/agents/demarches/<slug>/abandonner": {"slug": "carte-mediatheque"},
        "/agents/demarches/<slug>/fermer": {"slug": "carte-mediatheque"},
        "/agents/rendez-vous/horaires/": {"rule_id": values["opening_rule"]},
        "/mon-espace/adresses/": {"declared_id": values["declared_address"]},
        "/agents/sondages/<uuid:poll_id>/modifier": {"poll_id": values["draft_poll"]},
        "/agents/sondages/<uuid:poll_id>/clore": {"poll_id": values["open_poll"]},
    }
    return values | {name: value for part, own in others.items() if part in rule for name, value in own.items()}


@pytest.fixture
def browsers(sign_in: Callable[..., Browser], visitor: Browser, town: Town) -> dict[str, Browser]:
    """Everybody who reads."""
    agents = {
        login: sign_in(town.commune.agents[login])
        for login in ("m.yildiz", "s.amrani", "o.operateur", "i.moreau", "a.ngoma", "d.quere")
    }
    return {"visitor": visitor, "resident": sign_in(town.angela), **agents}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reading_writes_nothing_that_is_not_declared(
    app: Flask,
    settings: Settings,
    database: Database,
    browsers: dict[str, Browser],
    values: dict[str, str],
    method: str,
) -> None:
    browsers["visitor"].post("/suivre", {"reference": values["reported"], "code": values["code"]})
    browsers["visitor"].post("/rendez-vous/suivre", {"reference": values["booked"], "code": values["booked_code"]})
    seen: dict[str, set[str]] = {}
    opened: set[str] = set()
    for who, browser in browsers.items():
        for rule in app.url_map.iter_rules():
            if "GET" not in (rule.methods or set()):
                continue
            known = known_at(rule.rule, values)
            path = re.sub(r"<(?:[^<>:]+:)?(\w+)>", lambda found: known[found[1]], rule.rule)  # noqa: B023 - used at once
            with written(database) as tables:
                answer = browser.http.open(path, method=method, base_url=settings.public_url)
            assert answer.status_code < 500 or rule.endpoint in NOT_READY, (who, path)
            if answer.status_code == 200:
                opened.add(rule.endpoint)
            seen.setdefault(rule.endpoint, set()).update(tables)
    assert {endpoint: tables for endpoint, tables in seen.items() if tables} == DECLARED
    never = set(seen) - opened
    assert never - NOT_READY <= {  # redirections, and returns from a provider without what it should bring
        "backoffice.home",
        "booking.ask",  # needs the time that was chosen: tests/portal/screens/test_booking.py
        "builder.confirm_ready_made",  # needs the one chosen: tests/portal/screens/builder/test_workflow_pages.py
        "pages.language",
        "identity.back_as_agent",
        "identity.back_as_resident",
        "identity.back_from_sign_out",
        "journey_kit.back_to_check",
        "journey_kit.check",
        "journey_kit.resume",
        "myspace.resume_message",
        "daily_services.report_photo",  # needs what an agent approved: tests/journeys/reports
        "daily_services.repair_photo",  # same
        "backoffice.text",  # needs a text of a department: tests/portal/screens/backoffice/test_texts.py
        "backoffice.list_page",  # needs a list that was asked: tests/portal/screens/backoffice/test_lists.py
        "backoffice.lot",  # needs a lot: tests/portal/screens/backoffice/test_lots.py
        "backoffice.lot_file",  # same
        "backoffice.rule",  # needs a rule: tests/portal/screens/backoffice/test_routing.py
        "backoffice.note_form",  # needs a note: tests/portal/screens/backoffice/test_between_agents.py
        "myspace.copy_ready",  # needs a copy that the worker made: tests/portal/screens/test_own_data.py
        "counter.desk_back_to_check",
        "counter.desk_confirm_removal",  # needs a page asked for each of several: tests/portal/screens/test_counter.py
        "counter.desk_show_exit",  # same
        "counter.desk_show_item",  # same
        "counter.entry_confirm_removal",  # same
        "counter.entry_show_exit",  # same
        "counter.entry_show_item",  # same
        "counter.desk_paper",  # needs what was sent at the desk: tests/portal/screens/test_counter.py
        "counter.desk_resume",
        "counter.entering",
        "counter.entry_back_to_check",
        "counter.entry_check",  # needs a paper being typed in: tests/portal/screens/test_counter.py
        "counter.entry_paper",  # same
        "counter.entry_resume",
        "counter.entry_show_step",  # same
        "counter.helping",
        "counter.attestation_pdf",  # needs a mandate whose PDF was made: tests/portal/screens/test_mandates.py
        "myspace.own_attestation_pdf",  # same
        "counter.opened_request",  # same: a request opened under it
        "counter.propose",  # same: the handle of a person
        "counter.original",  # same
        "backoffice.letter",  # needs a letter: tests/portal/screens/backoffice/test_letters.py
        "backoffice.letter_pdf",  # same
        "journey_kit.confirm_removal",  # needs a page asked for each of several: tests/…/journey_kit/test_items.py
        "journey_kit.show_exit",  # same
        "journey_kit.show_item",  # same
        "backoffice.move_form",  # needs a workflow: tests/portal/screens/backoffice/test_moving.py
        "backoffice.opinion",  # same
        "backoffice.opinion_document",  # same
        "myspace.confirm_move",  # same
        "myspace.survey",  # needs a decision: tests/portal/screens/test_survey.py
        "myspace.follow_survey",  # same
        "backoffice.paper_survey",  # same
        "myspace.corrections_form",  # same
        "myspace.confirm_followed_move",  # needs a proposal: tests/portal/screens/test_corrections.py
        "myspace.follow_corrections",  # same
        "backoffice.choose_lot",  # needs ticked requests: tests/portal/screens/backoffice/test_lots.py
        "journey_kit.show_item_files",  # needs a repeated page: tests/portal/engine/journey_kit/test_item_files.py
        "counter.desk_show_item_files",  # same
        "counter.entry_show_item_files",  # same
        "journey_kit.show_terms",  # needs a declared partner: tests/portal/engine/journey_kit/test_asking.py
    }


def test_a_session_is_touched_once_a_minute(
    database: Database, settings: Settings, sign_in: Callable[..., Browser], town: Town
) -> None:
    browser = sign_in(town.angela)
    for delay, tables in ((30, set()), (61, {"session"}), (62, set()), (130, {"session"})):
        with clock.shifted(timedelta(seconds=delay)), written(database) as seen:
            assert browser.http.get("/mon-espace", base_url=settings.public_url).status_code == 200
        assert seen == tables, delay


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_agent_never_reads_without_leaving_a_line(
    database: Database,
    settings: Settings,
    browsers: dict[str, Browser],
    values: dict[str, str],
    method: str,
) -> None:
    base = f"/agents/dossiers/{values['reference']}"
    for path in (base, f"{base}/decider", f"{base}/accuse", "/agents/dossiers.csv"):
        browsers["m.yildiz"].http.open(path, method=method, base_url=settings.public_url)
    with database.reading() as session:
        actions = list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    read = ["request_read", "request_read", "acknowledgement_read"]
    assert actions[-5:] == [*read, "list_exported", "request_exported"]
