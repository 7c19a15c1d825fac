"""The transport every outgoing request goes through, sign-in included."""

import functools
import ssl

import httpcore2
import httpx2

from connectors.sdk.egress import EgressPolicy
from connectors.sdk.errors import ConfigurationError, ProtocolError
from connectors.sdk.http.network import Attempt, GuardedBackend
from connectors.sdk.values import DEFAULT_TIMEOUTS, Timeouts

MAX_BODY = 5_000_000

_ERRORS: dict[type[Exception], type[httpx2.TransportError]] = {
    httpcore2.ConnectTimeout: httpx2.ConnectTimeout,
    httpcore2.ReadTimeout: httpx2.ReadTimeout,
    httpcore2.WriteTimeout: httpx2.WriteTimeout,
    httpcore2.PoolTimeout: httpx2.PoolTimeout,
    httpcore2.ConnectError: httpx2.ConnectError,
    httpcore2.ReadError: httpx2.ReadError,
    httpcore2.WriteError: httpx2.WriteError,
    httpcore2.LocalProtocolError: httpx2.LocalProtocolError,
    httpcore2.RemoteProtocolError: httpx2.RemoteProtocolError,
    httpcore2.UnsupportedProtocol: httpx2.UnsupportedProtocol,
}


@functools.cache
def _system_trust() -> ssl.SSLContext:
    """Certificates of the system; SSL_CERT_FILE and its like are not heard."""
    return httpx2.create_ssl_context(trust_env=False)


class SafeTransport(httpx2.BaseTransport):
    """Sends one request to a checked address, within its time and size limits.

    The whole body is read here (≤ ``max_body`` bytes, before the deadline), so that no later reading escapes the
    limits. Compression is neither asked nor accepted: a small body cannot swell. Redirects are answers like others.
    Raises httpx2 errors, ConfigurationError ``egress_…``, RetryableError ``name_…``, ProtocolError ``body_too_large``
    and ``encoding_refused``. May serve several threads.
    """

    def __init__(
        self,
        policy: EgressPolicy,
        *,
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
        max_body: int = MAX_BODY,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._timeouts = timeouts
        self._max_body = max_body
        self._attempt = Attempt()
        self._pool = httpcore2.ConnectionPool(
            ssl_context=ssl_context or _system_trust(),
            max_connections=10,
            max_keepalive_connections=5,
            keepalive_expiry=5.0,
            network_backend=GuardedBackend(policy, self._attempt),
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send, read the whole answer, and give it back."""
        if request.url.scheme not in {"http", "https"}:
            raise ConfigurationError("egress_scheme_refused")
        self._attempt.start(self._timeouts.total, tls=request.url.scheme == "https")
        request.headers["accept-encoding"] = "identity"
        try:
            answer = self._pool.handle_request(self._to_core(request))
            try:
                body = self._read_body(answer)
            finally:
                answer.close()
        except tuple(_ERRORS) as error:
            raise _ERRORS[type(error)](str(error)) from error
        return httpx2.Response(answer.status, headers=answer.headers, stream=httpx2.ByteStream(body))

    def close(self) -> None:
        """Close the idle connections."""
        self._pool.close()

    def _to_core(self, request: httpx2.Request) -> httpcore2.Request:
        limits = self._timeouts
        return httpcore2.Request(
            method=request.method,
            url=httpcore2.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.read(),
            extensions={
                "timeout": {
                    "connect": limits.connect,
                    "read": limits.read,
                    "write": limits.read,
                    "pool": limits.connect,
                }
            },
        )

    def _read_body(self, answer: httpcore2.Response) -> bytes:
        """The body, counted while it comes. The oversized body of an error is dropped: its status says enough."""
        refusal = self._encoding_refusal(answer)
        kept = bytearray()
        if refusal is None:
            for part in answer.iter_stream():
                kept += part
                if len(kept) > self._max_body:
                    refusal = "body_too_large"
                    break
        if refusal is None:
            return bytes(kept)
        if 200 <= answer.status < 300:
            raise ProtocolError(refusal)
        answer.headers = [(name, value) for name, value in answer.headers if name.lower() != b"content-encoding"]
        return b""

    @staticmethod
    def _encoding_refusal(answer: httpcore2.Response) -> str | None:
        encodings = {value.strip().lower() for name, value in answer.headers if name.lower() == b"content-encoding"}
        return "encoding_refused" if encodings - {b"", b"identity"} else None
