"""Watching over programs: real processes, restarted, stopped, and gone with their launcher."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from portal.launcher import locks
from portal.launcher.children import Children, Program

from .conftest import ROOT, exists, wait_until

SLEEPS = "import time; time.sleep(60)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('prêt', flush=True); time.sleep(60)"
)
FAMILY = (
    "import subprocess, sys, time; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    "print(child.pid, flush=True); time.sleep(60)"
)


class Watch:
    """Children made of small Python programs, and what was said about them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.opened: list[Children] = []

    def over(self, **codes: str) -> Children:
        programs = [
            Program(
                name,
                f"Le programme {name}",
                [sys.executable, "-c", code],
                dict(os.environ),
                self.folder / f"{name}.log",
            )
            for name, code in codes.items()
        ]
        children = Children(programs, locks.hold_children(self.folder), self.said.append, back_off=(0.1, 0.2))
        self.opened.append(children)
        return children


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    opened = Watch(tmp_path)
    yield opened
    for children in opened.opened:
        children.stop(grace=0)
        children.lock.close()


def test_a_program_that_dies_is_started_again_and_that_is_said(watch: Watch):
    children = watch.over(un=SLEEPS, deux=SLEEPS)
    children.start()
    before = children.pids()
    os.kill(before["un"], signal.SIGKILL)

    def restarted() -> bool:
        children.tend()
        return children.pids().get("un", before["un"]) != before["un"]

    assert wait_until(restarted)
    assert children.pids()["deux"] == before["deux"]
    assert watch.said == [
        f"Le programme un s’est arrêté (code -9) ; nouveau départ dans 0.1 s. Journal : {watch.folder / 'un.log'}"
    ]


def test_a_program_that_keeps_dying_waits_longer_each_time(watch: Watch):
    children = watch.over(bref="raise SystemExit(3)")
    children.start()

    def fell_three_times() -> bool:
        children.tend()
        return children.falls_of("bref") == 3

    assert wait_until(fell_three_times)
    assert [sentence.split(" dans ")[1].split(" s.")[0] for sentence in watch.said] == ["0.1", "0.2", "0.2"]


def test_what_a_dead_program_had_started_goes_with_it(watch: Watch):
    children = watch.over(famille=FAMILY)
    children.start()
    log = watch.folder / "famille.log"
    assert wait_until(lambda: log.read_text().strip())
    grandchild = int(log.read_text())
    os.kill(children.pids()["famille"], signal.SIGKILL)
    assert wait_until(lambda: not children.tend() and not exists(grandchild))


def test_a_program_that_does_not_stop_is_ended(watch: Watch):
    children = watch.over(sourd=STUBBORN, docile=SLEEPS)
    children.start()
    pids = children.pids()
    assert wait_until(lambda: (watch.folder / "sourd.log").read_text())
    children.stop(grace=0.3)
    assert not [pid for pid in pids.values() if exists(pid)]


def test_a_program_that_waits_starts_when_told(watch: Watch):
    children = watch.over(un=SLEEPS, attend=SLEEPS)
    children.programs = [children.programs[0], replace(children.programs[1], waits=True)]
    children.start()
    children.tend()
    assert list(children.pids()) == ["un"]
    children.start_waiting()
    assert list(children.pids()) == ["un", "attend"]


def test_the_watchdog_is_replaced_when_it_dies(watch: Watch):
    children = watch.over(un=SLEEPS)
    children.start()
    first = children._watchdog
    first.kill()
    first.wait()
    children.tend()
    assert children._watchdog.pid != first.pid
    assert exists(children._watchdog.pid)


LAUNCHER = """
import sys, time
from pathlib import Path
from portal.launcher import locks
from portal.launcher.children import Children, Program
folder = Path(sys.argv[1])
program = Program("famille", "La famille", [sys.executable, "-c", sys.argv[2]], {}, folder / "famille.log")
children = Children([program], locks.hold_children(folder), print)
children.start()
print(children.pids()["famille"], flush=True)
time.sleep(60)
"""


def test_nothing_outlives_a_launcher_that_is_killed(tmp_path: Path):
    with subprocess.Popen(
        [sys.executable, "-c", LAUNCHER, str(tmp_path), FAMILY], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as launcher:
        parent = int(launcher.stdout.readline())
        log = tmp_path / "famille.log"
        assert wait_until(lambda: log.read_text().strip())
        grandchild = int(log.read_text())
        launcher.kill()
    with locks.hold_children(tmp_path):
        assert not exists(parent)
        assert not exists(grandchild)


def test_a_second_start_in_the_same_folder_is_refused_with_the_address(tmp_path: Path):
    with locks.hold_data_dir(tmp_path, "http://127.0.0.1:9500"):
        with pytest.raises(locks.AlreadyRunning) as refused:
            locks.await_data_dir(tmp_path)
        assert "à l’adresse http://127.0.0.1:9500 :" in str(refused.value)
    locks.await_data_dir(tmp_path)


def test_programs_that_do_not_end_are_said_after_a_while(tmp_path: Path):
    with locks.hold_children(tmp_path), pytest.raises(locks.AlreadyRunning, match="lancement précédent"):
        locks.hold_children(tmp_path, patience=0.2)
