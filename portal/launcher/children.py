"""The programs of one start: launched in their own process groups, restarted when they die, stopped together."""

import contextlib
import math
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL, SIGTERM
from typing import IO

from portal.launcher import watchdog
from portal.launcher.options import ROOT

BACK_OFF = (1.0, 2.0, 5.0, 10.0, 30.0)
STEADY_AFTER = 60.0
STOP_GRACE = 8.0
LOG_LIMIT = 5_000_000


@dataclass(frozen=True, slots=True)
class Program:
    """One program to keep running: what the screen calls it, and how it is started.

    ``waits`` for :meth:`Children.start_waiting`: what nobody looks at first leaves the machine to what is awaited.
    """

    name: str
    title: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    waits: bool = False


@dataclass(slots=True)
class Child:
    """A program, the process that runs it now, and the memory of its falls."""

    program: Program
    running: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    falls: int = 0
    start_at: float = 0.0


@dataclass(slots=True)
class Children:
    """Starts, restarts and stops the programs. Used from one thread."""

    programs: Sequence[Program]
    lock: IO[str]
    say: Callable[[str], None] = lambda _sentence: None
    clock: Callable[[], float] = time.monotonic
    back_off: Sequence[float] = BACK_OFF
    children: list[Child] = field(default_factory=list)
    _watchdog: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start every program but those that wait, each watched over from its first moment."""
        self._start_watchdog()
        self.children = [Child(program, start_at=math.inf if program.waits else 0.0) for program in self.programs]
        self.tend()

    def start_waiting(self) -> None:
        """Start the programs that wait."""
        for child in self.children:
            if child.start_at == math.inf:
                child.start_at = 0.0
        self.tend()

    def tend(self) -> None:
        """Notice the programs that ended, and start those whose time has come."""
        if self._watchdog is not None and self._watchdog.poll() is not None:
            self._start_watchdog()
        for child in self.children:
            if child.running is not None and child.running.poll() is not None:
                self._note_fall(child)
            if child.running is None and self.clock() >= child.start_at:
                self._spawn(child)

    def pids(self) -> dict[str, int]:
        """Program name → process, for those running."""
        return {child.program.name: child.running.pid for child in self.children if child.running is not None}

    def falls_of(self, name: str) -> int:
        """How many times in a row a program ended by itself soon after its start."""
        return next(child.falls for child in self.children if child.program.name == name)

    def stop(self, insists: Callable[[], bool] = lambda: False, grace: float = STOP_GRACE) -> None:
        """Ask every program to stop, then end those that did not in time, or at once when ``insists`` says so."""
        running = [child.running for child in self.children if child.running is not None]
        for process in running:
            watchdog.send(process.pid, SIGTERM)
        deadline = time.monotonic() + grace
        while any(process.poll() is None for process in running):
            if insists() or time.monotonic() >= deadline:
                break
            time.sleep(0.05)
        for process in running:
            watchdog.send(process.pid, SIGKILL)  # what did not stop, and what a program may have left behind
            process.wait()
            self._tell_watchdog(f"-{process.pid}")
        self.children = []
        self._stop_watchdog()

    def _spawn(self, child: Child) -> None:
        program = child.program
        _turn_over(program.log)
        with program.log.open("ab") as log:
            child.running = subprocess.Popen(
                program.command,
                cwd=ROOT,
                env=dict(program.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        child.started_at = self.clock()
        self._tell_watchdog(f"+{child.running.pid}")

    def _note_fall(self, child: Child) -> None:
        process, child.running = child.running, None
        if process is None:
            return
        watchdog.send(process.pid, SIGKILL)  # what it may have started itself and left behind
        self._tell_watchdog(f"-{process.pid}")
        if self.clock() - child.started_at >= STEADY_AFTER:
            child.falls = 0
        delay = self.back_off[min(child.falls, len(self.back_off) - 1)]
        child.falls += 1
        child.start_at = self.clock() + delay
        self.say(
            f"{child.program.title} s’est arrêté (code {process.returncode}) ; nouveau départ dans {delay:g} s. "
            f"Journal : {child.program.log}"
        )

    def _start_watchdog(self) -> None:
        if self._watchdog is not None and self._watchdog.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._watchdog.stdin.close()
        self._watchdog = subprocess.Popen(
            [sys.executable, "-I", "-S", watchdog.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            pass_fds=[self.lock.fileno()],
            start_new_session=True,
        )
        for pid in self.pids().values():
            self._tell_watchdog(f"+{pid}")

    def _tell_watchdog(self, line: str) -> None:
        if self._watchdog is None or self._watchdog.stdin is None:
            return
        try:
            self._watchdog.stdin.write(f"{line}\n")
            self._watchdog.stdin.flush()
        except BrokenPipeError:
            self._start_watchdog()

    def _stop_watchdog(self) -> None:
        if self._watchdog is not None and self._watchdog.stdin is not None:
            self._watchdog.stdin.close()
            self._watchdog.wait()
        self._watchdog = None


def _turn_over(log: Path) -> None:
    """Set a journal that has grown aside as ``.1``, once."""
    if log.is_file() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(log.suffix + ".1"))
