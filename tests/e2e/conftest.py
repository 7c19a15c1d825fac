"""The whole product, started as a newcomer starts it, and real browsers in front of it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.hands import Hand, Keyboard, Mouse

ROOT = Path(__file__).resolve().parents[2]
START_TIMEOUT = 180
PATIENCE = 30_000  # ms, on a machine that does other things too: a page comes in less than one second on a quiet one
expect.set_options(timeout=PATIENCE)


def free_ports() -> int:
    """The first of three free ports in a row on loopback."""
    for first in range(18_070 + os.getpid() % 1000, 40_000, 7):
        try:
            held = []
            for port in (first, first + 1, first + 2):
                one = socket.socket()
                held.append(one)
                one.bind(("127.0.0.1", port))
        except OSError:
            continue
        else:
            return first
        finally:
            for one in held:
                one.close()
    raise RuntimeError("no free ports")


@dataclass(frozen=True)
class Stack:
    """A running portal with its sandbox."""

    url: str
    sandbox: str
    data_dir: Path

    def incident(self, partner: str, scenario: str, **options: str) -> None:
        """Choose how a simulated partner behaves."""
        data = urllib.parse.urlencode({"scenario": scenario, **options}).encode()
        request = urllib.request.Request(f"{self.sandbox}/incidents/{partner}", data=data)
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status < 400

    def read(self, path: str) -> bytes:
        """What the sandbox answers at ``path``."""
        with urllib.request.urlopen(f"{self.sandbox}{path}", timeout=10) as answer:
            return bytes(answer.read())


def wait_until(condition: Callable[[], bool], what: str, timeout: float = 60) -> None:
    """Poll until ``condition`` holds; fail naming ``what``."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.2)
    raise AssertionError(f"not within {timeout} s: {what}")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Web, worker and sandbox, started by the launcher on a new data folder."""
    folder = tmp_path_factory.mktemp("parvis") / "instance"
    port = free_ports()
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PARVIS_")}
    environ["PARVIS_SIGN_IN_LIMIT"] = "1000"  # every browser of these scenes comes from one address
    with (folder.parent / "output.txt").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "portal.launcher", "--port", str(port), "--data-dir", str(folder)],
            cwd=ROOT, env=environ, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            made = Stack(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port + 1}", folder)
            try:
                wait_until(lambda: _answers(f"{made.url}/readyz"), "the portal answers", START_TIMEOUT)
                wait_until(lambda: _answers(f"{made.sandbox}/healthz"), "the sandbox answers", START_TIMEOUT)
            except AssertionError as error:
                raise AssertionError(f"{error}\n{(folder.parent / 'output.txt').read_text()[-3000:]}") from None
            yield made
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


Opener = Callable[..., Hand]


@pytest.fixture(params=["mouse", "keyboard", "no-script"])
def way(request: pytest.FixtureRequest) -> str:
    """How the scene is played: mouse and scripts, keyboard only, or scripts off."""
    return str(request.param)


@pytest.fixture
def open_browser(browser: Browser, way: str) -> Iterator[Opener]:
    """Open a browser of one's own (its own cookies); each scene may need several people."""
    contexts: list[BrowserContext] = []

    def open_one(*, width: int = 1280, height: int = 900) -> Hand:
        context = browser.new_context(
            locale="fr-FR", viewport={"width": width, "height": height}, java_script_enabled=way != "no-script"
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page: Page = context.new_page()
        return Keyboard(page) if way == "keyboard" else Mouse(page)

    yield open_one
    for context in contexts:
        context.close()
