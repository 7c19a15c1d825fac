"""The whole of Parvis started, stopped, killed and started again."""

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from .conftest import (
    ROOT,
    Settled,
    Start,
    clean_environment,
    exists,
    is_free,
    programs_of,
    status_of,
    three_free_ports,
    wait_until,
)

pytestmark = pytest.mark.slow
MEMORY_LIMIT = 450 * 1024 * 1024


def pages(start: Start) -> dict[str, int]:
    """The pages that the terminal announces, with their status."""
    sandbox = f"http://127.0.0.1:{start.port + 1}"
    addresses = [start.address, f"{start.address}/connexion", f"{start.address}/agents/connexion", sandbox]
    addresses += [f"{sandbox}/{name}" for name in ("ecoles/dossiers", "courriels", "incidents")]
    return {address: status_of(address) for address in addresses}


def worker_of(start: Start) -> psutil.Process | None:
    """The process that sends what is to be sent."""
    return next((process for process in programs_of(start.data_dir) if "worker" in process.cmdline()), None)


def test_a_first_start_a_clean_stop_and_a_quick_second_start(launch: Callable[..., Start]):
    first = launch()
    first.wait_ready()
    shown = pages(first)
    assert shown == dict.fromkeys(shown, 200)
    assert all(name in first.said() for name in ("angela", "k.haddad", "c.legoff"))
    pids = programs_of(first.data_dir)
    memory = sum(process.memory_full_info().pss for process in pids if process.pid != first.process.pid)
    assert len(pids) >= 4
    assert memory < MEMORY_LIMIT

    assert first.end(signal.SIGINT) == 0
    assert first.said().endswith("Parvis est arrêté.\n")
    assert programs_of(first.data_dir) == []

    second = launch(port=first.port)
    second.wait_ready(20)
    assert "commune d’exemple" not in second.said()
    assert second.end(signal.SIGTERM) == 0


def test_killed_outright_it_starts_again_at_once(launch: Callable[..., Start], settled: Settled):
    first = launch(port=settled.port)
    first.wait_ready()
    children = [process for process in programs_of(first.data_dir) if process.pid != first.process.pid]
    assert len(children) >= 3
    first.process.kill()
    first.process.wait()
    second = launch(port=first.port)
    second.wait_ready()
    assert not [child for child in children if exists(child.pid)]
    assert status_of(second.address) == 200


def test_a_program_that_dies_comes_back(launch: Callable[..., Start], settled: Settled):
    start = launch(port=settled.port)
    start.wait_ready()
    web = [p for p in programs_of(start.data_dir) if "granian" in p.cmdline()]
    leader = next(process for process in web if process.pid == os.getpgid(process.pid))
    leader.kill()
    assert wait_until(lambda: "Le portail s’est arrêté" in start.said())
    assert wait_until(lambda: status_of(f"{start.address}/healthz") == 200)
    worker = next(process for process in programs_of(start.data_dir) if "worker" in process.cmdline())
    worker.kill()
    assert wait_until(lambda: "Le traitement des envois s’est arrêté" in start.said())
    assert wait_until(
        lambda: [p for p in programs_of(start.data_dir) if "worker" in p.cmdline() and p.pid != worker.pid]
    )


def test_a_second_start_in_the_same_folder_is_one_sentence(
    launch: Callable[..., Start], settled: Settled, tmp_path: Path
):
    start = launch(port=settled.port)
    start.wait_ready()
    outcome = subprocess.run(
        [ROOT / "bin" / "run", "--data-dir", str(start.data_dir), "--port", str(three_free_ports())],
        cwd=tmp_path,
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 1
    assert outcome.stdout == ""
    assert outcome.stderr == (
        f"Parvis est déjà lancé avec le dossier {start.data_dir}, à l’adresse {start.address} : "
        "arrêtez-le d’abord (Ctrl-C dans sa fenêtre).\n"
    )
    assert status_of(start.address) == 200


def test_another_port_moves_the_portal_and_leaves_the_sandbox(launch: Callable[..., Start], settled: Settled):
    moved = launch(port=settled.port + 3)
    moved.wait_ready()
    assert f"{moved.address}/connexion" in moved.said()
    assert status_of(f"{moved.address}/connexion") == 200
    assert status_of(f"http://127.0.0.1:{settled.port + 1}/healthz") == 200
    assert is_free(settled.port)


def test_without_the_sandbox_the_missing_providers_are_said(launch: Callable[..., Start]):
    start = launch("--no-sandbox")
    start.wait_ready()
    assert start.said().count("Aucun fournisseur d’identité n’est configuré") == 1
    assert status_of(f"{start.address}/readyz") == 200
    assert is_free(start.port + 1)


def test_settings_at_fault_are_one_sentence_and_nothing_stays(launch: Callable[..., Start], settled: Settled):
    settings = settled.data_dir / "parvis.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + '\n[connections.courriel.inconnu]\na = "b"\n')
    start = launch(port=settled.port)
    assert start.process.wait(30) == 1
    assert start.said() == (
        "Le réglage connections.courriel.inconnu n’existe pas : corrigez son nom ou retirez-le du fichier.\n"
    )
    assert programs_of(settled.data_dir) == []
