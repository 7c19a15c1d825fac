"""A consistent copy of the database while the portal runs, and putting it back.

SQLite: its online backup. PostgreSQL: ``pg_dump`` and ``pg_restore``, which must be on the machine.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, inspect, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from portal.safekeeping.errors import SafekeepingError
from portal.safekeeping.places import make_private

VERSION_TABLE = "alembic_version"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a copy holds: the revision of its tables (``+`` between those of several branches), each one's rows."""

    revision: str
    counts: dict[str, int]


def copy_database(url: str, target: Path) -> Snapshot:
    """Copy the database into the new file ``target``, as it is at one instant.

    :raises SafekeepingError: it cannot be copied.
    """
    target.touch(mode=0o600, exist_ok=False)
    if make_url(url).get_backend_name() == "sqlite":
        return _copy_sqlite(Path(str(make_url(url).database)), target)
    return _dump_postgresql(url, target)


def refuse_filled(url: str) -> None:
    """Make sure that nothing would be overwritten.

    :raises SafekeepingError: the database exists and is not empty, or cannot be reached.
    """
    if make_url(url).get_backend_name() == "sqlite":
        file = Path(str(make_url(url).database))
        if file.exists():
            raise SafekeepingError(f"La base {file} existe déjà : restaurez ailleurs, ou mettez-la de côté d’abord.")
        return
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            filled = inspect(connection).get_table_names()
    except SQLAlchemyError:
        raise SafekeepingError("La base PostgreSQL ne répond pas : vérifiez PARVIS_DATABASE_URL.") from None
    finally:
        engine.dispose()
    if filled:
        raise SafekeepingError(
            "La base PostgreSQL n’est pas vide : créez-en une nouvelle et désignez-la par PARVIS_DATABASE_URL."
        )


def put_back(copy: Path, url: str) -> None:
    """Fill the empty database at ``url`` with a copy, whole or not at all.

    :raises SafekeepingError: it could not be.
    """
    if make_url(url).get_backend_name() == "sqlite":
        target = Path(str(make_url(url).database))
        if copy != target:
            make_private(target.parent)
            shutil.move(copy, target)
        return
    _run(
        "pg_restore",
        ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", "--dbname", _address(url)],
        url,
        [str(copy)],
    )


def read_counts(url: str) -> Snapshot:
    """The revision and the rows of a database.

    :raises SafekeepingError: SQLite finds the file damaged.
    """
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite" and connection.execute(text("PRAGMA quick_check")).scalar() != "ok":
                raise SafekeepingError("La copie de la base SQLite est endommagée.")
            return _count(connection)
    finally:
        engine.dispose()


def _copy_sqlite(source: Path, target: Path) -> Snapshot:
    if not source.is_file():
        raise SafekeepingError(f"La base {source} n’existe pas : il n’y a rien à sauvegarder.")
    origin, copy = sqlite3.connect(source, timeout=30), sqlite3.connect(target)
    try:
        origin.backup(copy)  # in one read transaction: those who write are not stopped, and do not make it start again
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, with no journal beside it
    except sqlite3.Error as error:
        raise SafekeepingError(
            f"La base {source} n’a pas pu être copiée ({error}) : rien n’a été sauvegardé."
        ) from None
    finally:
        copy.close()
        origin.close()
    return read_counts(f"sqlite:///{target}")


def _dump_postgresql(url: str, target: Path) -> Snapshot:
    """Rows are counted in the very snapshot that is dumped."""
    engine = create_engine(url, isolation_level="REPEATABLE READ")
    try:
        with engine.connect() as connection:
            snapshot = str(connection.execute(text("SELECT pg_export_snapshot()")).scalar_one())
            counted = _count(connection)
            options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
            _run("pg_dump", [*options, "--file", str(target), "--dbname", _address(url)], url)
    except SQLAlchemyError:
        raise SafekeepingError("La base PostgreSQL ne répond pas : vérifiez PARVIS_DATABASE_URL.") from None
    finally:
        engine.dispose()
    return counted


def _count(connection: Connection) -> Snapshot:
    tables = sorted(set(inspect(connection).get_table_names()) - {VERSION_TABLE})
    quote = connection.dialect.identifier_preparer.quote
    counts = {
        table: int(connection.execute(text(f"SELECT count(*) FROM {quote(table)}")).scalar_one())  # noqa: S608  names of tables of ours
        for table in tables
    }
    versions = connection.scalars(text(f"SELECT version_num FROM {VERSION_TABLE}")).all() if tables else []  # noqa: S608  same
    if not versions:
        raise SafekeepingError("La base n’a pas encore ses tables : lancez d’abord parvis upgrade-db.")
    return Snapshot("+".join(sorted(map(str, versions))), counts)


def _run(program: str, arguments: list[str], url: str, last: Iterable[str] = ()) -> None:
    found = shutil.which(program)
    if found is None:
        raise SafekeepingError(
            f"La commande {program} est introuvable : installez les outils clients de PostgreSQL, de la version du "
            "serveur ou plus récents."
        )
    password = make_url(url).password
    environment = {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}
    ended = subprocess.run(  # noqa: S603  a program of PostgreSQL, with our arguments
        [found, *arguments, *last], env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if ended.returncode != 0:
        lines = ended.stderr.decode("utf-8", "replace").strip().splitlines() or [f"code {ended.returncode}"]
        raise SafekeepingError(f"La commande {program} a échoué : {lines[-1]}")


def _address(url: str) -> str:
    """The address for the programs of PostgreSQL; its password goes by the environment."""
    full = make_url(url)
    bare = URL.create("postgresql", full.username, None, full.host, full.port, full.database, full.query)
    return bare.render_as_string(hide_password=False)
