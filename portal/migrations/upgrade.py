"""Bringing a database to the version of the code."""

import os
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine

from portal.casework.catalogue.journeys import load_journeys
from portal.ground.db import Database

HERE = Path(__file__).resolve().parent
TRUNK = "portal"


def config(connection: Connection | None = None) -> Config:
    """The Alembic configuration: the portal's history, and a branch for each installed journey that owns tables.

    The migrations of a journey are in ``<package>/migrations``. Its first one has a ``branch_labels`` of its own, no
    ``down_revision``, and ``depends_on`` the revision of the portal whose tables it refers to.
    """
    made = Config()
    made.set_main_option("script_location", str(HERE))
    made.set_main_option("path_separator", "os")
    made.set_main_option("version_locations", os.pathsep.join(map(str, (HERE / "versions", *_branches()))))
    made.attributes["connection"] = connection
    return made


def _branches() -> list[Path]:
    folders = [Path(str(files(journey.package))) / "migrations" for journey in load_journeys()]
    return [folder for folder in folders if folder.is_dir()]


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(config())


def upgrade_database(url: str, revision: str = "heads") -> None:
    """Run the migrations up to ``revision``, every branch by default. Safe to call again."""
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            command.upgrade(config(connection), revision)
    finally:
        engine.dispose()


def downgrade_database(url: str, revision: str) -> None:
    """Run the migrations down to ``revision``."""
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            command.downgrade(config(connection), revision)
    finally:
        engine.dispose()


def is_current(database: Database) -> bool:
    """True when the database is at the heads of the migrations of this code."""
    with database.engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_heads()
    return are_heads(found)


def are_heads(revisions: Sequence[str]) -> bool:
    """True when a database with these revisions needs no migration."""
    return _effective(revisions) == _effective(_scripts().get_heads())


def _effective(revisions: Sequence[str]) -> frozenset[str]:
    """These revisions and all that they stand on: a revision that another one depends on may go unwritten."""
    known = _scripts()
    return frozenset(one.revision for start in revisions for one in known.iterate_revisions(start, "base"))


def head_revision() -> str:
    """The revision of the portal's own history that this code expects."""
    return str(_scripts().get_revision(f"{TRUNK}@head").revision)


def known_revisions() -> frozenset[str]:
    """Every revision that this code can start from."""
    return frozenset(script.revision for script in _scripts().walk_revisions())
