"""A request to an organisation without interface, from the submission to the post: the worker makes the letter."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import yaml

from connectors.partners.letter import CONNECTOR
from portal.casework.catalogue.service import import_procedure
from portal.casework.letters import service as letters
from portal.casework.letters.box import DatabaseLetterBox
from portal.casework.letters.service import LetterState
from portal.casework.requests import service as requests
from portal.engine.exchanges.running import build_worker
from portal.ground.audit.service import list_about
from portal.ground.permissions import ROLE_PERMISSIONS, SYSTEM, Actor, ActorKind, Role
from portal.ground.settings import ConnectionSettings
from portal.records.connections.service import load_connections
from portal.records.outbox import service as outbox
from portal.records.outbox.enums import MessageState
from tests.portal.engine.exchanges.commune import open_commune, translations

CAF = "caf-courrier"
RECIPIENT = ["Caisse d’allocations familiales", "38999 Valmont-sur-Iselle Cedex"]
AGENT = Actor(ActorKind.AGENT, permissions=ROLE_PERMISSIONS[Role.COUNTER_AGENT])


@pytest.fixture
def commune(database):
    """A commune whose school procedure goes to the CAF, by letter."""
    opened = open_commune(database)
    content = yaml.safe_load((Path(__file__).parent / "enrolment.yaml").read_text(encoding="utf-8"))
    content["routing"] = [{"connection": CAF, "recipient": {"fr": "la CAF"}}]
    with translations(), database.writing() as session:
        by_letter = import_procedure(session, content, publish=True, actor=SYSTEM, connections=[CAF])
    return replace(opened, procedure=by_letter)


@pytest.fixture
def worker(settings, database):
    """A worker whose letter connection has a letter box."""
    caf = ConnectionSettings(connector="letter", title="CAF, par courrier", options={"recipient": RECIPIENT})
    known = settings.model_copy(update={"connections": {CAF: caf}})
    box = partial(DatabaseLetterBox, database, translations)
    registry = load_connections(known, connectors={"letter": CONNECTOR}, environ={}, letter_box=box)
    yield build_worker(known, database, registry, around=translations)
    registry.close()


def states(database, sent):
    with database.reading() as session:
        return {one.kind: one.state for one in outbox.delivery_state(session, str(sent.request_id))}


def ready(database):
    with database.reading() as session:
        return letters.list_letters(session, AGENT, LetterState.READY)


def test_the_worker_makes_one_letter_and_tells_nothing_as_sent(commune, worker, database):
    sent = commune.submit(70_001)
    for _time in range(2):
        worker.drain()
    (letter,) = ready(database)
    assert states(database, sent)[requests.FORWARD_KIND] is MessageState.DELIVERED
    seen = commune.seen(sent.reference, 70_001)
    assert (letter.number, seen.forwardings[0].external_ref) == (f"{sent.reference}-C1", f"{sent.reference}-C1")
    assert seen.transmitted_at is None
    assert "delivery_succeeded" not in [event.type for event in seen.events]
    with database.writing() as session:
        file = letters.read_pdf(session, AGENT, letter.id, journal=session)
        lines = list_about(session, seen.person_id, kinds=[ActorKind.PARTNER], limit=20)
    assert file.pdf.startswith(b"%PDF-")
    assert "letter_prepared" in [line.action for line in lines]
    assert "request_transmitted" not in [line.action for line in lines]


def test_a_correction_then_a_withdrawal_before_the_post_leave_nothing_to_post(commune, worker, database):
    sent = commune.submit(70_002)
    worker.drain()
    account = commune.accounts[0]
    resident = Actor(ActorKind.RESIDENT, id=account.id, subject=account.person_id, label=account.display_name)
    with translations(), database.writing() as session:
        changed = {"address_current_city": "Saint-Ours"}
        requests.amend(session, resident, sent.reference, changed, idempotency_key="a")
    worker.drain()
    assert [one.cites for one in ready(database)] == ["", f"{sent.reference}-C1"]
    assert "amendment_sent" not in [event.type for event in commune.seen(sent.reference, 70_002).events]
    with translations(), database.writing() as session:
        requests.withdraw(session, resident, sent.reference)
    worker.drain()
    assert ready(database) == []
    types = [event.type for event in commune.seen(sent.reference, 70_002).events]
    assert "letter_cancelled" in types
    assert "withdrawal_sent" not in types
