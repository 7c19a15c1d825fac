"""Starting the portal and the reference as they are run for good, and knowing which build answers."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.client import BUILD, HOST, Connection

ROOT = Path(__file__).resolve().parents[1]
START_WITHIN = 60.0
THREADS = 12  # as the launcher starts the portal


@dataclass(frozen=True, slots=True)
class Server:
    """A server under measure. ``started_in``: seconds from the start of the process to its first answer."""

    port: int
    started_in: float

    def memory(self) -> int:
        """Bytes that the process that answers holds now."""
        connection = Connection(self.port)
        told: int = json.loads(connection.get(BUILD).text)["memory"]
        connection.close()
        return told


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(what: str, port: int, environment: Mapping[str, str]) -> Iterator[Server]:
    """Run ``portal`` or ``reference`` with granian, one worker, until the block ends.

    :raises SystemExit: it does not start, or what answers on the port is not what was started, from this folder.
    """
    token = secrets.token_hex(8)
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", HOST, "--port", str(port), "--workers", "1",
        "--blocking-threads", str(THREADS), "--no-ws", "--log-level", "warning", "bench.served:app",
    ]  # fmt: skip
    known = {name: value for name, value in os.environ.items() if not name.startswith("PARVIS_")}
    known |= {"BENCH_SERVES": what, "BENCH_TOKEN": token, "PYTHONPATH": str(ROOT), **environment}
    log = Path(environment["BENCH_LOG"])
    started = time.perf_counter()
    with log.open("wb") as output:
        running = subprocess.Popen(
            command, cwd=ROOT, env=known, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        told = _wait(port, running, log)
        elapsed = time.perf_counter() - started
        if told["token"] != token or Path(told["root"]) != ROOT:
            raise SystemExit(f"port {port} is answered by another build: {told['root']}")
        yield Server(port, elapsed)
    finally:
        os.killpg(running.pid, signal.SIGTERM)
        running.wait(20)


def _wait(port: int, running: subprocess.Popen[bytes], log: Path) -> dict[str, str]:
    deadline = time.monotonic() + START_WITHIN
    while time.monotonic() < deadline and running.poll() is None:
        try:
            told: dict[str, str] = json.loads(Connection(port).get(BUILD).text)
            return told
        except OSError:
            time.sleep(0.01)
    raise SystemExit(f"the server did not start:\n{log.read_text(errors='replace')[-2_000:]}")
