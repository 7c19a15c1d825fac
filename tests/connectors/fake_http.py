"""A threaded HTTP server on loopback whose answers a test chooses, down to the raw bytes."""

import json
import ssl
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Received:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """What to answer. ``chunks`` are written one by one, ``pause`` seconds apart, and end with the connection."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    chunks: Iterable[bytes] | None = None
    pause: float = 0.0
    delay: float = 0.0
    cut: bool = False


def json_answer(status: int, value: Any, headers: dict[str, str] | None = None) -> Answer:
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json", **(headers or {})})


class FakeHttpServer:
    """Listens on a free port at once. ``respond`` may be replaced at any time."""

    def __init__(self, respond: Callable[[Received], Answer] | None = None, tls: ssl.SSLContext | None = None) -> None:
        self.respond = respond or (lambda _request: Answer())
        self.requests: list[Received] = []
        self.connections = 0
        self.released = threading.Event()
        self._server = _Server(self)
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = int(self._server.server_address[1])
        self.address = f"127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self._closed = False

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self.released.set()
            self._server.shutdown()
            self._server.server_close()
            self._thread.join(5)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 5

    @property
    def owner(self) -> FakeHttpServer:
        return self.server.owner  # type: ignore[attr-defined,no-any-return] # ours, see _Server

    def setup(self) -> None:
        self.owner.connections += 1
        super().setup()

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            self.close_connection = True  # the client has left

    def _any(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length) if length else b""
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Received(self.command, parts.path, parse_qs(parts.query), headers, body)
        self.owner.requests.append(request)
        self._write(self.owner.respond(request))

    do_GET = do_POST = do_PUT = _any  # noqa: N815 - the library looks these names up

    def _write(self, answer: Answer) -> None:
        if answer.delay:
            self.owner.released.wait(answer.delay)
        if answer.cut:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.chunks is None:
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)
            return
        self.send_header("Connection", "close")
        self.end_headers()
        for chunk in answer.chunks:
            self.wfile.write(chunk)
            self.wfile.flush()
            self.owner.released.wait(answer.pause)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Say nothing: a test reads ``requests``."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, owner: FakeHttpServer) -> None:
        self.owner = owner
        super().__init__(("127.0.0.1", 0), _Handler)
