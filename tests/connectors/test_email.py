"""What is particular to e-mails."""

import dataclasses
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self, cast

import pytest

from connectors.partners.email import CONNECTOR, mapping
from connectors.partners.email.connector import EmailConnector
from connectors.sdk import (
    ConfigurationError,
    ConnectorContext,
    ConnectorError,
    EgressPolicy,
    OutgoingMessage,
    PermanentError,
    RetryableError,
    Timeouts,
    build_connector,
)
from connectors.sdk.testing import Bench
from connectors.sdk.testing.doubles import NOW
from tests.connectors.certificates import Authority
from tests.connectors.fake_http import FakeHttpServer
from tests.connectors.fake_smtp import SmtpDouble
from tests.connectors.samples import HARD_NAMES

MESSAGE = OutgoingMessage(
    idempotency_key="0190-key",
    recipient="anne-lise.okoye@courriel.example",
    subject="Votre demande « inscription scolaire » est enregistrée",
    text="Bonjour,\n\nNous avons reçu votre demande.\n.\nÀ bientôt" + " très longtemps" * 200,
    html="<p>Bonjour,</p><p>Nous avons reçu votre demande.</p>",
    sender="Services en ligne de Valmont-sur-Iselle <ne-pas-repondre@valmont-sur-iselle.example>",
    reply_to="Mairie <mairie@valmont-sur-iselle.example>",
)


@pytest.fixture
def bench() -> Iterator[Bench]:
    opened = Bench(CONNECTOR, SmtpDouble())
    yield opened
    opened.close()


def received(bench: Bench) -> tuple[Any, EmailMessage]:
    (only,) = cast("SmtpDouble", bench.double).kept
    return only


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def send(bench: Bench, message: OutgoingMessage) -> None:
    cast("EmailConnector", bench.connect()).send(message)


def test_message_arrives_whole(bench: Bench) -> None:
    receipt = cast("EmailConnector", bench.connect()).send(MESSAGE)
    envelope, message = received(bench)
    assert envelope.mail_from == "ne-pas-repondre@valmont-sur-iselle.example"
    assert envelope.rcpt_tos == ["anne-lise.okoye@courriel.example"]
    assert message["To"] == "anne-lise.okoye@courriel.example"
    assert message["From"] == MESSAGE.sender
    assert message["Reply-To"] == MESSAGE.reply_to
    assert message["Subject"] == MESSAGE.subject
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "fr"
    assert message["Date"].datetime == NOW
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert body(message, "plain").rstrip("\n") == MESSAGE.text
    assert body(message, "html").rstrip("\n") == MESSAGE.html
    assert (receipt.external_ref, receipt.raw_status, receipt.received) == (message["Message-ID"], "250", False)


def test_lines_sent_are_short_and_in_ascii(bench: Bench) -> None:
    """So that any relay passes them on unchanged."""
    send(bench, MESSAGE)
    content = received(bench)[0].content
    assert content.isascii()
    assert max(len(line) for line in content.split(b"\r\n")) <= 998


def test_message_id_comes_from_the_key_and_does_not_tell_it() -> None:
    first = mapping.message_id("0190-key", "valmont.example")
    assert first == mapping.message_id("0190-key", "valmont.example")
    assert first != mapping.message_id("0190-other", "valmont.example")
    assert first.startswith("<")
    assert first.endswith("@valmont.example>")
    assert "0190" not in first


def test_same_key_twice_bears_the_same_message_id(bench: Bench) -> None:
    send(bench, MESSAGE)
    send(bench, MESSAGE)
    kept = cast("SmtpDouble", bench.double).kept
    assert len({message["Message-ID"] for _envelope, message in kept}) == 1


@pytest.mark.parametrize("field", ["recipient", "subject", "sender", "reply_to"])
@pytest.mark.parametrize("intruder", ["\r\nBcc: all@x.example", "\nX: y", "\rX", "\x00", "\u2028X", "\x85X", "\x0bX"])
def test_line_break_in_a_header_is_refused(bench: Bench, field: str, intruder: str) -> None:
    changed = dataclasses.replace(MESSAGE, **{field: f"{getattr(MESSAGE, field)}{intruder}"})
    with pytest.raises(PermanentError) as caught:
        send(bench, changed)
    assert caught.value.code == "header_refused"
    assert bench.double.records() == 0


@pytest.mark.parametrize(
    "recipient",
    ["", "nobody", "@courriel.example", "a@", "a@b@c.example", "a@x.example, b@x.example", "a@x.example;b@x.example",
     "Anne <a@x.example>", "<a@x.example>", "a b@x.example", "a@.example", "a@x..example", "é b@x.example",
     '"a b"@x.example',
     "a@" + "é" * 64 + ".example"],
)  # fmt: skip
def test_anything_but_one_bare_address_is_refused(bench: Bench, recipient: str) -> None:
    with pytest.raises(PermanentError) as caught:
        send(bench, dataclasses.replace(MESSAGE, recipient=recipient))
    assert caught.value.code == "address_invalid"
    assert bench.double.records() == 0


@pytest.mark.parametrize("name", HARD_NAMES)
def test_hard_names_survive_in_headers_and_text(bench: Bench, name: str) -> None:
    sender = f'"{name}" <ne-pas-repondre@valmont-sur-iselle.example>'
    send(bench, dataclasses.replace(MESSAGE, subject=f"Pour {name}", text=f"Bonjour {name}", sender=sender))
    message = received(bench)[1]
    assert message["Subject"] == f"Pour {name}"
    assert message["From"].addresses[0].display_name == name
    assert body(message, "plain") == f"Bonjour {name}\n"


def test_accented_domain_is_sent_in_its_ascii_form(bench: Bench) -> None:
    send(bench, dataclasses.replace(MESSAGE, recipient="anne@évian.example"))
    envelope, message = received(bench)
    assert envelope.rcpt_tos == ["anne@xn--vian-9oa.example"]
    assert message["To"] == "anne@xn--vian-9oa.example"


def test_accented_mailbox_is_sent_where_the_server_accepts_it(bench: Bench) -> None:
    send(bench, dataclasses.replace(MESSAGE, recipient="zoé@courriel.example"))
    envelope, message = received(bench)
    assert envelope.rcpt_tos == ["zoé@courriel.example"]
    assert "SMTPUTF8" in envelope.mail_options
    assert message["To"] == "zoé@courriel.example"


def test_text_that_cannot_be_written_is_refused(bench: Bench) -> None:
    with pytest.raises(PermanentError) as caught:
        send(bench, dataclasses.replace(MESSAGE, text="\ud800"))
    assert caught.value.code == "text_invalid"


def test_wrong_password_is_a_configuration_matter(bench: Bench) -> None:
    secrets = {"password": "test-only-wrong-password"}
    connector = build_connector(CONNECTOR, bench.double.options, secrets, bench.context())
    with pytest.raises(ConfigurationError) as caught:
        cast("EmailConnector", connector).send(MESSAGE)
    assert caught.value.code == "credentials_refused"
    assert bench.double.records() == 0


def test_starttls_that_is_not_offered_stops_before_the_password(bench: Bench) -> None:
    options = {**bench.double.options, "security": "starttls"}
    connector = build_connector(CONNECTOR, options, bench.double.secrets, bench.context())
    assert connector.check().message_code == "smtp_extension_missing"


@pytest.mark.parametrize(
    ("changes", "without", "fields"),
    [
        ({"security": "ssl"}, "", {"security"}),
        ({"port": 0}, "", {"port"}),
        ({"from_address": "nobody"}, "", {"from_address"}),
        ({"from_address": "a@x.example\r\nBcc: b"}, "", {"from_address"}),
        ({"from_address": "Mairie <a@x.example>"}, "", {"from_address"}),
        ({}, "username", {"*"}),
    ],
)
def test_bad_settings_are_refused(bench: Bench, changes: dict[str, Any], without: str, fields: set[str]) -> None:
    options = {key: value for key, value in {**bench.double.options, **changes}.items() if key != without}
    with pytest.raises(ConfigurationError) as caught:
        build_connector(CONNECTOR, options, bench.double.secrets, bench.context())
    assert set(caught.value.fields) == fields


def test_password_never_leaves_in_clear_in_production(bench: Bench) -> None:
    with pytest.raises(ConfigurationError) as caught:
        build_connector(CONNECTOR, bench.double.options, bench.double.secrets, bench.context(production=True))
    assert caught.value.fields == {"security": "password_in_clear"}


def connector_to(port: int, **changes: Any) -> EmailConnector:
    policy = EgressPolicy([f"smtp.example:{port}"], resolver=lambda _h, _p: ["127.0.0.1"])
    context = ConnectorContext("essai", policy, lambda: NOW, Timeouts(connect=1.0, read=0.3, total=0.8))
    options = {"host": "smtp.example", "port": port, "security": "none", "from_address": "a@x.example", **changes}
    return cast("EmailConnector", build_connector(CONNECTOR, options, {}, context))


def test_connection_goes_to_the_checked_address_resolved_once() -> None:
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    with scripted([b"220 ready", b"250 ok", b"250 ok", b"250 ok", b"354 go", b"250 kept", b"221 bye"]) as server:
        policy = EgressPolicy([f"smtp.example:{server.port}"], resolver=rebinding)
        context = ConnectorContext("essai", policy, lambda: NOW)
        options = {"host": "smtp.example", "port": server.port, "security": "none", "from_address": "a@x.example"}
        connector = cast("EmailConnector", build_connector(CONNECTOR, options, {}, context))
        connector.send(MESSAGE)
        assert connector.check().message_code == "egress_address_refused"
    assert asked == ["smtp.example", "smtp.example"]
    assert server.heard[0] == b"ehlo x.example"


def test_server_outside_the_policy_is_refused() -> None:
    context = ConnectorContext("essai", EgressPolicy(resolver=lambda _h, _p: ["93.184.216.34"]), lambda: NOW)
    options = {"host": "smtp.example", "port": 587, "security": "starttls", "from_address": "a@x.example"}
    report = build_connector(CONNECTOR, options, {}, context).check()
    assert (report.settings_ok, report.message_code) == (False, "egress_port_refused")


@pytest.mark.parametrize(
    ("replies", "kind", "code", "ambiguous"),
    [
        ([b"421 busy"], RetryableError, "smtp_421", False),
        ([b"554 no service here"], ConfigurationError, "session_refused", None),
        ([b"hello?"], RetryableError, "answer_unreadable", False),
        ([], RetryableError, "connection_failed", False),
        ([b"220 ok", b"250 ok", b"451 later"], RetryableError, "smtp_451", False),
        ([b"220 ok", b"250 ok", b"530 sign in"], ConfigurationError, "credentials_refused", None),
        ([b"220 ok", b"250 ok", b"250 ok", b"450 full"], RetryableError, "smtp_450", False),
        ([b"220 ok", b"250 ok", b"250 ok", b"550 who?"], PermanentError, "smtp_550", None),
        ([b"220 ok", b"250 ok", b"250 ok"], RetryableError, "connection_failed", False),
        ([b"220 ok", b"250 ok", b"250 ok", b"250 ok", b"452 full"], RetryableError, "smtp_452", False),
        ([b"220 ok", b"250 ok", b"250 ok", b"250 ok", b"554 spam"], PermanentError, "smtp_554", None),
        ([b"220 ok", b"250 ok", b"250 ok", b"250 ok", b"354 go"], RetryableError, "connection_lost", True),
        ([b"220 ok", b"250 ok", b"250 ok", b"250 ok", b"354 go", b"451 later"], RetryableError, "smtp_451", False),
        ([b"220 ok", b"250 ok", b"250 ok", b"250 ok", b"354 go", b"552 too big"], PermanentError, "smtp_552", None),
    ],
)
def test_each_step_of_the_dialogue(
    replies: list[bytes], kind: type[ConnectorError], code: str, ambiguous: bool | None
) -> None:
    with scripted(replies) as server, pytest.raises(ConnectorError) as caught:
        connector_to(server.port).send(MESSAGE)
    assert isinstance(caught.value, kind)
    assert caught.value.code == code
    assert getattr(caught.value, "ambiguous", None) == ambiguous


def test_accepted_message_is_accepted_whatever_the_goodbye() -> None:
    with scripted([b"220 ok", b"250 ok", b"250 ok", b"250 ok", b"354 go", b"250 kept"]) as server:
        assert connector_to(server.port).send(MESSAGE).raw_status == "250"


def test_total_time_is_enforced_on_a_server_that_drips() -> None:
    before = time.monotonic()
    with scripted([b"220-" + b"." * 60], pause=0.1) as server, pytest.raises(RetryableError) as caught:
        connector_to(server.port).send(MESSAGE)
    assert time.monotonic() - before < 2.0
    assert not caught.value.ambiguous


def test_accented_mailbox_on_a_server_that_cannot_take_it_is_permanent() -> None:
    with scripted([b"220 ok", b"250 ok", b"221 bye"]) as server, pytest.raises(PermanentError) as caught:
        connector_to(server.port).send(dataclasses.replace(MESSAGE, recipient="zoé@courriel.example"))
    assert caught.value.code == "recipient_not_supported"


def test_certificate_of_the_server_is_checked() -> None:
    server = FakeHttpServer(tls=Authority().server_context("smtp.example"))
    try:
        with pytest.raises(RetryableError) as caught:
            connector_to(server.port, security="tls").send(MESSAGE)
    finally:
        server.close()
    assert (caught.value.code, caught.value.ambiguous) == ("connection_failed", False)
    assert server.requests == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_message_and_password_travel_encrypted_to_a_known_server(
    security: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority()
    monkeypatch.setenv("SSL_CERT_FILE", authority.write(str(tmp_path)))
    double = SmtpDouble(security, authority.server_context("smtp.example"))
    try:
        policy = EgressPolicy([f"smtp.example:{double.options['port']}"], resolver=lambda _h, _p: ["127.0.0.1"])
        context = ConnectorContext("essai", policy, lambda: NOW)
        options = {**double.options, "host": "smtp.example"}
        connector = cast("EmailConnector", build_connector(CONNECTOR, options, double.secrets, context))
        assert connector.check().message_code == "ok"
        connector.send(MESSAGE)
        ((envelope, message),) = double.kept
        assert envelope.rcpt_tos == [MESSAGE.recipient]
        assert message["Subject"] == MESSAGE.subject
    finally:
        double.close()


def test_dates_are_written_with_their_zone() -> None:
    email = mapping.to_email(MESSAGE, domain="x.example", now=datetime(2027, 7, 14, 12, tzinfo=UTC))
    assert email["Date"] == "Wed, 14 Jul 2027 12:00:00 +0000"


class scripted:  # noqa: N801 - reads as a function
    """Accepts connections; gives these replies one by one, whatever is said, then hangs up."""

    def __init__(self, replies: list[bytes], pause: float = 0.0) -> None:
        self.replies, self.pause = replies, pause
        self.heard: list[bytes] = []
        self.released = threading.Event()

    def __enter__(self) -> Self:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listening.getsockname()[1])
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()
        return self

    def _serve(self) -> None:
        connected, _address = self.listening.accept()
        with connected, connected.makefile("rb") as lines:
            try:
                for number, reply in enumerate(self.replies):
                    if number:
                        self._listen(lines, in_data=self.replies[number - 1].startswith(b"354"))
                    self._say(connected, reply)
                if self.replies:
                    self._listen(lines, in_data=self.replies[-1].startswith(b"354"))
            except OSError:
                return  # the client has left

    def _listen(self, lines: Any, *, in_data: bool) -> None:
        line = lines.readline()
        self.heard.append(line.strip())
        while in_data and line not in (b".\r\n", b""):
            line = lines.readline()

    def _say(self, connected: socket.socket, reply: bytes) -> None:
        pieces = [bytes([byte]) for byte in reply] if self.pause else [reply]
        for piece in [*pieces, b"\r\n"]:
            connected.sendall(piece)
            self.released.wait(self.pause)

    def __exit__(self, *_error: object) -> None:
        self.released.set()
        if self.thread.is_alive():  # nobody came
            socket.create_connection(("127.0.0.1", self.port)).close()
        self.thread.join(5)
        self.listening.close()
