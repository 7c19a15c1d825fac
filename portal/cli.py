"""The operator's commands: ``parvis …``. Messages in French."""

import signal
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import TextIO

import click

from portal.ground import logs
from portal.ground.db import Database
from portal.ground.errors import SettingsError
from portal.ground.settings import Settings, command_environment, load_settings
from portal.ground.vault.service import install_keys
from portal.safekeeping.commands import add_commands


def _open() -> tuple[Settings, Database]:
    try:
        settings = load_settings(environ=command_environment())
    except SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    install_keys(settings)
    return settings, Database(settings.resolved_database_url, statement_timeout_ms=60_000)


@click.group()
def main() -> None:
    """Parvis, portail de relation usager : commandes d’exploitation."""


@main.command("upgrade-db")
def upgrade_db() -> None:
    """Amener la base de données à la version du logiciel."""
    from portal.migrations.upgrade import upgrade_database
    from portal.safekeeping.errors import SafekeepingError
    from portal.safekeeping.rotation import adopt

    settings, database = _open()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    upgrade_database(database.url)
    try:
        adopt(database)
    except SafekeepingError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    click.echo("La base de données est à jour.")


@main.command()
@click.option(
    "--size",
    type=click.Choice(["empty", "tiny", "small", "town", "medium", "large"]),
    default="town",
    show_default=True,
)
def seed(size: str) -> None:
    """Créer la commune d’exemple, si la base est vide."""
    from portal.seed import plant

    settings, database = _open()
    planted = plant(settings, database, size=size)
    if planted is None:
        click.echo("La base contient déjà une commune : rien n’a été changé.")
    else:
        click.echo(f"La commune d’exemple est prête : {planted} demandes.")


@main.command()
def worker() -> None:
    """Transmettre les demandes et les courriels ; s’arrête proprement sur Ctrl-C."""
    from portal.app import run_worker

    settings, database = _open()
    logs.configure()
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    run_worker(settings, database, stop)


@main.command("import-procedure")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--publish", is_flag=True, help="La rendre visible des habitants.")
def import_procedure_file(file: Path, publish: bool) -> None:
    """Importer une démarche depuis un fichier YAML ou JSON."""
    from portal.casework.catalogue.service import import_procedure, parse_document
    from portal.casework.catalogue.simplified import without_twin
    from portal.ground.errors import Invalid
    from portal.ground.permissions import SYSTEM

    settings, database = _open()
    try:
        with database.writing() as session:
            document = parse_document(file.read_text(encoding="utf-8"))
            view = import_procedure(
                session, document, publish=publish, actor=SYSTEM, connections=settings.connections.keys()
            )
    except Invalid as error:
        for place, sentence in error.fields.items():
            click.echo(f"{place} : {sentence}", err=True)
        sys.exit(1)
    finally:
        database.dispose()
    missing = without_twin(view.document)
    if missing:
        click.echo(f"À écrire en français simplifié (fr@falc) : {', '.join(missing)}.", err=True)
    click.echo(f"Démarche « {view.title} », version {view.version}, {'publiée' if publish else 'en brouillon'}.")


@main.command("import-communes")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_communes_file(file: Path) -> None:
    """Reprendre la liste officielle des communes, depuis un fichier JSON de l’API Découpage administratif."""
    from portal.records.territory.interchange import FileRefused, read_rows, say_count
    from portal.records.territory.service import count_communes, import_communes

    _settings, database = _open()
    try:
        rows = read_rows(file)
        with database.writing() as session:
            done = import_communes(session, rows)
            known = count_communes(session)
    except FileRefused as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    finally:
        database.dispose()
    click.echo(say_count(done, known), err=done.is_empty)
    sys.exit(1 if done.is_empty else 0)


@main.command("add-administrator")
@click.option("--name", required=True, help="Prénom et nom.")
@click.option("--email", required=True, help="Adresse professionnelle, celle que ProConnect transmet.")
@click.option("--siret", required=True, help="SIRET de l’employeur.")
def add_administrator(name: str, email: str, siret: str) -> None:
    """Ouvrir un accès d’administrateur : le premier, ou quand plus personne ne peut entrer."""
    from portal.ground.errors import Conflict, Invalid, NotFound
    from portal.people.accounts.service import appoint_administrator

    settings, database = _open()
    try:
        with database.writing() as session:
            made = appoint_administrator(session, name=name, email=email, siret=siret, configured=settings.agent_sirets)
    except Invalid as refused:
        click.echo(" ".join(refused.fields.values()), err=True)
        sys.exit(1)
    except (Conflict, NotFound) as refused:
        known = "Un agent a déjà ce SIRET et cette adresse : rien n’a été changé."
        missing = "La base ne contient pas encore de collectivité : lancez d’abord « parvis seed »."
        click.echo(known if isinstance(refused, Conflict) else missing, err=True)
        sys.exit(1)
    finally:
        database.dispose()
    click.echo(f"{made.display_name} peut s’identifier avec ProConnect, avec deux facteurs.")


@main.group()
def journal() -> None:
    """Le journal de ce qui a été lu et fait : le sceller, le vérifier."""


@journal.command("verify")
@click.option(
    "--kept",
    type=click.File(encoding="utf-8"),
    help="Fichier des sceaux gardés ailleurs, un par ligne, comme les écrit « parvis journal seal ».",
)
def verify_journal(kept: TextIO | None) -> None:
    """Relire toute la chaîne ; nommer la première ligne modifiée, retirée ou ajoutée, et finir alors par 1."""
    from portal.ground.audit.operating import read_kept_seals, say_report
    from portal.ground.audit.service import verify

    try:
        seals = read_kept_seals(kept or ())
    except ValueError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    _settings, database = _open()
    try:
        with database.reading() as session:
            report = verify(session, kept=seals)
    finally:
        database.dispose()
    click.echo(say_report(report), err=report.finding is not None)
    sys.exit(1 if report.finding else 0)


@journal.command("seal")
def seal_journal_now() -> None:
    """Sceller ce qui attend, puis écrire le dernier sceau : une ligne par jour à garder hors du portail."""
    from portal.ground.audit.job import seal_journal
    from portal.ground.audit.operating import say_seal
    from portal.ground.audit.service import last_seal

    _settings, database = _open()
    try:
        seal_journal(database)
        with database.reading() as session:
            head = last_seal(session)
    finally:
        database.dispose()
    click.echo(say_seal(head) if head else "Le journal est vide : il n’y a rien à sceller.", err=head is None)


main.add_command(verify_journal, "verify-journal")
add_commands(main)


if __name__ == "__main__":
    main()
