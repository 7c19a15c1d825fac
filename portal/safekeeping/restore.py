"""Putting a backup back on an empty place, and proving that nothing is missing.

Everything is prepared beside the place and takes its name at the end, so that a portal never starts on half a restore.
"""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from portal.engine.retention.service import finish_erasures
from portal.ground.audit.service import record
from portal.ground.db import Database
from portal.ground.errors import SettingsError
from portal.ground.permissions import SYSTEM
from portal.ground.settings import KEY_FILES, SECRETS_FILE, Settings, load_settings, read_secrets
from portal.ground.vault.service import (
    append_erasures,
    check_keys,
    count_data_keys,
    install_keys,
    keep_erasures_in,
    read_erasures,
    replay_erasures,
)
from portal.migrations.upgrade import are_heads, head_revision, known_revisions, upgrade_database
from portal.people.identity.service import end_every_session
from portal.records.outbox.service import count_restored, hold_restored
from portal.safekeeping.archive import Archive, open_archive
from portal.safekeeping.databases import put_back, read_counts, refuse_filled
from portal.safekeeping.errors import SafekeepingError
from portal.safekeeping.manifest import ALTERED, KEYS, Manifest
from portal.safekeeping.places import private_folder, sync_folder, write_private
from portal.safekeeping.sealed_keys import open_keys


@dataclass(frozen=True, slots=True)
class Source:
    """What to restore from. ``keys``: a folder of key files, when the archive has none; ``erasures``: further lists."""

    archive: Path
    passphrase: str | None = None
    keys: Path | None = None
    erasures: Sequence[Path] = ()


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, and proven."""

    manifest: Manifest
    upgraded_to: str | None
    data_keys: int
    erased_again: int
    erasures_until: datetime | None
    sessions_ended: int
    held: dict[str, int] = field(default_factory=dict)


def restore(source: Source, into: Path, environ: Mapping[str, str], database_url: str = "") -> Restored:
    """Restore an archive into the data folder ``into``, which must not exist or be empty.

    :param environ: the environment of the portal, for keys and secrets that no file holds.
    :param database_url: where the database goes; by default what the settings say.
    :raises SafekeepingError: with what to do; the data folder is then as it was.
    """
    archive = open_archive(source.archive)
    refuse_unknown_version(archive.manifest)
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise SafekeepingError(f"Le dossier {into} n’est pas vide : restaurez ailleurs, ou mettez-le de côté d’abord.")
    try:
        with private_folder(into.parent, "restauration") as folder:
            stage = folder / "portail"
            stage.mkdir(mode=0o700)
            unpack(archive, source, stage)
            settings = read_settings(stage, environ, database_url)
            install_keys(settings)
            archive.check_seal()
            restored = _restore_database(archive, source, stage, settings)
            _take_place(stage, into)
    except OSError as error:
        raise SafekeepingError(f"La restauration n’a pas pu être écrite ({error.strerror}) : {into.parent}.") from None
    return restored


def refuse_unknown_version(manifest: Manifest) -> None:
    """Make sure that this code knows the tables of the archive.

    :raises SafekeepingError: it does not.
    """
    if not known_revisions().issuperset(manifest.revision.split("+")):
        raise SafekeepingError(
            f"Cette sauvegarde vient d’une autre version de Parvis ({manifest.software}, base {manifest.revision}) : "
            "restaurez-la avec cette version-là, puis mettez à jour."
        )


def unpack(archive: Archive, source: Source, stage: Path) -> None:
    """Put every file of the archive below ``stage``, keys included.

    :raises SafekeepingError: a file is not what it was, or the keys cannot be had.
    """
    sealed = any(member.path == KEYS for member in archive.manifest.members)
    keys: dict[str, str] = {}
    if sealed and source.passphrase is not None:
        keys = open_keys(archive.read(KEYS), source.passphrase, archive.manifest.archive_id)
        if not keys.keys() <= {SECRETS_FILE, *(f"keys/{file}" for file in KEY_FILES.values())}:
            raise SafekeepingError(ALTERED)
    elif sealed and source.keys is None:
        raise SafekeepingError("Les clés de cette sauvegarde sont scellées : donnez la phrase secrète, ou --keys.")
    if source.keys is not None:
        keys |= _keys_in(source.keys)
    archive.unpack(lambda path: None if path == KEYS else stage / path)
    for path, text in keys.items():
        write_private(stage / path, text)


def read_settings(stage: Path, environ: Mapping[str, str], database_url: str) -> Settings:
    """The settings of the restored portal, as it will read them.

    :raises SafekeepingError: a setting, a key or a secret is missing.
    """
    variables = {**read_secrets(stage), **environ, "PARVIS_DATA_DIR": str(stage)}
    variables.pop("PARVIS_CONFIG", None)
    if database_url:
        variables["PARVIS_DATABASE_URL"] = database_url
    try:
        return load_settings(environ=variables)
    except SettingsError as error:
        raise SafekeepingError(f"{error} Rien n’a été restauré.") from None


def _restore_database(archive: Archive, source: Source, stage: Path, settings: Settings) -> Restored:
    manifest, url = archive.manifest, settings.resolved_database_url
    if not url.startswith(manifest.engine):
        raise SafekeepingError(
            f"Cette sauvegarde contient une base {manifest.engine} : désignez-en une de ce type par --database-url."
        )
    refuse_filled(url)
    put_back(stage / manifest.database, url)
    shutil.rmtree((stage / manifest.database).parent)
    if read_counts(url).counts != manifest.counts:
        raise SafekeepingError(
            "La base restaurée n’a pas les lignes que la sauvegarde annonce : ne vous en servez pas."
        )
    upgraded_to = None
    if not are_heads(manifest.revision.split("+")):
        upgraded_to = head_revision()
        upgrade_database(url)
    lists = _all_erasures(stage, source, settings)
    database = Database(url, statement_timeout_ms=0)
    try:
        return _settle(database, manifest, lists, upgraded_to)
    finally:
        database.dispose()


def _settle(database: Database, manifest: Manifest, lists: dict[UUID, datetime], upgraded_to: str | None) -> Restored:
    """Check the keys, erase again, hold what would leave, end the sessions: one transaction."""
    with database.writing() as session:
        if check_keys(session) is not None:
            raise SafekeepingError(
                "Les clés données ne sont pas celles de cette base : il manque sans doute keys/fingerprint.key."
            )
        counted = count_data_keys(session)
        if counted.unreadable:
            raise SafekeepingError(
                f"{counted.unreadable} clés de données ne s’ouvrent pas avec la clé maîtresse donnée : cherchez celle "
                "qui servait le jour de la sauvegarde."
            )
        erased = replay_erasures(session, lists)
        finish_erasures(session, actor=SYSTEM)
        hold_restored(session)
        ended = end_every_session(session)
        record(session, SYSTEM, "backup_restored", details={"archive_id": manifest.archive_id})
        return Restored(
            manifest=manifest,
            upgraded_to=upgraded_to,
            data_keys=counted.openable,
            erased_again=erased,
            erasures_until=max(lists.values(), default=None),
            sessions_ended=ended,
            held=count_restored(session),
        )


def _all_erasures(stage: Path, source: Source, settings: Settings) -> dict[UUID, datetime]:
    """The list of the archive, those given, the one that the settings point at; the restored portal keeps it all."""
    folders = [stage / "erasures", *source.erasures, settings.resolved_erasures_dir]
    merged = {key: instant for folder in folders for instant, key in read_erasures(folder)}
    own = settings.resolved_erasures_dir
    known = {key for _, key in read_erasures(own)}
    append_erasures(own, sorted((instant, key) for key, instant in merged.items() if key not in known))
    keep_erasures_in(own)
    return merged


def _take_place(stage: Path, into: Path) -> None:
    os.sync()  # every file at once, before the name that makes them a portal
    if into.exists():
        into.rmdir()
    stage.rename(into)
    sync_folder(into.parent)


def _keys_in(folder: Path) -> dict[str, str]:
    files = {f"keys/{name}": folder / name for name in KEY_FILES.values()}
    found = {path: file.read_text(encoding="ascii") for path, file in files.items() if file.is_file()}
    if not found:
        raise SafekeepingError(
            f"Le dossier {folder} ne contient aucune clé : master.key et secret.key y sont attendus."
        )
    return found
