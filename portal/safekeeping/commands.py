"""The operator's commands: ``parvis backup``, ``verify-backup``, ``restore``, ``release-deliveries``, ``keys``."""

import os
import sys
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn

import click
from sqlalchemy.exc import SQLAlchemyError

from portal.ground import clock
from portal.ground.db import Database
from portal.ground.errors import Busy, SettingsError
from portal.ground.settings import Settings, command_environment, load_settings
from portal.ground.vault.service import install_keys
from portal.records.outbox.service import count_restored, release_restored
from portal.safekeeping import rotation
from portal.safekeeping.backup import make_backup
from portal.safekeeping.errors import SafekeepingError
from portal.safekeeping.manifest import Manifest
from portal.safekeeping.restore import Restored, Source, restore
from portal.safekeeping.sealed_keys import check_passphrase
from portal.safekeeping.verify import verify_backup

PASSPHRASE = "PARVIS_BACKUP_PASSPHRASE"  # noqa: S105  the name of a variable
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)

passphrase_option = click.option(
    "--passphrase-file", type=FILE, help=f"Fichier dont la première ligne est la phrase secrète (sinon {PASSPHRASE})."
)


def add_commands(main: click.Group) -> None:
    """Put these commands under ``parvis``."""
    for command in (backup, verify, restore_backup, release_deliveries, keys):
        main.add_command(command)


def told_plainly(command: Callable[..., None]) -> Callable[..., None]:
    """What stops a command is one sentence on the error stream, and exit code 1."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        os.umask(0o077)  # what these commands write is its owner’s alone
        try:
            command(*arguments, **options)
        except (SafekeepingError, SettingsError) as error:
            _refuse(str(error))
        except OSError as error:
            _refuse(f"Un fichier ne peut pas être lu ou écrit ({error.strerror}) : {error.filename}.")
        except (SQLAlchemyError, Busy):
            _refuse("La base ne répond pas, ou n’est pas à jour : lancez parvis upgrade-db, puis recommencez.")

    return run


def _refuse(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(1)


def open_portal() -> tuple[Settings, Database]:
    """The settings, with their keys installed, and the database.

    :raises SettingsError: the configuration is unusable.
    """
    settings = load_settings(environ=command_environment())
    install_keys(settings)
    return settings, Database(settings.resolved_database_url, statement_timeout_ms=600_000)


@click.command("backup")
@click.argument("target", metavar="FICHIER_OU_DOSSIER", type=click.Path(path_type=Path))
@click.option("--without-keys", is_flag=True, help="Ne pas y mettre les clés : à garder vous-même, ailleurs.")
@passphrase_option
@told_plainly
def backup(target: Path, without_keys: bool, passphrase_file: Path | None) -> None:
    """Sauvegarder la base, les fichiers et les clés, sans arrêter le portail."""
    passphrase = None if without_keys else _passphrase(passphrase_file, new=True)
    settings, database = open_portal()
    made = make_backup(settings, database, target, passphrase)
    click.echo(f"La sauvegarde est faite : {made.path} ({_size(made.size)}).")
    _tell_contents(made.manifest)
    if without_keys:
        click.echo(
            f"Elle ne contient pas les clés. Gardez ailleurs le dossier {settings.data_dir / 'keys'} et les secrets "
            f"des connexions (secrets.env) : sans la clé maîtresse {made.manifest.master_key_id}, elle est illisible."
        )
    else:
        click.echo("Les clés y sont, scellées par la phrase secrète : gardez cette phrase ailleurs que la sauvegarde.")


@click.command("verify-backup")
@click.argument("archive", metavar="SAUVEGARDE", type=click.Path(path_type=Path))
@click.option("--keys", "key_folder", type=FOLDER, help="Dossier des clés, si la sauvegarde n’en contient pas.")
@passphrase_option
@told_plainly
def verify(archive: Path, key_folder: Path | None, passphrase_file: Path | None) -> None:
    """Relire une sauvegarde d’un bout à l’autre, et essayer ses clés quand elles sont données."""
    source = Source(archive, _passphrase(passphrase_file, optional=True), key_folder)
    found = verify_backup(source, os.environ)
    click.echo(f"La sauvegarde est entière : {found.members} éléments relus, aucun n’a changé.")
    _tell_contents(found.manifest)
    if not found.database:
        click.echo("La base PostgreSQL n’a pas été ouverte : seul un exercice de restauration le fait.")
    if found.keys is not None:
        click.echo(f"Les clés ouvrent cette base : {found.keys.openable} clés de données essayées, toutes bonnes.")
    elif source.passphrase is None and key_folder is None:
        click.echo("Les clés n’ont pas été essayées : donnez la phrase secrète pour le faire.")


@click.command("restore")
@click.argument("archive", metavar="SAUVEGARDE", type=click.Path(path_type=Path))
@click.option("--into", type=click.Path(path_type=Path), help="Dossier des données, absent ou vide.")
@click.option("--database-url", default="", help="Base vide à remplir, si ce n’est pas celle des réglages.")
@click.option("--keys", "key_folder", type=FOLDER, help="Dossier des clés, si la sauvegarde n’en contient pas.")
@click.option("--erasures", type=FOLDER, multiple=True, help="Liste des effacements faits depuis la sauvegarde.")
@passphrase_option
@told_plainly
def restore_backup(
    archive: Path,
    into: Path | None,
    database_url: str,
    key_folder: Path | None,
    erasures: tuple[Path, ...],
    passphrase_file: Path | None,
) -> None:
    """Remettre une sauvegarde à une place vide, et prouver que rien ne manque."""
    place = (into or Path(os.environ.get("PARVIS_DATA_DIR") or "instance")).absolute()
    passphrase = None if key_folder else _passphrase(passphrase_file, optional=not sys.stdin.isatty())
    done = restore(Source(archive, passphrase, key_folder, erasures), place, os.environ, database_url)
    click.echo(f"La sauvegarde est restaurée dans {place}.")
    _tell_contents(done.manifest)
    _tell_restored(done)


@click.command("release-deliveries")
@click.option("--lane", "lanes", multiple=True, metavar="CONNEXION", help="Seulement cette connexion ; répétable.")
@click.option("--all", "every", is_flag=True, help="Toutes les connexions.")
@click.option("--nothing-left-since", is_flag=True, help="Le portail était arrêté : rien n’est parti depuis.")
@told_plainly
def release_deliveries(lanes: tuple[str, ...], every: bool, nothing_left_since: bool) -> None:
    """Laisser partir les envois retenus par une restauration ; sans option, dire combien il y en a."""
    _settings, database = open_portal()
    with database.writing() as session:
        held = count_restored(session)
        chosen = list(held) if every else [lane for lane in lanes if lane in held]
        released = sum(release_restored(session, lane, doubtful=not nothing_left_since) for lane in chosen)
    if not every and not lanes:
        _tell_held(held)
        return
    click.echo(f"{_count(released, 'envoi relâché', 'envois relâchés')}.")
    if released and not nothing_left_since:
        click.echo(
            "Les demandes repartent avec leur clé d’idempotence. Les courriels ont pu partir depuis la sauvegarde : "
            "chacun attend une personne, à la page /agents/envois."
        )


@click.group("keys")
def keys() -> None:
    """La clé maîtresse."""


@keys.command("rotate")
@click.option("--finish", is_flag=True, help="Terminer : retirer l’ancienne clé.")
@told_plainly
def rotate(finish: bool) -> None:
    """Changer de clé maîtresse, portail en marche ; à relancer après une interruption."""
    settings, database = open_portal()
    if finish:
        retired = rotation.finish(settings, database)
        click.echo(f"La rotation est terminée : {_count(retired, 'ancienne clé retirée', 'anciennes clés retirées')}.")
        click.echo("Faites une sauvegarde. Celles d’avant, si elles sont sans clés, ont encore besoin de l’ancienne.")
        if settings.previous_master_key.get_secret_value() == os.environ.get("PARVIS_PREVIOUS_MASTER_KEY"):
            click.echo("Retirez PARVIS_PREVIOUS_MASTER_KEY de l’environnement.")
        return
    done = rotation.rotate(settings, database)
    begun = "La rotation a repris" if done.resumed else "Une nouvelle clé maîtresse est en place"
    click.echo(f"{begun} ({done.master_key_id}) : {_count(done.wrapped, 'clé', 'clés')} de données remises sous elle.")
    click.echo(
        "L’ancienne est encore acceptée. Quand /readyz répond « ok » partout, lancez parvis keys rotate --finish."
    )


def _passphrase(file: Path | None, *, new: bool = False, optional: bool = False) -> str | None:
    """The passphrase, from a file, the environment or the keyboard."""
    if file is not None:
        return check_passphrase((file.read_text(encoding="utf-8").splitlines() or [""])[0].strip())
    if os.environ.get(PASSPHRASE):
        return check_passphrase(os.environ[PASSPHRASE])
    if optional:
        return None
    if not sys.stdin.isatty():
        raise SafekeepingError(f"Donnez la phrase secrète par --passphrase-file ou {PASSPHRASE}, ou --without-keys.")
    asked: str = click.prompt(
        "Phrase secrète", hide_input=True, confirmation_prompt="Encore une fois" if new else False
    )
    return check_passphrase(asked)


def _tell_contents(manifest: Manifest) -> None:
    counts = manifest.counts
    click.echo(
        f"Elle date du {clock.local(datetime.fromisoformat(manifest.created_at)):%d/%m/%Y à %H:%M:%S} et contient "
        f"{_count(counts.get('service_request', 0), 'demande', 'demandes')}, "
        f"{_count(sum(counts.values()), 'ligne', 'lignes')} dans {len(counts)} tables, "
        f"{_count(len(manifest.files_below('documents')), 'document', 'documents')}, "
        f"{_count(len(manifest.files_below('receipts')), 'accusé', 'accusés')} de réception."
    )
    if manifest.vanished:
        click.echo(f"Effacés pendant qu’elle se faisait : {_count(manifest.vanished, 'fichier', 'fichiers')}.")


def _tell_restored(done: Restored) -> None:
    click.echo("Chaque table a le nombre de lignes annoncé, chaque fichier son empreinte.")
    click.echo(f"Clés de données ouvertes par la clé maîtresse : {done.data_keys}, sans exception.")
    if done.upgraded_to:
        click.echo(f"La base a été mise au niveau du logiciel ({done.upgraded_to}).")
    until = f"{clock.local(done.erasures_until):%d/%m/%Y à %H:%M:%S}" if done.erasures_until else None
    click.echo(
        f"Effacements rejoués : {done.erased_again} (liste arrêtée au {until})."
        if until
        else "Aucune liste d’effacements n’a été trouvée : ceux faits depuis la sauvegarde sont à refaire."
    )
    click.echo(f"Sessions fermées : {done.sessions_ended}. Chacun se reconnectera.")
    _tell_held(done.held)


def _tell_held(held: dict[str, int]) -> None:
    if not held:
        click.echo("Aucun envoi n’est retenu.")
        return
    lanes = ", ".join(f"{lane} ({count})" for lane, count in held.items())
    click.echo(f"Envois retenus, car ils ont pu partir depuis la sauvegarde : {lanes}.")
    click.echo("Pour les laisser partir : parvis release-deliveries --all, ou --lane CONNEXION.")


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {many if number > 1 else one}"


def _size(octets: int) -> str:
    value, units = float(octets), ["octets", "Ko", "Mo", "Go", "To"]
    while value >= 1_000 and len(units) > 1:
        value, units = value / 1_000, units[1:]
    return f"{value:.1f} {units[0]}".replace(".", ",")
