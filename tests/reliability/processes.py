"""The portal's programs, each in its own process group, killed without warning and started again."""

import itertools
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
LEASE = "4"


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]


class Program:
    """One program, started again each time it is killed."""

    def __init__(self, name, command, environ, log):
        self.name, self._command, self._environ, self._log = name, command, environ, log
        self.kills = 0
        self.start()

    def start(self):
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, env=self._environ, stdout=log, stderr=log, start_new_session=True
            )

    def kill_group(self, _draw=None):
        """Every process of the program at once, then a new one."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self.kills += 1
        self.start()

    def kill_one_child(self, draw):
        """One of the processes it started; the whole of it when there is none yet."""
        children = psutil.Process(self._process.pid).children()
        serving = [child for child in children if "resource_tracker" not in " ".join(child.cmdline())]
        if not serving:
            self.kill_group()
            return
        draw.choice(serving).kill()
        self.kills += 1

    def revive(self):
        """Start it again when it ended by itself, as whoever watches over it would."""
        if self._process.poll() is not None:
            self.start()

    def stop(self):
        """End it for good."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def start_web(port, environ, log) -> Program:
    """The web process, two workers that are started again when they die."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "2", "--blocking-threads", "4", "--respawn-failed-workers", "--respawn-interval", "0.2"]
    return Program("web", [*command, "--no-access-log", "wsgi:app"], environ, log)


def start_worker(number, environ, log) -> Program:
    """One worker."""
    command = [sys.executable, "-m", "tests.reliability.worker_process", LEASE]
    return Program(f"worker-{number}", command, environ, log)


def wait_until_served(url, seconds=40):
    """Until the portal answers."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:
                assert answer.status == 200
                return
        except (urllib.error.URLError, OSError):
            assert time.monotonic() < deadline, "the portal did not start"
            time.sleep(0.1)


class Killer(threading.Thread):
    """Kills at random moments, in turn: a web process, a worker, the whole web server, a worker.

    Each time the portal is first let to answer again, and there is an end to it: a slow machine must not spend its
    time starting programs.
    """

    def __init__(self, url, web, workers, *, most=16, seed=20_260_303, pause=(0.5, 2.5), also=lambda: None):
        super().__init__(daemon=True)
        self._url, self._programs, self._pause, self._also = url, [web, *workers], pause, also
        self._draw = random.Random(seed)
        self._turns = itertools.cycle(
            [web.kill_one_child, self._any_of(workers), web.kill_group, self._any_of(workers)]
        )
        self._stopping = threading.Event()
        self._most = most
        self.strikes = 0
        self.failure = None

    def _any_of(self, workers):
        return lambda _draw: self._draw.choice(workers).kill_group()

    def run(self):
        try:
            while not self._stopping.is_set() and self.strikes < self._most:
                self._revive()
                wait_until_served(self._url)
                time.sleep(self._draw.uniform(*self._pause))
                next(self._turns)(self._draw)
                self.strikes += 1
                self._also()
            while not self._stopping.wait(0.2):
                self._revive()
            self._revive()
        except Exception as error:  # noqa: BLE001 - raised again when the block ends, in the test's own thread
            self.failure = error

    def _revive(self):
        for program in self._programs:
            program.revive()

    def wait_for(self, strikes):
        """Until there were as many kills."""
        while self.is_alive() and self.strikes < strikes:
            time.sleep(0.1)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, *_rest):
        """No more kills, and nothing started any more: programs can then be ended for good."""
        self._stopping.set()
        self.join()
        if self.failure is not None and kind is None:
            raise self.failure
