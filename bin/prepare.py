"""What ``bin/run`` does before starting: options checked, environment made, assets fetched, catalogues compiled.

Nothing is done twice: each part leaves a mark of what it was made from, and is skipped while that has not changed.
Standard library only; started with the machine's own Python.
"""

import os
import sys
import time
from pathlib import Path

import assets
import environment
from environment import ROOT, SetUpError

sys.path.append(str(ROOT))
from portal.launcher import locks, options, ports


def say(message: str) -> None:
    """Tell the person what is going on, at once."""
    print(message, flush=True)


def virtual_environment() -> Path:
    """The portal's own environment: ``.venv``, or ``$PARVIS_VENV``."""
    return Path(os.environ.get("PARVIS_VENV") or ROOT / ".venv").absolute()


def catalogues() -> list[Path]:
    """Translation catalogues whose compiled form is missing or older."""
    sources = sorted((ROOT / "translations").glob("*/LC_MESSAGES/*.po"))
    return [po for po in sources if not _is_newer(po.with_suffix(".mo"), po)]


def _is_newer(file: Path, than: Path) -> bool:
    return file.is_file() and file.stat().st_mtime_ns >= than.stat().st_mtime_ns


def compile_catalogues(python: Path) -> None:
    """Compile the translation catalogues that changed."""
    for catalogue in catalogues():
        environment.run_quietly(
            [python, "-m", "babel.messages.frontend", "compile", "-i", catalogue, "-o", catalogue.with_suffix(".mo"),
             "-l", catalogue.parent.parent.name],
            f"Le catalogue {catalogue.relative_to(ROOT)} n’a pas pu être compilé.",
        )  # fmt: skip


def prepare() -> None:
    """Bring the checkout to where the portal can start.

    :raises SetUpError: with one French sentence.
    """
    started = time.monotonic()
    venv = virtual_environment()
    lock = ROOT / "requirements.lock"
    worked = False
    if not environment.is_current(venv, environment.fingerprint(ROOT / "pyproject.toml", lock)):
        say("Installation des bibliothèques de Parvis (une minute environ la première fois)…")
        worked = environment.install_project(venv, lock)
    if not assets.assets_ready():
        say("Téléchargement des ressources des pages…")
        assets.install_packages(complete=False)
        assets.place_assets()
        worked = True
    compile_catalogues(environment.python_of(venv))
    if worked:
        say(f"Préparation terminée en {time.monotonic() - started:.0f} s.")


def main(arguments: list[str]) -> int:
    """Check the options and the port, then prepare; the exit code is the command's."""
    try:
        chosen = options.parse(arguments, os.environ)
        if chosen.help:
            print(options.HELP)
            return 0
        locks.await_data_dir(chosen.data_dir)
        ports.check_free(chosen.wanted_ports())
        prepare()
    except options.UsageError as error:
        print(error, file=sys.stderr)
        return 2
    except (ports.PortTaken, locks.AlreadyRunning) as error:
        print(error, file=sys.stderr)
        return 1
    except SetUpError as error:
        print(f"{error.detail}\n{error}".strip(), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nPréparation interrompue.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
