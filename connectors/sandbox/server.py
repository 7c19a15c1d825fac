"""A threaded HTTP/1.1 server for the WSGI application.

Written here rather than taken: the incidents need to cut a connection at a chosen byte, and the load tests need
keep-alive without Nagle's delay, which the development servers at hand do not offer together.
"""

import contextlib
import io
import logging
import socket
import struct
import sys
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote_to_bytes
from wsgiref.types import WSGIApplication, WSGIEnvironment

from connectors.sandbox.settings import SandboxError

MAX_BODY = 2 * 1024 * 1024
log = logging.getLogger("bac")


class ConnectionCut(Exception):
    """Raised by an answer's body: the connection is reset at this byte."""


class Bridge(BaseHTTPRequestHandler):
    """Carries one connection's requests to the application."""

    protocol_version = "HTTP/1.1"
    server_version = "bac"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 60
    server: "SandboxServer"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - name set by the parent class
        """Silent: addresses of this server carry codes and tokens."""

    def parse_request(self) -> bool:
        """Let the parent read the request line, then refuse bodies whose length is not told or too great."""
        if not super().parse_request():
            return False
        if self.headers.get("Transfer-Encoding"):
            return self._refuse(411, "Length Required")
        told = self.headers.get("Content-Length", "0")
        if not told.isdigit():
            return self._refuse(400, "Bad Content-Length")
        if int(told) > MAX_BODY:
            return self._refuse(413, "Content Too Large")
        return True

    def handle_expect_100(self) -> bool:
        """Tell at once a client that asks first that it may send its body."""
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def serve(self) -> None:
        """Answer one request."""
        try:
            self._answer(self.server.application)
        except ConnectionCut:
            self._cut()
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = serve  # noqa: N815 - read by the parent

    def _refuse(self, status: int, reason: str) -> bool:
        self.close_connection = True
        self.send_error(status, reason)
        return False

    def _answer(self, application: WSGIApplication) -> None:
        head: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], _exc_info: Any = None) -> Any:
            head[:] = [status, headers]
            return self.wfile.write

        parts: Iterable[bytes] = application(self._environ(), start_response)
        try:
            self._send(parts, head)
        finally:
            close = getattr(parts, "close", None)
            if close is not None:
                close()

    def _send(self, parts: Iterable[bytes], head: list[Any]) -> None:
        opened = False
        for part in parts:
            if not opened:
                self._open(head)
                opened = True
            if self.command != "HEAD":
                self.wfile.write(part)
        if not opened:
            self._open(head)
        self.wfile.flush()

    def _open(self, head: list[Any]) -> None:
        status, headers = head
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        if not any(name.lower() == "content-length" for name, _ in headers) and code not in {"204", "304"}:
            self.send_header("Connection", "close")
        self.end_headers()

    def _cut(self) -> None:
        """Send what was written, then reset the connection instead of ending it in good order."""
        self.close_connection = True
        with contextlib.suppress(OSError):  # the other side may have left first
            self.wfile.flush()
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    def _environ(self) -> WSGIEnvironment:
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        environ: WSGIEnvironment = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": str(self.server.port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            key = "HTTP_" + name.upper().replace("-", "_")
            if "_" not in name and key not in {"HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH"}:
                environ[key] = f"{environ[key]},{value}" if key in environ else value
        return environ


class SandboxServer(ThreadingHTTPServer):
    """Listens on the loopback only. The application is given after binding, once the port is known."""

    daemon_threads = True
    request_queue_size = 256
    application: WSGIApplication

    def __init__(self, port: int) -> None:
        try:
            super().__init__(("127.0.0.1", port), Bridge)
        except OSError as error:
            raise SandboxError(port_taken(port, error)) from error
        self.port: int = self.server_address[1]

    def server_bind(self) -> None:
        """Bind without the parent's look-up of the host's name."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - signature of the parent
        """Write the failure of a connection to the log, except a client that left."""
        failure = sys.exc_info()[1]
        if not isinstance(failure, ConnectionError):
            log.error("connection failed", exc_info=failure)


def port_taken(port: int, error: OSError) -> str:
    """The sentence told when a port cannot be opened."""
    return (
        f"Le bac à sable ne peut pas écouter sur le port {port} ({error.strerror or error}) : "
        "arrêtez le programme qui l’occupe ou choisissez un autre port."
    )
