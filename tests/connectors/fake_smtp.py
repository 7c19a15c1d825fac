"""An SMTP server on loopback for the contract suite."""

import asyncio
import logging
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from tests.connectors.samples import EMAIL

USERNAME = "parvis"
PASSWORD = "test-only-password-0001"


class _Handler:
    def __init__(self, owner: "SmtpDouble") -> None:
        self.owner = owner

    async def handle_MAIL(  # noqa: N802 - the library looks this name up
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.owner.code:
            return f"{self.owner.code} Non"
        if not session.authenticated:
            return "530 Identifiez-vous"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - same
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        self.owner.keep(envelope)
        if self.owner.slow:
            await asyncio.sleep(2.0)
        if self.owner.lose:
            self.owner.lose = False
            server.transport.abort()
        return "GARBAGE" if self.owner.garbage else "250 OK"


class SmtpDouble:
    """A mail server that wants a name and a password, in clear since it is on loopback."""

    busy_answers: Sequence[int] = (421, 450, 451, 452)
    refused_credentials: Sequence[int] = (535, 530)
    refusals: Sequence[int] = (550, 553, 554)
    nonsense: Sequence[str] = ("garbage",)
    sample = EMAIL

    def __init__(self, security: str = "none", tls: ssl.SSLContext | None = None) -> None:
        logging.getLogger("mail.log").setLevel(logging.CRITICAL + 1)  # the fake's own journal shows addresses
        self.code: int | None = None
        self.slow = self.lose = self.garbage = False
        self.kept: list[tuple[Envelope, EmailMessage]] = []
        self._lock = threading.Lock()
        self._controller = Controller(
            _Handler(self),
            hostname="127.0.0.1",
            port=_free_port(),
            authenticator=self._authenticate,
            auth_require_tls=security == "starttls",
            require_starttls=security == "starttls",
            tls_context=tls if security == "starttls" else None,
            ssl_context=tls if security == "tls" else None,
            enable_SMTPUTF8=True,
            decode_data=False,
        )
        self._controller.start()
        self._running = True
        port = self._controller.port
        self.egress_allow: Sequence[str] = [f"127.0.0.1:{port}"]
        self.options: Mapping[str, Any] = {
            "host": "127.0.0.1",
            "port": port,
            "security": security,
            "from_address": "ne-pas-repondre@valmont-sur-iselle.example",
            "username": USERNAME,
        }
        self.secrets: Mapping[str, str] = {"password": PASSWORD}

    def _authenticate(self, _server: SMTP, _s: Session, _e: Envelope, _mechanism: str, data: Any) -> AuthResult:
        if self.code in self.refused_credentials:
            return AuthResult(success=False, handled=False, message=f"{self.code} Non")
        good = (data.login, data.password) == (USERNAME.encode(), PASSWORD.encode())
        return AuthResult(success=good, handled=False)

    def keep(self, envelope: Envelope) -> None:
        content = envelope.content
        assert isinstance(content, bytes)
        with self._lock:
            parsed = message_from_bytes(content, policy=policy.default)
            assert isinstance(parsed, EmailMessage)
            self.kept.append((envelope, parsed))

    def answer(self, status: int) -> None:
        self.code = status

    def choose_nonsense(self, name: str) -> None:
        assert name == "garbage"
        self.garbage = True

    def answer_slowly(self) -> None:
        self.slow = True

    def lose_next_answer(self) -> None:
        self.lose = True

    def stop_listening(self) -> None:
        if self._running:
            self._running = False
            self._controller.stop()

    def records(self) -> int:
        return len(self.kept)

    def received_text(self) -> str:
        return "\n".join(str(message) for _envelope, message in self.kept)

    def close(self) -> None:
        self.stop_listening()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
