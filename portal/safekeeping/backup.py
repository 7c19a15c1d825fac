"""Making a backup: database, then files, then keys, in one archive.

The database is copied first. A file is stored before the row that names it, so that each row of the copy finds its file
afterwards; the other way round, a request sent meanwhile would be restored without its documents. A file stored since
has no row: it is swept one day, and harms nobody.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from importlib.metadata import version
from pathlib import Path

from portal.ground import clock
from portal.ground.db import Database, new_id
from portal.ground.settings import KEY_FILES, SECRETS_FILE, Settings
from portal.ground.vault.service import master_key_id, record_missing_erasures
from portal.safekeeping.databases import Snapshot, copy_database
from portal.safekeeping.errors import SafekeepingError
from portal.safekeeping.manifest import CONFIG, DATABASES, KEYS, Manifest
from portal.safekeeping.places import private_folder, sync_folder
from portal.safekeeping.sealed_keys import seal_keys
from portal.safekeeping.writing import ArchiveWriter


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made."""

    path: Path
    size: int
    manifest: Manifest


def make_backup(settings: Settings, database: Database, target: Path, passphrase: str | None) -> Backup:
    """Write the whole portal into one archive, while it runs.

    :param target: a folder, or the name of a file that does not exist yet.
    :param passphrase: seals the keys into the archive; None leaves them out.
    :raises SafekeepingError: with what to do. Nothing that looks like a backup is then left.
    """
    at = clock.now().astimezone(UTC)
    file = target / f"parvis-{at:%Y%m%dT%H%M%SZ}.tar" if target.is_dir() else target
    if file.exists():
        raise SafekeepingError(f"Le fichier {file} existe déjà : donnez un autre nom, rien n’a été écrit.")
    if not file.parent.is_dir():
        raise SafekeepingError(f"Le dossier {file.parent} n’existe pas : créez-le, ou choisissez-en un autre.")
    try:
        with private_folder(file.parent, "sauvegarde") as folder:
            manifest = _write(folder, settings, database, passphrase)
            _publish(folder / "archive", file)
    except OSError as error:
        raise SafekeepingError(f"La sauvegarde n’a pas pu être écrite ({error.strerror}) : {file.parent}.") from None
    return Backup(file, file.stat().st_size, manifest)


def _write(folder: Path, settings: Settings, database: Database, passphrase: str | None) -> Manifest:
    copy, archive_id, at = folder / "database", str(new_id()), clock.now()
    snapshot = copy_database(database.url, copy)
    with os.fdopen(os.open(folder / "archive", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        writer = ArchiveWriter(stream)
        if passphrase is not None:
            writer.add_bytes(KEYS, seal_keys(keys_to_keep(settings), passphrase, archive_id))
        writer.add_file(DATABASES[database.dialect], copy)
        vanished = _add_files(writer, settings)
        _add_erasures(writer, settings, database)
        manifest = writer.close(
            {
                "archive_id": archive_id,
                "created_at": at.isoformat(),
                "software": version("parvis"),
                "engine": database.dialect,
                "with_keys": passphrase is not None,
                "master_key_id": master_key_id(),
                "vanished": vanished,
                **_as_values(snapshot),
            },
            master_key_id(),
        )
        stream.flush()
        os.fsync(stream.fileno())
    return manifest


def keys_to_keep(settings: Settings) -> dict[str, str]:
    """What opens the contents and lets the portal start: the keys, wherever they come from, and ``secrets.env``."""
    keys = {f"keys/{file}": getattr(settings, name).get_secret_value() for name, file in KEY_FILES.items()}
    kept = {path: f"{key}\n" for path, key in keys.items() if key}
    secrets = settings.data_dir / SECRETS_FILE
    if secrets.is_file():
        kept[SECRETS_FILE] = secrets.read_text(encoding="utf-8")
    return kept


def config_file(settings: Settings) -> Path:
    """The file that the settings were read from."""
    return Path(os.environ.get("PARVIS_CONFIG") or settings.data_dir / CONFIG)


def _as_values(snapshot: Snapshot) -> dict[str, object]:
    return {"revision": snapshot.revision, "counts": snapshot.counts}


def _add_files(writer: ArchiveWriter, settings: Settings) -> int:
    """Documents, receipts and settings; returns how many files were erased between being seen and being read."""
    vanished = 0
    for folder in ("documents", "receipts"):
        for file in _files_below(settings.data_dir / folder):
            vanished += not writer.add_file(file.relative_to(settings.data_dir).as_posix(), file)
    if config_file(settings).is_file():
        writer.add_file(CONFIG, config_file(settings))
    return vanished


def _add_erasures(writer: ArchiveWriter, settings: Settings, database: Database) -> None:
    """Last, so that what was erased while the archive was made is in the list."""
    with database.reading() as session:
        record_missing_erasures(session)
    for file in sorted(settings.resolved_erasures_dir.glob("????-??.txt")):
        writer.add_bytes(f"erasures/{file.name}", file.read_bytes())


def _files_below(folder: Path) -> Iterator[Path]:
    """Regular files, in an order that never changes; what is being written aside (a leading dot) is left out."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            file = Path(place) / name
            if not name.startswith(".") and file.is_file() and not file.is_symlink():
                yield file


def _publish(archive: Path, file: Path) -> None:
    """Give the archive its name, once it is whole and on disk; never over another one."""
    try:
        os.link(archive, file)
    except FileExistsError:
        raise SafekeepingError(f"Le fichier {file} existe déjà : donnez un autre nom, rien n’a été écrit.") from None
    except OSError:  # a file system without links
        archive.rename(file)
    sync_folder(file.parent)
