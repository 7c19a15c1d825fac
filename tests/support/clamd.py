"""A small clamd on loopback: it finds the standard test string, and can be slow, silent, unclear or cut the line."""

import socket
import struct
import threading
from pathlib import Path

from tests.support.files import EICAR


class FakeClamd:
    """Speaks INSTREAM. ``mood``: normal, slow, unclear, cut, limit, endless."""

    def __init__(self, socket_path: Path | None = None) -> None:
        self.mood = "normal"
        self.scanned = 0
        self.let_go = threading.Event()
        if socket_path is None:
            self._server = socket.create_server(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{self._server.getsockname()[1]}"
        else:
            self._server = socket.socket(socket.AF_UNIX)
            self._server.bind(str(socket_path))
            self._server.listen()
            self.address = f"unix:{socket_path}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop listening; whoever waits is let go."""
        self.let_go.set()
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                link, _address = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(link,), daemon=True).start()

    def _answer(self, link: socket.socket) -> None:
        with link:
            try:
                link.sendall(self._say(link))
            except OSError:
                return

    def _say(self, link: socket.socket) -> bytes:
        if self.mood == "cut":
            return b""
        assert _exactly(link, 10) == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!I", _exactly(link, 4))[0]:
            content += _exactly(link, size)
        self.scanned += 1
        if self.mood == "slow":
            self.let_go.wait(20)
        answers = {
            "unclear": b"stream: maybe\0",
            "limit": b"INSTREAM size limit exceeded. ERROR\0",
            "endless": b"a" * 9_000,
        }
        return answers.get(self.mood, b"stream: Eicar-Test FOUND\0" if EICAR in content else b"stream: OK\0")


def _exactly(link: socket.socket, size: int) -> bytes:
    got = b""
    while len(got) < size:
        part = link.recv(size - len(got))
        if not part:
            raise OSError("cut")
        got += part
    return got
