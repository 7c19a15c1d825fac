"""The commands of the README, run as a person would."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import assets
import environment
import lock
import packages
import pytest

from .conftest import ROOT, clean_environment, three_free_ports


def command(name: str, *arguments: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the checkout from another folder, without a keyboard."""
    return subprocess.run(
        [ROOT / name, *arguments],
        cwd=cwd,
        env=clean_environment(**variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("name", ["bin/run", "bin/test", "bin/lock", ".ci/run"])
def test_the_commands_can_be_run(name: str):
    assert os.access(ROOT / name, os.X_OK)


def test_help_is_in_french_and_starts_nothing(tmp_path: Path):
    outcome = command("bin/run", "--help", cwd=tmp_path)
    assert outcome.returncode == 0
    assert outcome.stdout.startswith("Usage : bin/run")
    assert outcome.stderr == ""
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_option_is_one_sentence(tmp_path: Path):
    outcome = command("bin/run", "--prot", "9000", cwd=tmp_path)
    assert outcome.returncode == 2
    assert outcome.stderr == "L’option « --prot » n’existe pas : voyez bin/run --help.\n"
    assert outcome.stdout == ""


@pytest.mark.parametrize(
    ("offset", "purpose"), [(0, "le portail"), (1, "le bac à sable"), (2, "le courrier du bac à sable")]
)
def test_a_taken_port_is_one_sentence_and_nothing_is_started_or_written(tmp_path: Path, offset: int, purpose: str):
    port = three_free_ports()
    with socket.create_server(("127.0.0.1", port + offset)):
        outcome = command("bin/run", "--port", str(port), "--data-dir", "donnees", cwd=tmp_path)
    assert outcome.returncode == 1
    assert outcome.stdout == ""
    assert outcome.stderr == (
        f"Le port {port + offset}, prévu pour {purpose}, est déjà utilisé par un autre programme : "
        "arrêtez-le, ou choisissez un autre port avec --port.\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_without_the_sandbox_its_ports_do_not_matter(tmp_path: Path):
    port = three_free_ports()
    with socket.create_server(("127.0.0.1", port + 1)), socket.create_server(("127.0.0.1", port)):
        outcome = command("bin/run", "--no-sandbox", "--port", str(port), cwd=tmp_path)
    assert "prévu pour le portail" in outcome.stderr


def test_no_suitable_python_is_one_sentence(tmp_path: Path):
    outcome = command("bin/run", cwd=tmp_path, PARVIS_PYTHON="/bin/false")
    assert outcome.returncode == 1
    assert outcome.stderr.startswith("PARVIS_PYTHON désigne « /bin/false »")
    assert outcome.stderr.count("\n") == 1


def test_no_python_at_all_is_one_sentence(tmp_path: Path):
    tools = tmp_path / "outils"
    tools.mkdir()
    (tools / "dirname").symlink_to("/usr/bin/dirname")
    outcome = command("bin/run", cwd=tmp_path, PATH=str(tools), PARVIS_VENV=str(tmp_path / "absent"))
    assert outcome.returncode == 1
    assert outcome.stderr.startswith("Parvis a besoin de Python 3.11 ou plus récent, introuvable ici")
    assert outcome.stderr.count("\n") == 1


def test_a_python_without_venv_is_one_sentence_that_says_what_to_install(tmp_path: Path):
    bare = tmp_path / "python3"
    bare.write_text(f'#!/bin/sh\ncase "$*" in *ensurepip*) exit 3 ;; esac\nexec "{sys.executable}" "$@"\n')
    bare.chmod(0o755)
    outcome = command("bin/run", cwd=tmp_path, PARVIS_PYTHON=str(bare))
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert outcome.returncode == 1
    assert f"sudo apt install python{version}-venv" in outcome.stderr
    assert outcome.stderr.count("\n") == 1


def test_the_help_of_the_tests_names_the_quick_run(tmp_path: Path):
    outcome = command("bin/test", "--help", cwd=tmp_path)
    assert outcome.returncode == 0
    assert "bin/test --quick" in outcome.stdout


def test_the_npm_lock_names_no_registry_and_checks_every_package():
    locked = json.loads((ROOT / "tools" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    packages_locked = {name: package for name, package in locked.items() if name}
    assert packages_locked
    assert all(package["integrity"].startswith("sha512-") for package in packages_locked.values())
    assert not any("resolved" in package for package in packages_locked.values())


def test_every_locked_python_package_has_its_hashes():
    for name in (*lock.LOCKS, lock.NODE_LOCK):
        text = (ROOT / name).read_text(encoding="utf-8")
        entries = [line for line in text.replace("\\\n", " ").splitlines() if not line.startswith("#")]
        assert entries
        assert all("==" in entry and "--hash=sha256:" in entry for entry in entries)
        assert "://" not in text


def test_the_locks_follow_the_dependencies(tmp_path: Path):
    assert lock.is_current()
    for name in ("pyproject.toml", *lock.LOCKS):
        (tmp_path / name).write_text((ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")
    pyproject = tmp_path / "pyproject.toml"
    pyproject.write_text(pyproject.read_text(encoding="utf-8").replace('"flask>=', '"flask>=2,>='), encoding="utf-8")
    assert not lock.is_current(tmp_path)


def test_an_asset_is_served_only_when_it_is_the_one_reviewed(tmp_path: Path):
    asset = assets.listed_assets()[0]
    source = tmp_path / "node_modules" / asset["package"] / asset["file"]
    source.parent.mkdir(parents=True)
    source.write_bytes(b"alert(1)")
    with pytest.raises(environment.SetUpError, match="n’est pas celui attendu : rien n’a été copié"):
        assets.place_assets(tmp_path, tmp_path / "node_modules")
    assert not (tmp_path / asset["target"]).exists()


def test_the_system_packages_are_named_when_they_cannot_be_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(packages.PackagesMissing, match="sudo apt-get install chromium default-jre-headless"):
        packages.ensure()
