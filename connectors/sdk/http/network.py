"""Sockets that go only where the policy allows, and never past the deadline of the attempt."""

import selectors
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore2

from connectors.sdk.egress import EgressPolicy, checked_addresses

# Seconds given to an operation for which the HTTP library states no limit of its own.
_UNSTATED = 30.0


class Attempt(threading.local):
    """The request this thread is making: the moment it must be over, and whether it goes over TLS."""

    deadline = 0.0
    tls = True

    def start(self, total: float, *, tls: bool) -> None:
        """Begin an attempt of at most ``total`` seconds."""
        self.deadline = time.monotonic() + total
        self.tls = tls

    def remaining(self, limit: float | None) -> float:
        """Seconds the next operation may take. Raises TimeoutError when the attempt has had its time."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("total")
        return min(left, _UNSTATED if limit is None else limit)


@contextmanager
def _raising(timeout_error: type[Exception], other_error: type[Exception]) -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise timeout_error("timeout") from error
    except OSError as error:
        raise other_error(type(error).__name__) from error


class GuardedStream(httpcore2.NetworkStream):
    """A connected socket, plain or TLS, whose every operation is limited by the attempt's deadline."""

    def __init__(self, connected: socket.socket, attempt: Attempt) -> None:
        self._socket = connected
        self._attempt = attempt

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what is there, at most ``max_bytes``; empty at the end."""
        with _raising(httpcore2.ReadTimeout, httpcore2.ReadError):
            self._socket.settimeout(self._attempt.remaining(timeout))
            return self._socket.recv(max_bytes)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write everything."""
        view = memoryview(buffer)
        with _raising(httpcore2.WriteTimeout, httpcore2.WriteError):
            while view:
                self._socket.settimeout(self._attempt.remaining(timeout))
                view = view[self._socket.send(view) :]

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> "GuardedStream":
        """Go on over TLS; the certificate is checked against the host's *name*, whatever the address used."""
        try:
            with _raising(httpcore2.ConnectTimeout, httpcore2.ConnectError):
                self._socket.settimeout(self._attempt.remaining(timeout))
                secured = ssl_context.wrap_socket(self._socket, server_hostname=server_hostname)
        except BaseException:
            self.close()
            raise
        return GuardedStream(secured, self._attempt)

    def get_extra_info(self, info: str) -> Any:
        """What the pool asks: ``is_readable`` tells that the other side has closed an idle connection."""
        return self._is_readable() if info == "is_readable" else None

    def _is_readable(self) -> bool:
        if self._socket.fileno() < 0:
            return True
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            return bool(selector.select(0))


class GuardedBackend(httpcore2.NetworkBackend):
    """Opens connections for the pool. The name is resolved here, once, and the socket goes to a checked address."""

    def __init__(self, policy: EgressPolicy, attempt: Attempt) -> None:
        self._policy = policy
        self._attempt = attempt

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> GuardedStream:
        """Connect to the first address of ``host`` that answers. Socket options are not supported."""
        del local_address, socket_options
        with _raising(httpcore2.ConnectTimeout, httpcore2.ConnectError):
            addresses = checked_addresses(
                self._policy, host, port, tls=self._attempt.tls, timeout=self._attempt.remaining(timeout)
            )
            return GuardedStream(self._connect_first(addresses, port, timeout), self._attempt)

    def _connect_first(self, addresses: tuple[str, ...], port: int, timeout: float | None) -> socket.socket:
        """Try the addresses in turn. Raises the last failure."""
        *others, last = addresses
        for address in others:
            try:
                return self._connect(address, port, timeout)
            except OSError:
                continue  # refused, silent, or no route (IPv6 where there is none): the next address may answer
        return self._connect(last, port, timeout)

    def _connect(self, address: str, port: int, timeout: float | None) -> socket.socket:
        connected = socket.create_connection((address, port), self._attempt.remaining(timeout))
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connected

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> GuardedStream:
        """Never: a partner is not behind a file of this machine."""
        del path, timeout, socket_options
        raise httpcore2.ConnectError("unix sockets are not used")
