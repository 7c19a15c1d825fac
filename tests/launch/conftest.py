"""Real starts of the launcher, on free ports and in temporary folders."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.append(str(ROOT / "bin"))


def clean_environment(**more: str) -> dict[str, str]:
    """The environment of a person who set nothing of ours."""
    return {**{name: value for name, value in os.environ.items() if not name.startswith("PARVIS_")}, **more}


def three_free_ports() -> int:
    """A port that is free, with the two after it."""
    for port in range(20000 + os.getpid() % 5000, 60000, 7):
        if all(is_free(port + offset) for offset in range(3)):
            return port
    raise AssertionError("no three free ports in a row")


def is_free(port: int) -> bool:
    """True when nothing listens on the port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def wait_until(happens: Callable[[], object], seconds: float = 20.0) -> bool:
    """True as soon as ``happens`` is; False when it was not in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if happens():
            return True
        time.sleep(0.05)
    return False


def status_of(address: str) -> int:
    """The status of a page; 0 when nothing answers."""
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except OSError:
        return 0


def exists(pid: int) -> bool:
    """True while a process runs (one that ended and was not collected yet does not)."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def programs_of(data_dir: Path) -> list[psutil.Process]:
    """The processes of a start: those whose environment or command line names its data folder."""
    needle = str(data_dir)
    found = []
    for process in psutil.process_iter():
        try:
            told = [*process.cmdline(), *process.environ().values()]
        except psutil.Error:
            continue
        if process.pid != os.getpid() and any(needle in word for word in told):
            found.append(process)
    return found


@dataclass
class Start:
    """One start of Parvis: its process, where it writes, where it answers."""

    process: subprocess.Popen[bytes]
    port: int
    data_dir: Path
    output: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def said(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def wait_ready(self, seconds: float = 90.0) -> None:
        assert wait_until(lambda: "Parvis est prêt" in self.said() or self.process.poll() is not None, seconds)
        assert "Parvis est prêt" in self.said(), self.said()

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)


def begin(output: Path, port: int, data_dir: Path, *arguments: str) -> Start:
    """Start the launcher as ``bin/run`` does, once everything is installed."""
    command = [sys.executable, "-P", "-m", "portal.launcher", "--port", str(port), "--data-dir", str(data_dir)]
    with output.open("wb") as stream:
        process = subprocess.Popen(
            [*command, *arguments],
            cwd=output.parent,
            env=clean_environment(PYTHONPATH=str(ROOT)),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    return Start(process, port, data_dir, output)


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Callable[..., Start]]:
    """Starts in a new folder; everything is stopped at the end."""
    starts: list[Start] = []

    def again(*arguments: str, port: int | None = None, data_dir: Path | None = None) -> Start:
        output = tmp_path / f"sortie-{len(starts)}.txt"
        starts.append(begin(output, port or three_free_ports(), data_dir or tmp_path / "instance", *arguments))
        return starts[-1]

    yield again
    for start in starts:
        if start.process.poll() is None:
            start.end(signal.SIGTERM)
    for start in starts:
        wait_until(lambda folder=start.data_dir: not programs_of(folder))


@dataclass(frozen=True)
class Settled:
    """A folder where Parvis has already been started once, and the port it was started on."""

    data_dir: Path
    port: int


@pytest.fixture(scope="session")
def first_folder(tmp_path_factory: pytest.TempPathFactory) -> Settled:
    """A first start, stopped as soon as it is ready."""
    folder = tmp_path_factory.mktemp("premier")
    start = begin(folder / "sortie.txt", three_free_ports(), folder / "instance")
    start.wait_ready()
    assert start.end() == 0
    return Settled(start.data_dir, start.port)


@pytest.fixture
def settled(first_folder: Settled, tmp_path: Path) -> Settled:
    """A copy of that folder, for one test."""
    return Settled(Path(shutil.copytree(first_folder.data_dir, tmp_path / "instance")), first_folder.port)
