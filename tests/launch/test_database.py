"""Whether a database needs its migrations, asked to the files alone."""

from pathlib import Path

from sqlalchemy import create_engine, make_url

from portal.launcher import database
from portal.migrations.upgrade import upgrade_database


def test_the_heads_are_those_that_a_migrated_database_says(tmp_path: Path):
    upgrade_database(f"sqlite:///{tmp_path / 'parvis.sqlite3'}")
    assert database.heads() == database.versions_in(tmp_path / "parvis.sqlite3")


def test_a_migration_that_another_follows_is_no_head(tmp_path: Path):
    (tmp_path / "a.py").write_text('revision = "a"\ndown_revision = None\n')
    (tmp_path / "b.py").write_text('revision: str = "b"\ndown_revision: str | None = "a"\n')
    (tmp_path / "c.py").write_text("revision = 'c'\ndown_revision = ('b', 'x')\n")
    assert database.heads([tmp_path]) == {"c"}


def test_a_migration_that_another_depends_on_is_no_head(tmp_path: Path):
    trunk, branch = tmp_path / "trunk", tmp_path / "branch"
    for folder, text in {
        trunk: 'revision = "0002"\ndown_revision = None\n',
        branch: 'revision = "votes_0001"\ndown_revision = None\ndepends_on = "0002"\n',
    }.items():
        folder.mkdir()
        (folder / "first.py").write_text(text)
    assert database.heads([trunk, branch]) == {"votes_0001"}


def test_only_a_migrated_file_is_current(tmp_path: Path):
    file = tmp_path / "parvis.sqlite3"
    assert database.is_current(tmp_path, {}, {}) is False
    file.touch()
    assert database.is_current(tmp_path, {}, {}) is False
    upgrade_database(f"sqlite:///{file}")
    assert database.is_current(tmp_path, {}, {}) is True
    assert database.is_current(tmp_path, {"PARVIS_DATABASE_URL": "postgresql+psycopg://ailleurs"}, {}) is False


def test_an_older_database_is_not_current(tmp_path: Path):
    file = tmp_path / "parvis.sqlite3"
    engine = create_engine(make_url(f"sqlite:///{file}"))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('avant')")
    engine.dispose()
    assert database.is_current(tmp_path, {}, {}) is False
