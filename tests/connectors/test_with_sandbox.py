"""The three partners against the sandbox, as a trial installation runs them."""

import hashlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from connectors.partners.demo import CONNECTOR as DEMO
from connectors.partners.demo.connector import DemoConnector
from connectors.partners.email import CONNECTOR as EMAIL
from connectors.partners.email.connector import EmailConnector
from connectors.partners.school import CONNECTOR as SCHOOL
from connectors.partners.school.connector import SchoolConnector
from connectors.sdk import (
    ConfigurationError,
    ConnectorContext,
    ConnectorError,
    ConnectorType,
    EgressPolicy,
    InboundCall,
    OutgoingMessage,
    PermanentError,
    ProtocolError,
    RetryableError,
    SubmitCommand,
    Timeouts,
    UpdateStatus,
    WebhookRefused,
    build_connector,
)
from connectors.sdk.http import Client, open_client
from tests.connectors import samples
from tests.connectors.doubles import AUTHORITY, WEBHOOK_SECRET
from tests.connectors.fake_http import FakeHttpServer

READY = re.compile(r"(http://127\.0\.0\.1:\d+) \(courrier : 127\.0\.0\.1:(\d+)\)")
SCHOOL_KEY, DEMO_KEY, CAF_TOKEN = "test-only-school-key", "test-only-demo-key", "test-only-caf-token"
POLICY = EgressPolicy(["127.0.0.0/8"])
LIMITS = Timeouts(connect=2.0, read=2.0, total=4.0)
ENVIRONMENT = {
    "SANDBOX_RESIDENT_CLIENT_ID": "usagers",
    "SANDBOX_RESIDENT_CLIENT_SECRET": "test-only-resident-secret",
    "SANDBOX_AGENT_CLIENT_ID": "agents",
    "SANDBOX_AGENT_CLIENT_SECRET": "test-only-agent-secret",
    "SANDBOX_SCHOOL_API_KEY": SCHOOL_KEY,
    "SANDBOX_SCHOOL_WEBHOOK_SECRET": WEBHOOK_SECRET,
    "SANDBOX_DEMO_API_KEY": DEMO_KEY,
    "SANDBOX_CAF_TOKEN": CAF_TOKEN,
}


@dataclass
class Sandbox:
    """The running program, and where its callbacks arrive."""

    url: str
    smtp_port: int
    pages: Client
    callbacks: FakeHttpServer

    def incident(self, partner: str, scenario: str) -> None:
        answer = self.pages.post(f"/incidents/{partner}", data={"scenario": scenario})
        assert answer.status_code in {200, 204, 303}, answer.text

    def connect(self, kind: ConnectorType, options: dict[str, Any], secrets: dict[str, str]) -> Any:
        context = ConnectorContext("essai", POLICY, lambda: datetime.now(UTC), LIMITS)
        return build_connector(kind, options, secrets, context)

    def next_callback(self, already: int) -> InboundCall:
        deadline = time.monotonic() + 5
        while len(self.callbacks.requests) <= already:
            assert time.monotonic() < deadline, "no callback came"
            time.sleep(0.02)
        received = self.callbacks.requests[already]
        return InboundCall("POST", received.headers, received.body, datetime.now(UTC))


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    callbacks = FakeHttpServer()
    folder = str(tmp_path_factory.mktemp("sandbox"))
    command = [sys.executable, "-m", "connectors.sandbox", "--data-dir", folder, "--port", "0", "--smtp-port", "0"]
    process = subprocess.Popen(
        [*command, "--school-webhook-url", f"{callbacks.url}/hooks/ecoles"],
        env={**os.environ, **ENVIRONMENT},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        found = READY.search(process.stdout.readline())
        assert found
        with open_client(POLICY, base_url=found[1]) as pages:
            yield Sandbox(found[1], int(found[2]), pages, callbacks)
    finally:
        process.terminate()
        process.communicate(timeout=15)
        callbacks.close()


@pytest.fixture
def sandbox(program: Sandbox) -> Sandbox:
    program.pages.post("/incidents/retablir")
    return program


@pytest.fixture
def school(sandbox: Sandbox) -> Iterator[SchoolConnector]:
    options = {"base_url": f"{sandbox.url}/ecoles", "authority_code": AUTHORITY}
    built = sandbox.connect(SCHOOL, options, {"api_key": SCHOOL_KEY, "webhook_secret": WEBHOOK_SECRET})
    yield cast("SchoolConnector", built)
    built.close()


@pytest.fixture
def demo(sandbox: Sandbox) -> Iterator[DemoConnector]:
    built = sandbox.connect(DEMO, {"base_url": f"{sandbox.url}/demo"}, {"api_key": DEMO_KEY})
    yield cast("DemoConnector", built)
    built.close()


@pytest.fixture
def email(sandbox: Sandbox) -> EmailConnector:
    options = {"host": "127.0.0.1", "port": sandbox.smtp_port, "security": "none", "from_address": "a@valmont.example"}
    return cast("EmailConnector", sandbox.connect(EMAIL, options, {}))


def command(name: str, payload: dict[str, Any], **changes: Any) -> SubmitCommand:
    """A request of its own: another child, another reference, another key."""
    own = {**payload, "household.child.family_name": name} if "household.child.family_name" in payload else payload
    moment = datetime(2027, 3, 2, tzinfo=UTC)
    mark = hashlib.sha256(name.encode()).hexdigest()[:16]
    given = {"idempotency_key": f"key-{mark}", "reference": f"REF-{mark}", **changes}
    return SubmitCommand(
        subject_pseudonym="5f0c9b1e",
        procedure="inscription-scolaire",
        procedure_version=1,
        submitted_at=moment,
        payload=own,
        **given,
    )


def message(key: str) -> OutgoingMessage:
    sender = "Mairie <a@valmont.example>"
    return OutgoingMessage(key, "zoé@courriel.example", "Votre demande", "Reçue.", "<p>Reçue.</p>", sender)


def test_all_checks_pass(school: SchoolConnector, demo: DemoConnector, email: EmailConnector) -> None:
    assert [connector.check().message_code for connector in (school, demo, email)] == ["ok"] * 3


@pytest.mark.parametrize("name", samples.HARD_NAMES)
def test_enrolment_of_a_child_with_a_hard_name(school: SchoolConnector, name: str) -> None:
    sent = command(name, samples.SCHOOL)
    receipt = school.submit(sent)
    assert receipt.received
    assert school.submit(sent) == receipt
    assert school.find_submission(sent.reference, sent.idempotency_key) == receipt


def test_same_child_and_year(school: SchoolConnector) -> None:
    receipt = school.submit(command("Doublon", samples.SCHOOL))
    assert school.submit(command("Doublon", samples.SCHOOL, idempotency_key="another-key")) == receipt
    with pytest.raises(PermanentError) as caught:
        school.submit(command("Doublon", samples.SCHOOL, idempotency_key="third-key", reference="REF-OTHER"))
    assert caught.value.code == "duplicate_child_year"


def test_state_comes_back_called_and_asked_alike(sandbox: Sandbox, school: SchoolConnector) -> None:
    external_ref = school.submit(command("Parcours", samples.SCHOOL)).external_ref
    moves = {
        "incomplete": ({"piece": "vaccinations"}, UpdateStatus.NEEDS_INFORMATION),
        "under_review": ({}, UpdateStatus.TAKEN_INTO_ACCOUNT),
        "assigned": ({"ecole": "0389901A"}, UpdateStatus.TAKEN_INTO_ACCOUNT),
        "certificate_issued": ({}, UpdateStatus.TAKEN_INTO_ACCOUNT),
        "admitted": ({}, UpdateStatus.ACCEPTED),
    }
    for state, (form, status) in moves.items():
        already = len(sandbox.callbacks.requests)
        answer = sandbox.pages.post(f"/ecoles/dossiers/{external_ref}", data={"etat": state, **form})
        assert answer.status_code == 303, answer.text
        (called,) = school.read_webhook(sandbox.next_callback(already))
        asked = school.fetch_updates([external_ref])[-1]
        assert called == asked
        assert (asked.raw_status, asked.status) == (state, status)
    details = {update.raw_status: dict(update.details) for update in school.fetch_updates([external_ref])}
    assert details["incomplete"] == {"missing": "evidence.vaccinations"}
    assert details["assigned"] == {"school_uai": "0389901A"}


@pytest.mark.parametrize("scenario", ["unsigned_callback", "replayed_callback", "forged_callback"])
def test_bad_callback_is_refused(sandbox: Sandbox, school: SchoolConnector, scenario: str) -> None:
    external_ref = school.submit(command(scenario, samples.SCHOOL)).external_ref
    sandbox.incident("ecoles", scenario)
    already = len(sandbox.callbacks.requests)
    sandbox.pages.post(f"/ecoles/dossiers/{external_ref}", data={"etat": "under_review"})
    with pytest.raises(WebhookRefused):
        school.read_webhook(sandbox.next_callback(already))


def test_unknown_state_is_kept_raw(sandbox: Sandbox, school: SchoolConnector) -> None:
    external_ref = school.submit(command("Inconnu", samples.SCHOOL)).external_ref
    sandbox.incident("ecoles", "unknown_status")
    already = len(sandbox.callbacks.requests)
    sandbox.pages.post(f"/ecoles/dossiers/{external_ref}", data={"etat": "under_review"})
    (update,) = school.read_webhook(sandbox.next_callback(already))
    assert (update.status, update.raw_status) == (UpdateStatus.UNKNOWN, "archived_by_vendor")


@pytest.mark.parametrize(
    ("scenario", "kind", "code", "ambiguous"),
    [
        ("down", RetryableError, "http_503", False),
        ("rate_limited", RetryableError, "http_429", False),
        ("refuse_connection", RetryableError, "connection_lost", True),
        ("truncated", RetryableError, "connection_lost", True),
        ("commit_then_drop", RetryableError, "connection_lost", True),
        ("unauthorized", ConfigurationError, "credentials_refused", None),
        ("nonsense", ProtocolError, "answer_unreadable", True),
        ("refuse", PermanentError, "http_422", None),
    ],
)
@pytest.mark.parametrize("partner", ["ecoles", "demo"])
def test_incident_then_recovery_with_the_same_key(
    sandbox: Sandbox,
    school: SchoolConnector,
    demo: DemoConnector,
    partner: str,
    scenario: str,
    kind: type[ConnectorError],
    code: str,
    ambiguous: bool | None,
) -> None:
    connector: Any = school if partner == "ecoles" else demo
    payload = samples.SCHOOL if partner == "ecoles" else samples.DEMO
    sent = command(f"{partner} {scenario}", payload)
    sandbox.incident(partner, scenario)
    with pytest.raises(ConnectorError) as caught:
        connector.submit(sent)
    assert (type(caught.value), caught.value.code) == (kind, code)
    assert getattr(caught.value, "ambiguous", None) == ambiguous
    if scenario == "rate_limited":
        assert cast("RetryableError", caught.value).retry_after == 7
    sandbox.pages.post("/incidents/retablir")
    receipt = connector.submit(sent)
    assert connector.find_submission(sent.reference, sent.idempotency_key).external_ref == receipt.external_ref


def test_message_reaches_the_inbox(sandbox: Sandbox, email: EmailConnector) -> None:
    receipt = email.send(message("inbox-key"))
    inbox = sandbox.pages.get("/courriels.json", params={"destinataire": "zoé@courriel.example"}).text
    assert receipt.raw_status == "250"
    assert "Votre demande" in inbox


@pytest.mark.parametrize(
    ("scenario", "kind", "code", "ambiguous"),
    [
        ("down", RetryableError, "smtp_421", False),
        ("greylist", RetryableError, "smtp_451", False),
        ("reject", PermanentError, "smtp_550", None),
        ("commit_then_drop", RetryableError, "connection_lost", True),
    ],
)
def test_mail_incidents(
    sandbox: Sandbox,
    email: EmailConnector,
    scenario: str,
    kind: type[ConnectorError],
    code: str,
    ambiguous: bool | None,
) -> None:
    sandbox.incident("courriel", scenario)
    with pytest.raises(ConnectorError) as caught:
        email.send(message(f"key-{scenario}"))
    assert (type(caught.value), caught.value.code) == (kind, code)
    assert getattr(caught.value, "ambiguous", None) == ambiguous
