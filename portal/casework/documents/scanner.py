"""A client of clamd, the antivirus program, for one command: INSTREAM (clamd(8)).

The whole file is sent in chunks, each preceded by its length; clamd answers in one line. Whatever is not a clear answer
counts as *not scanned*: the file then waits, and is never shown as clean.
"""

import socket
import struct
import time
from dataclasses import dataclass
from typing import Final, Protocol

from portal.ground.errors import ParvisError

CHUNK: Final = 64 * 1024
MAX_ANSWER: Final = 4_096
CONNECT_SECONDS: Final = 2.0
TOTAL_SECONDS: Final = 15.0


class ScannerUnavailable(ParvisError):
    """The file could not be scanned: the scanner is down, slow, or did not answer clearly."""

    status = 503


class Scanner(Protocol):
    """What looks for harmful content."""

    def is_clean(self, data: bytes) -> bool:
        """True when nothing was found, False when something was.

        :raises ScannerUnavailable: nothing certain can be said.
        """


@dataclass(frozen=True, slots=True)
class Clamd:
    """A clamd at ``host:port`` or ``unix:/path/to/socket``. ``total`` bounds one scan, in seconds."""

    address: str
    connect: float = CONNECT_SECONDS
    total: float = TOTAL_SECONDS

    def is_clean(self, data: bytes) -> bool:
        """True when clamd found nothing, False when it found something.

        :raises ScannerUnavailable: down, too slow, or an answer that is neither.
        """
        deadline = time.monotonic() + self.total
        try:
            with self._open() as link:
                _send(link, data, deadline)
                return _verdict(_receive(link, deadline))
        except OSError as error:
            raise ScannerUnavailable("scanner_unreachable") from error

    def _open(self) -> socket.socket:
        if self.address.startswith("unix:"):
            link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            link.settimeout(self.connect)
            try:
                link.connect(self.address.removeprefix("unix:"))
            except OSError:
                link.close()
                raise
            return link
        host, _colon, port = self.address.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), timeout=self.connect)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _send(link: socket.socket, data: bytes, deadline: float) -> None:
    link.settimeout(_left(deadline))
    link.sendall(b"zINSTREAM\0")
    for start in range(0, len(data), CHUNK):
        chunk = data[start : start + CHUNK]
        link.settimeout(_left(deadline))
        link.sendall(struct.pack("!I", len(chunk)) + chunk)
    link.sendall(struct.pack("!I", 0))


def _receive(link: socket.socket, deadline: float) -> bytes:
    answer = b""
    while not answer.endswith(b"\0"):
        link.settimeout(_left(deadline))
        part = link.recv(MAX_ANSWER)
        if not part:
            break
        answer += part
        if len(answer) > MAX_ANSWER:
            raise ScannerUnavailable("scanner_nonsense")
    return answer.rstrip(b"\0\r\n")


def _verdict(answer: bytes) -> bool:
    """« stream: OK » or « stream: <name> FOUND »; anything else, an error or a limit exceeded, says nothing."""
    if answer == b"stream: OK":
        return True
    if answer.startswith(b"stream: ") and answer.endswith(b" FOUND"):
        return False
    raise ScannerUnavailable("scanner_unclear")
