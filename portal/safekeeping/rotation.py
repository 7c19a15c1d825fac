"""Changing the master key while the portal runs: new key file, every data key wrapped again, the old key retired.

Each step can be cut at any moment and asked for again. The files are written in this order: the old key is kept before
the new one takes its place, so that no data key is ever without the master key that opens it.
"""

import base64
import fcntl
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from portal.ground.audit.service import record
from portal.ground.db import Database
from portal.ground.permissions import SYSTEM
from portal.ground.settings import KEY_FILES, Settings, read_key_files
from portal.ground.vault.service import (
    VaultError,
    count_left,
    fingerprint_key_of,
    install_keys,
    introduce_master_key,
    master_key_id,
    retire_master_keys,
    rewrap_batch,
)
from portal.safekeeping.errors import SafekeepingError
from portal.safekeeping.places import write_private

MOST_LEFT = 5_000  # what the last step, which keeps everybody from writing data keys, may have to wrap
NOT_OURS = {
    "fingerprint_key_changed": (
        "La clé des empreintes n’est pas celle de cette base : remettez keys/fingerprint.key, ou "
        "PARVIS_FINGERPRINT_KEY. Sans elle, les personnes déjà connues ne seraient plus reconnues."
    ),
    "master_key_retired": (
        "La clé maîtresse donnée a été retirée à la fin d’une rotation : donnez celle qui l’a remplacée."
    ),
    "master_key_unknown": "La clé maîtresse donnée n’est pas celle de cette base : retrouvez celle qui servait.",
    "master_key_mismatch": "Des clés de données ne s’ouvrent avec aucune des clés maîtresses données : retrouvez-les.",
}


@dataclass(frozen=True, slots=True)
class Rotation:
    """Where a rotation stands. ``wrapped``: data keys wrapped just now."""

    master_key_id: str
    wrapped: int
    resumed: bool


def rotate(settings: Settings, database: Database, tell: Callable[[int], None] = lambda _count: None) -> Rotation:
    """Begin a rotation, or go on with one that was interrupted, until every data key is wrapped by the new master key.

    :param tell: told, after each batch, how many data keys are done.
    :raises SafekeepingError: with what to do.
    """
    with _alone(settings.data_dir / "keys"):
        _introduce(database)
        resumed = is_under_way(settings)
        if not resumed:
            settings = _new_key(settings)
            install_keys(settings)
            _introduce(database)
        wrapped = 0
        while done := _batch(database):
            wrapped += done
            tell(wrapped)
    return Rotation(master_key_id(), wrapped, resumed)


def finish(settings: Settings, database: Database, *, most_left: int = MOST_LEFT) -> int:
    """End a rotation: the old master key opens nothing here any more. Returns how many were retired.

    :param most_left: how many data keys may still have to be wrapped.
    :raises SafekeepingError: none is under way, or it is not far enough.
    """
    with _alone(settings.data_dir / "keys"):
        if not is_under_way(settings):
            raise SafekeepingError("Aucune rotation n’est en cours : commencez-en une par parvis keys rotate.")
        _introduce(database)
        with database.reading() as session:
            left = count_left(session)
        if left > most_left:
            raise SafekeepingError(
                f"Il reste {left} clés de données à l’ancienne clé : relancez d’abord parvis keys rotate."
            )
        try:
            with database.writing() as session:
                retired = retire_master_keys(session)
                record(session, SYSTEM, "master_key_rotated", details={"master_key_id": master_key_id()})
        except VaultError as error:
            raise SafekeepingError(NOT_OURS[error.code]) from None
        previous_file(settings).unlink(missing_ok=True)
    return retired


def adopt(database: Database) -> None:
    """Note the keys of this process in a database that knows none yet; refuse those that are not its own.

    :raises SafekeepingError: with what to do.
    """
    _introduce(database)


def is_under_way(settings: Settings) -> bool:
    """True when a previous master key is still accepted beside the one in use."""
    previous = settings.previous_master_key.get_secret_value()
    return bool(previous) and previous != settings.master_key.get_secret_value()


def previous_file(settings: Settings) -> Path:
    """Where the previous master key is kept during a rotation."""
    return settings.data_dir / "keys" / KEY_FILES["previous_master_key"]


def _new_key(settings: Settings) -> Settings:
    """Make the new master key and put it in its file; the settings that go with it."""
    folder, old = settings.data_dir / "keys", settings.master_key.get_secret_value()
    own = settings.fingerprint_key.get_secret_value() or fingerprint_key_of(old)
    new = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode("ascii")
    if read_key_files(folder).get("master_key") != old:
        raise SafekeepingError(_hand_over(folder, old, new, own))
    for name, key in (("previous_master_key", old), ("fingerprint_key", own), ("master_key", new)):
        write_private(folder / KEY_FILES[name], f"{key}\n")
    changes = {"master_key": SecretStr(new), "previous_master_key": SecretStr(old), "fingerprint_key": SecretStr(own)}
    return settings.model_copy(update=changes)


def _hand_over(folder: Path, old: str, new: str, own: str) -> str:
    """Keys given by the environment are changed by whoever gives them: write what to give, and say so."""
    file = folder / "rotation.env"
    lines = (
        f"PARVIS_MASTER_KEY={new}",
        f"PARVIS_PREVIOUS_MASTER_KEY={old}",
        f"PARVIS_FINGERPRINT_KEY={own}",
    )
    write_private(file, "\n".join(lines) + "\n")
    return (
        f"La clé maîtresse vient de l’environnement, qui ne peut pas être changé d’ici. Le fichier {file} contient les "
        "trois variables à y mettre : arrêtez le portail et les envois, changez l’environnement, redémarrez-les, "
        "relancez parvis keys rotate, puis détruisez ce fichier."
    )


def _introduce(database: Database) -> None:
    try:
        with database.writing() as session:
            introduce_master_key(session)
    except VaultError as error:
        raise SafekeepingError(NOT_OURS[error.code]) from None


def _batch(database: Database) -> int:
    try:
        with database.writing() as session:
            return rewrap_batch(session)
    except VaultError as error:
        raise SafekeepingError(NOT_OURS[error.code]) from None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One rotation at a time on a data folder; the lock ends with the process, however it ends."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder / ".rotation.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise SafekeepingError("Une rotation tourne déjà sur ce dossier : attendez qu’elle finisse.") from None
    finally:
        os.close(descriptor)
