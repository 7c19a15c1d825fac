"""Reading a backup from end to end without restoring it anywhere that lasts."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from portal.ground.db import Database
from portal.ground.vault.service import KeyCounts, check_keys, count_data_keys, install_keys
from portal.safekeeping.archive import open_archive
from portal.safekeeping.databases import read_counts
from portal.safekeeping.errors import SafekeepingError
from portal.safekeeping.manifest import Manifest
from portal.safekeeping.restore import Source, read_settings, refuse_unknown_version, unpack


@dataclass(frozen=True, slots=True)
class Verified:
    """What was checked. ``database``: it was opened and counted; ``keys``: what the sealed keys open, when known."""

    manifest: Manifest
    members: int
    database: bool
    keys: KeyCounts | None


def verify_backup(source: Source, environ: Mapping[str, str]) -> Verified:
    """Check every byte of an archive; with its keys, that they open it, and that the portal made it.

    :raises SafekeepingError: it is not good to restore from.
    """
    archive = open_archive(source.archive)
    refuse_unknown_version(archive.manifest)
    with tempfile.TemporaryDirectory(prefix="parvis-verification-") as name:
        stage = Path(name) / "portail"
        stage.mkdir(mode=0o700)
        manifest = archive.manifest
        opened = source.passphrase is not None or source.keys is not None
        if opened:
            unpack(archive, source, stage)
        else:
            archive.unpack(lambda path: stage / path if path == manifest.database else None)
        copy = stage / manifest.database
        readable = manifest.engine == "sqlite"
        if readable and read_counts(f"sqlite:///{copy}").counts != manifest.counts:
            raise SafekeepingError("La base sauvegardée n’a pas les lignes que la sauvegarde annonce.")
        keys = None
        if opened:
            install_keys(read_settings(stage, environ, f"sqlite:///{copy}"))
            archive.check_seal()
            keys = _try_keys(copy) if readable else None
    return Verified(manifest, len(manifest.members), readable, keys)


def _try_keys(copy: Path) -> KeyCounts:
    database = Database(f"sqlite:///{copy}")
    try:
        with database.reading() as session:
            counted = count_data_keys(session)
            if counted.unreadable or check_keys(session) is not None:
                raise SafekeepingError("Les clés de cette sauvegarde n’ouvrent pas sa base : elle ne suffit pas.")
            return counted
    finally:
        database.dispose()
