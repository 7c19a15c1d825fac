"""The SMTP dialogue, over the checked address, with every step's refusal sorted."""

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from connectors.partners.email.settings import EmailSettings
from connectors.sdk import (
    ConfigurationError,
    ConnectorContext,
    ConnectorError,
    PermanentError,
    ProtocolError,
    RetryableError,
    Timeouts,
    resolve_checked,
)
from connectors.sdk.checks import CREDENTIALS_REFUSED

_ACCESS_REFUSED = frozenset({530, 534, 535, 538})  # sign-in needed, or refused


class _PinnedSmtp(smtplib.SMTP):
    """Connects to an address already checked; keeps the host's name for TLS."""

    def __init__(self, settings: EmailSettings, timeouts: Timeouts, trust: ssl.SSLContext) -> None:
        super().__init__(local_hostname=settings.domain, timeout=timeouts.read)
        self._host = settings.host
        self._connect_timeout = timeouts.connect
        self._tls = trust if settings.security == "tls" else None

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connected = socket.create_connection((host, port), self._connect_timeout)
        try:
            secured = self._tls.wrap_socket(connected, server_hostname=self._host) if self._tls else connected
        except BaseException:
            connected.close()
            raise
        secured.settimeout(timeout)
        return secured


class SmtpClient:
    """Opens one session per message: no idle connection to lose."""

    def __init__(self, settings: EmailSettings, context: ConnectorContext) -> None:
        self._settings = settings
        self._egress = context.egress
        self._timeouts = context.timeouts
        self._trust = ssl.create_default_context()

    def probe(self) -> None:
        """Connect, secure, sign in, leave: no message is sent."""
        with self._session():
            pass

    def send(self, data: bytes, recipient: str) -> str:
        """Send to one person; the server's reply code. Ambiguous once the text has left."""
        international = not recipient.isascii()
        with self._session() as session, _raising():
            if international and not session.has_extn("smtputf8"):
                raise PermanentError("recipient_not_supported")
            options = ["SMTPUTF8", "BODY=8BITMIME"] if international else []
            _expect(session.mail(self._settings.from_address, options))
            _expect(session.rcpt(recipient))
            with _raising(ambiguous=True):
                return _expect(session.data(data))

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        host, port = self._settings.host, self._settings.port
        address = resolve_checked(self._egress, host, port, timeout=self._timeouts.connect)
        session = _PinnedSmtp(self._settings, self._timeouts, self._trust)
        with _time_limit(session, self._timeouts.total), _leaving(session):
            with _raising(opening=True):
                _expect(session.connect(address, port))
                self._secure_and_sign_in(session)
            yield session

    def _secure_and_sign_in(self, session: smtplib.SMTP) -> None:
        session.ehlo_or_helo_if_needed()
        if self._settings.security == "starttls":
            session.starttls(context=self._trust)
            session.ehlo()
        if self._settings.username is not None and self._settings.password is not None:
            session.login(self._settings.username, self._settings.password.get_secret_value())


@contextmanager
def _time_limit(session: smtplib.SMTP, total: float) -> Iterator[None]:
    """Cut a session that lasts too long, even when the server keeps sending a byte now and then."""

    def cut() -> None:
        connected = session.sock
        if connected is not None:
            with suppress(OSError):  # closed in between: nothing left to cut
                connected.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(total, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextmanager
def _leaving(session: smtplib.SMTP) -> Iterator[None]:
    """Say goodbye after a success; whatever the server answers to it, the message is already accepted."""
    try:
        yield
        with suppress(smtplib.SMTPException, OSError):
            session.quit()
    finally:
        session.close()


def _expect(reply: tuple[int, bytes]) -> str:
    code, text = reply
    if not 200 <= code < 300:
        raise smtplib.SMTPResponseException(code, text)
    return str(code)


@contextmanager
def _raising(*, opening: bool = False, ambiguous: bool = False) -> Iterator[None]:
    """Sort what smtplib raises. Texts written by the server are dropped: they may repeat the person's address."""
    try:
        yield
    except smtplib.SMTPResponseException as error:
        raise _refusal(error.smtp_code, opening=opening, ambiguous=ambiguous) from None
    except smtplib.SMTPNotSupportedError:
        raise ConfigurationError("smtp_extension_missing") from None
    except (OSError, smtplib.SMTPException):  # the latter is a kind of OSError, named for the reader
        raise RetryableError("connection_lost" if ambiguous else "connection_failed", ambiguous=ambiguous) from None


def _refusal(code: int, *, opening: bool, ambiguous: bool) -> ConnectorError:
    """A server that refuses to open the session, or to let us in, refuses every message: it is our setting."""
    if 400 <= code < 500:
        return RetryableError(f"smtp_{code}")
    if code in _ACCESS_REFUSED:
        return ConfigurationError(CREDENTIALS_REFUSED)
    if not 500 <= code < 600:
        return ProtocolError("answer_unreadable", ambiguous=ambiguous)
    return ConfigurationError("session_refused") if opening else PermanentError(f"smtp_{code}")
