"""A small HTTP client: several connections kept open, one thread each. It sends what a browser sends and reads answers
whose length is told; anything else stops the measure.
"""

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

HOST = "127.0.0.1"
READ = 65_536
BUILD = "/-/build"  # where a server under measure tells which build it is


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. ``size`` counts the bytes of headers and body as they travelled."""

    status: int
    headers: dict[str, str]
    body: bytes
    size: int

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


@dataclass(slots=True)
class Connection:
    """One connection with its cookies."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    gzip: bool = False
    _socket: socket.socket | None = None

    def get(self, path: str, expect: int = 200) -> Answer:
        """Ask for a page.

        :raises RuntimeError: another status than expected.
        """
        return self._send("GET", path, b"", expect)

    def post(self, path: str, form: dict[str, str], expect: int = 303) -> Answer:
        """Send a form.

        :raises RuntimeError: another status than expected.
        """
        return self._send("POST", path, urlencode(form).encode(), expect)

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _send(self, method: str, path: str, body: bytes, expect: int) -> Answer:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}:{self.port}", "Connection: keep-alive", "Accept: */*"]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        if self.gzip:
            lines.append("Accept-Encoding: gzip")
        if method == "POST":
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        answer = self._exchange(("\r\n".join(lines) + "\r\n\r\n").encode() + body)
        if answer.status != expect:
            raise RuntimeError(f"{method} {path}: {answer.status} instead of {expect}: {answer.body[:300]!r}")
        return answer

    def _exchange(self, message: bytes) -> Answer:
        if self._socket is None:
            self._socket = socket.create_connection((HOST, self.port), timeout=30)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(message)
        data = self._read(b"")
        while b"\r\n\r\n" not in data:
            data = self._read(data)
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers: dict[str, str] = {}
        for line in lines:
            name, _, value = line.partition(": ")
            if name.lower() == "set-cookie":
                cookie, _, content = value.partition(";")[0].partition("=")
                self.cookies[cookie] = content
            headers[name.lower()] = value
        while len(body) < int(headers["content-length"]):
            body = self._read(body)
        return Answer(int(first.split()[1]), headers, body, len(head) + 4 + len(body))

    def _read(self, before: bytes) -> bytes:
        assert self._socket is not None
        read = self._socket.recv(READ)
        if not read:
            raise RuntimeError("the server hung up")
        return before + read


Turn = Callable[[Connection], None]


def rate(connections: list[Connection], turn: Turn, seconds: float) -> float:
    """How many turns per second all the connections make together, each as fast as it is answered."""
    return load(connections, turn, seconds)[0]


def load(connections: list[Connection], turn: Turn, seconds: float) -> tuple[float, float]:
    """Turns per second of all the connections together, and the median time of one turn in milliseconds.

    :raises RuntimeError: a connection met an answer that was not expected.
    """
    ready = threading.Barrier(len(connections))
    taken: list[list[float]] = [[] for _ in connections]
    failures: list[Exception] = []
    spans: list[tuple[float, float]] = []

    def repeat(connection: Connection, times: list[float]) -> None:
        try:
            turn(connection)  # not counted: the connection opens
            ready.wait(30)
            started = now = time.perf_counter()
            while now - started < seconds:
                turn(connection)
                now, before = time.perf_counter(), now
                times.append(now - before)
            spans.append((started, now))
        except Exception as error:  # noqa: BLE001 - reported by the thread that waits
            failures.append(error)
            ready.abort()

    threads = [threading.Thread(target=repeat, args=pair, daemon=True) for pair in zip(connections, taken, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError(f"measure stopped: {failures[0]}") from failures[0]
    every = sorted(time for times in taken for time in times)
    elapsed = max(end for _start, end in spans) - min(start for start, _end in spans)
    return len(every) / elapsed, every[len(every) // 2] * 1_000
