"""What the operator types, and what is answered: plain sentences in French, one when it cannot be done."""

import pytest
from sqlalchemy import text

from portal.records.outbox import service as outbox
from tests.portal.safekeeping.conftest import PASSPHRASE


@pytest.mark.slow
def test_from_backup_to_release(portal, elsewhere, database, town, passphrase_file, tmp_path):
    with database.writing() as session:
        outbox.enqueue(session, lane="ecoles", kind="forward", payload={}, idempotency_key="k")
    (tmp_path / "copies").mkdir()
    said = portal.run("backup", tmp_path / "copies", "--passphrase-file", passphrase_file)
    (archive,) = (tmp_path / "copies").iterdir()
    assert f"La sauvegarde est faite : {archive}" in said
    assert "gardez cette phrase ailleurs" in said

    said = portal.run("verify-backup", archive, PARVIS_BACKUP_PASSPHRASE=PASSPHRASE)
    assert "La sauvegarde est entière" in said
    assert ("Les clés ouvrent cette base" in said) == (database.dialect == "sqlite")

    said = elsewhere.run("restore", archive, "--passphrase-file", passphrase_file)
    assert f"restaurée dans {elsewhere.data_dir}" in said
    assert "Chaque table a le nombre de lignes annoncé" in said
    assert "Envois retenus" in said
    assert "ecoles (1)" in elsewhere.run("release-deliveries")
    assert "0 envoi relâché" in elsewhere.run("release-deliveries", "--lane", "autre")
    assert "1 envoi relâché" in elsewhere.run("release-deliveries", "--lane", "ecoles")
    assert "La base de données est à jour" in elsewhere.run("upgrade-db")
    assert "Aucun envoi n’est retenu" in elsewhere.run("release-deliveries", "--all") + elsewhere.run(
        "release-deliveries"
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["backup", "."], "Donnez la phrase secrète"),
        (["verify-backup", "absent.tar"], "n’existe pas"),
        (["verify-backup", "pyproject.toml"], "incomplète ou a été altérée"),
        (["restore", "absent.tar", "--into", "absent"], "n’existe pas"),
        (["backup", "absent/a.tar", "--without-keys"], "créez-le"),
    ],
)
def test_a_refusal_is_one_sentence(portal, database, arguments, words):
    said = portal.run(*arguments, expect=1)
    assert words in said
    assert said.count("\n") == 1


def test_a_database_that_is_not_ready_is_told(portal, database, tmp_path):
    with database.writing() as session:
        session.execute(text("DROP TABLE master_key"))
    said = portal.run("keys", "rotate", expect=1)
    assert "parvis upgrade-db" in said
    assert said.count("\n") == 1


def test_a_short_passphrase_is_refused(portal, database, tmp_path):
    assert "12 caractères" in portal.run("backup", tmp_path, expect=1, PARVIS_BACKUP_PASSPHRASE="court")
    assert not list(tmp_path.glob("*.tar"))


def test_without_keys_the_operator_is_told_what_to_keep(portal, database, tmp_path):
    said = portal.run("backup", tmp_path, "--without-keys")
    assert str(portal.data_dir / "keys") in said
    assert "sans la clé maîtresse" in said
