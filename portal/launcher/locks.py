"""Two locks of the data folder: one start at a time, and nothing before the programs of the last one are gone."""

import fcntl
import os
import time
from pathlib import Path
from typing import IO

LAUNCHER_LOCK = "lanceur.verrou"
CHILDREN_LOCK = "programmes.verrou"
PATIENCE = 20.0


class AlreadyRunning(Exception):
    """Another start holds the data folder; the message is one French sentence."""


def hold_data_dir(data_dir: Path, address: str) -> IO[str]:
    """Take the data folder for this start, until the file returned is closed or this program ends, however it ends.

    :raises AlreadyRunning: when another start holds it.
    """
    file = _open(data_dir / LAUNCHER_LOCK)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        where = file.read().strip()
        file.close()
        raise AlreadyRunning(
            f"Parvis est déjà lancé avec le dossier {data_dir}{f', à l’adresse {where}' if where else ''} : "
            "arrêtez-le d’abord (Ctrl-C dans sa fenêtre)."
        ) from None
    file.seek(0)
    file.truncate()
    file.write(f"{address}\n")
    file.flush()
    return file


def await_data_dir(data_dir: Path) -> None:
    """Check, without creating anything, that no start holds this folder, and wait for the programs of a dead one.

    :raises AlreadyRunning: when one does, or when those programs do not end.
    """
    if (data_dir / LAUNCHER_LOCK).is_file():
        hold_data_dir(data_dir, "").close()
    if (data_dir / CHILDREN_LOCK).is_file():
        hold_children(data_dir).close()


def hold_children(data_dir: Path, patience: float = PATIENCE) -> IO[str]:
    """Take the lock that the watchdog shares: free only once every program of the last start is stopped.

    :raises AlreadyRunning: when they are not within ``patience`` seconds.
    """
    file = _open(data_dir / CHILDREN_LOCK)
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                file.close()
                raise AlreadyRunning(
                    f"Des programmes d’un lancement précédent utilisent encore le dossier {data_dir} : "
                    "attendez quelques secondes, puis recommencez."
                ) from None
            time.sleep(0.1)
        else:
            return file


def _open(path: Path) -> IO[str]:
    """A lock file that only its owner can open; it stays in place, the lock is what counts."""
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="utf-8")
