"""``parvis journal``: what the operator reads, and the exit code that a timer looks at."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from portal.cli import main
from portal.ground.audit.operating import read_kept_seals
from portal.ground.audit.service import record
from portal.ground.db import Database, allow_changes, allow_truncation
from portal.ground.permissions import SYSTEM
from tests.conftest import MASTER_KEY


@pytest.fixture
def run(database: Database, tmp_path: Path) -> "Runner":
    """The command line on this database, with three lines in the journal."""
    with database.writing() as session:
        for number in range(3):
            record(session, SYSTEM, "procedure_published", details={"version": str(number)})
    return Runner(database, tmp_path)


class Runner:
    """Runs ``parvis`` in this process."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.environ = {
            "PARVIS_DATA_DIR": str(folder),
            "PARVIS_DATABASE_URL": database.url,
            "PARVIS_MASTER_KEY": MASTER_KEY,
            "PARVIS_SECRET_KEY": "test-only-" + "k" * 40,
        }

    def __call__(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, arguments, env=self.environ)


def tamper(database: Database, statement: str) -> None:
    with database.engine.begin() as connection:
        for table in ("audit_entry", "audit_seal"):
            for lift in (*allow_truncation(table, database.dialect), *allow_changes(table, database.dialect)):
                connection.execute(text(lift))
        connection.execute(text(statement))


def test_a_journal_that_holds(run: Runner) -> None:
    before = run("journal", "verify")
    assert before.exit_code == 0
    assert before.stdout == "Le journal est intact : 0 ligne scellée tient. En attente de scellement : 3.\n"
    sealed = run("journal", "seal")
    assert sealed.exit_code == 0
    day, position, seal = sealed.stdout.split()
    assert (len(day), position, len(seal)) == (10, "3", 64)
    for command in (("journal", "verify"), ("verify-journal",)):
        after = run(*command)
        assert after.exit_code == 0
        assert after.stdout == f"Le journal est intact : 3 lignes scellées tiennent. Dernier sceau : 3 {seal}.\n"


def test_the_first_altered_line_is_named_and_the_exit_code_is_one(run: Runner, database: Database) -> None:
    run("journal", "seal")
    with database.reading() as session:
        second = session.execute(text("SELECT entry_id FROM audit_seal WHERE position = 2")).scalar_one()
    tamper(
        database, "UPDATE audit_entry SET action = 'x' WHERE id IN (SELECT entry_id FROM audit_seal WHERE position > 1)"
    )
    outcome = run("journal", "verify")
    assert outcome.exit_code == 1
    assert outcome.stdout == ""
    named = str(second).replace("-", "")
    assert named in outcome.stderr.replace("-", "")
    assert outcome.stderr.startswith("La ligne 2 (")
    assert outcome.stderr.endswith("a été modifiée ou déplacée. Avant elle, 1 ligne scellée tient.\n")


def test_seals_kept_elsewhere_tell_that_the_end_was_cut(run: Runner, database: Database, tmp_path: Path) -> None:
    file = tmp_path / "sceaux.txt"
    file.write_text(run("journal", "seal").stdout + "\n", encoding="utf-8")
    assert run("journal", "verify", "--kept", str(file)).exit_code == 0
    tamper(database, "DELETE FROM audit_seal WHERE position = 3")
    outcome = run("journal", "verify", "--kept", str(file))
    assert outcome.exit_code == 1
    assert "La ligne 3 était scellée et ne l’est plus" in outcome.stderr


@pytest.mark.parametrize("line", ["bonjour", "2026-11-25 3", f"2026-11-25 -3 {'a' * 64}", f"3 {'A' * 64}"])
def test_a_file_that_holds_something_else_is_refused(run: Runner, tmp_path: Path, line: str) -> None:
    file = tmp_path / "sceaux.txt"
    file.write_text(f"\n{line}\n", encoding="utf-8")
    outcome = run("journal", "verify", "--kept", str(file))
    assert outcome.exit_code == 2
    assert outcome.stderr.startswith("La ligne 2 du fichier n’est pas un sceau")


def test_a_seal_is_read_with_or_without_its_day() -> None:
    assert read_kept_seals([f"2026-11-25 12 {'a' * 64}\n", f"13 {'b' * 64}"])[1].position == 13


def test_nothing_to_seal_is_said(database: Database, tmp_path: Path) -> None:
    outcome = Runner(database, tmp_path)("journal", "seal")
    assert (outcome.exit_code, outcome.stdout) == (0, "")
    assert "Le journal est vide" in outcome.stderr
