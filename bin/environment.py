"""Virtual environments made from the lock files. Standard library only: it runs before anything is installed."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STAMP = ".parvis-installed"
PIP = ("-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet")


class SetUpError(Exception):
    """A step of the preparation failed; the message is one French sentence, the detail what the tool wrote."""

    def __init__(self, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.detail = detail


def run_quietly(command: Sequence[str | Path], failure: str, *, env: dict[str, str] | None = None) -> None:
    """Run a command whose output matters only when it fails.

    :raises SetUpError: ``failure`` and what the command wrote.
    """
    outcome = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if outcome.returncode != 0:
        raise SetUpError(failure, outcome.stdout.strip())


def python_of(environment: Path) -> Path:
    """The interpreter of a virtual environment."""
    return environment / "bin" / "python"


def fingerprint(*files: Path) -> str:
    """What an environment was made from: these files, this checkout's place and this Python."""
    digest = hashlib.sha256(f"{sys.version}\0{ROOT}".encode())
    for file in files:
        digest.update(b"\0" + file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def is_current(environment: Path, mark: str) -> bool:
    """True when the environment was completed from exactly what ``mark`` describes."""
    stamp = environment / STAMP
    return stamp.is_file() and stamp.read_text(encoding="ascii") == mark and python_of(environment).exists()


def create(environment: Path) -> None:
    """Make the virtual environment, or make it again when its Python no longer starts or is another version.

    :raises SetUpError: when the folder holds something else, or ``venv`` fails.
    """
    if environment.exists() and any(environment.iterdir()):
        if not (environment / "pyvenv.cfg").is_file():
            raise SetUpError(
                f"Le dossier {environment} existe et n’est pas un environnement Python : "
                "déplacez-le, ou choisissez-en un autre avec PARVIS_VENV."
            )
        if _version_inside(environment) == sys.version_info[:2]:
            (environment / STAMP).unlink(missing_ok=True)
            return
        shutil.rmtree(environment)
    run_quietly(
        [sys.executable, "-m", "venv", environment],
        f"L’environnement Python n’a pas pu être créé dans {environment}.",
    )


def _version_inside(environment: Path) -> tuple[int, ...] | None:
    """The Python version of an environment; None when it does not start any more."""
    try:
        outcome = subprocess.run(
            [python_of(environment), "-I", "-c", "import sys, pip; print(*sys.version_info[:2])"],
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return tuple(int(part) for part in outcome.stdout.split())


def install_project(environment: Path, lock: Path, extra: str = "") -> bool:
    """Bring an environment to what ``lock`` says, with the project itself in editable form.

    :returns: False when it was so already.
    :raises SetUpError: when the packages cannot be had.
    """
    mark = fingerprint(ROOT / "pyproject.toml", lock)
    if is_current(environment, mark):
        return False
    create(environment)
    python = python_of(environment)
    failure = "Les bibliothèques de Parvis n’ont pas pu être installées : vérifiez l’accès au réseau, puis recommencez."
    run_quietly([python, *PIP, "install", "--require-hashes", "-r", lock], failure, env=pip_environment())
    run_quietly(
        [python, *PIP, "install", "--no-build-isolation", "-e", f"{ROOT}[{extra}]" if extra else ROOT],
        failure,
        env=pip_environment(),
    )
    (environment / STAMP).write_text(mark, encoding="ascii")
    return True


def install_requirements(environment: Path, requirements: Path) -> None:
    """Bring an environment to a hash-checked requirements file, once."""
    mark = fingerprint(requirements)
    if is_current(environment, mark):
        return
    create(environment)
    run_quietly(
        [python_of(environment), *PIP, "install", "--require-hashes", "-r", requirements],
        "Les outils de Parvis n’ont pas pu être installés : vérifiez l’accès au réseau, puis recommencez.",
        env=pip_environment(),
    )
    (environment / STAMP).write_text(mark, encoding="ascii")


def pip_environment() -> dict[str, str]:
    """The environment for pip, without what would make it look at another Python's packages."""
    return {name: value for name, value in os.environ.items() if name not in {"PYTHONHOME", "PYTHONPATH"}}
