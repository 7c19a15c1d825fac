"""A portal backed up while it runs, destroyed, restored: nothing missing, nothing sent twice, nothing unerased."""

import os
import shutil
import threading
from pathlib import Path

import pytest
from sqlalchemy import select, text

from portal.casework.requests import service as requests
from portal.casework.requests.models import ServiceRequest
from portal.casework.requests.service.sending.submission import MAX_PER_HOUR
from portal.ground.errors import NotFound
from portal.ground.vault.service import check_keys, create_data_key, destroy_data_key, install_keys
from portal.migrations.upgrade import downgrade_database, head_revision
from portal.people.identity.service import Evidence, open_session
from portal.records.outbox import service as outbox
from portal.safekeeping.backup import make_backup
from portal.safekeeping.databases import read_counts
from portal.safekeeping.errors import SafekeepingError
from portal.safekeeping.restore import Source, restore
from portal.safekeeping.verify import verify_backup
from tests.portal.safekeeping.conftest import PASSPHRASE
from tests.support.town import Town, sent_request


@pytest.fixture(autouse=True)
def _programs(portal, monkeypatch):
    monkeypatch.setenv("PATH", portal.environ["PATH"])


@pytest.fixture
def lived_in(portal, database, town):
    """Requests, a document, a receipt, a session, something to deliver."""
    portal.references = [sent_request(database, town.angela), sent_request(database, town.layla)]
    portal.store("documents/ab/1234", b"sealed document")
    portal.store("documents/.cd", b"being written")
    portal.store("receipts/ef/5678", b"sealed receipt")
    portal.store("secrets.env", b"PARVIS_SECRET_X=hush\n")
    with database.writing() as session:
        open_session(session, who=town.angela, evidence=Evidence(attempt_id=town.angela.id, id_token="t"))
        outbox.enqueue(session, lane="ecoles", kind="forward", payload={}, idempotency_key="k")
    return portal


def backed_up(portal, database, folder, passphrase=PASSPHRASE):
    return make_backup(portal.settings, database, folder, passphrase)


def put_back(place, archive, **more):
    source = Source(archive, **{"passphrase": PASSPHRASE, **more})
    return restore(source, place.data_dir, place.environ)


def test_everything_comes_back(lived_in, elsewhere, database, town, tmp_path):
    made = backed_up(lived_in, database, tmp_path)
    assert made.path.stat().st_mode & 0o777 == 0o600
    counts = read_counts(database.url).counts
    key_text = (lived_in.data_dir / "keys" / "master.key").read_text()
    shutil.rmtree(lived_in.data_dir, ignore_errors=True)

    done = put_back(elsewhere, made.path)
    assert done.manifest.counts == counts
    assert done.manifest.counts["service_request"] == 2
    assert (done.sessions_ended, done.erased_again, done.upgraded_to) == (1, 0, None)
    assert (elsewhere.data_dir / "documents/ab/1234").read_bytes() == b"sealed document"
    assert (elsewhere.data_dir / "receipts/ef/5678").read_bytes() == b"sealed receipt"
    assert (elsewhere.data_dir / "secrets.env").read_text() == "PARVIS_SECRET_X=hush\n"
    assert (elsewhere.data_dir / "keys" / "master.key").read_text() == key_text
    assert not (elsewhere.data_dir / "documents/.cd").exists()
    assert {file.stat().st_mode & 0o077 for file in elsewhere.data_dir.rglob("*")} == {0}
    assert not list(tmp_path.glob(".parvis-*"))

    restored = elsewhere.open()
    with restored.reading() as session:
        answers = [
            requests.get_request(session, Town.resident(town.angela), lived_in.references[0]),
            requests.get_request(session, Town.resident(town.layla), lived_in.references[1]),
        ]
        assert all(answers)
        assert check_keys(session) is None
    restored.dispose()


def test_nothing_is_delivered_before_a_person_says_so(lived_in, elsewhere, database, tmp_path):
    with database.reading() as session:
        waiting = sum(sum(states.values()) for states in outbox.lane_counts(session).values())
    done = put_back(elsewhere, backed_up(lived_in, database, tmp_path).path)
    assert sum(done.held.values()) == waiting > 1
    restored = elsewhere.open()
    with restored.writing() as session:
        assert outbox.lanes_with_due(session) == []
        assert outbox.claim(session, worker="w", lane="ecoles") == []
        assert outbox.release_restored(session, "ecoles") == done.held["ecoles"]
        assert all(one.uncertain for one in outbox.claim(session, worker="w", lane="ecoles"))
    restored.dispose()


def test_what_was_erased_after_the_backup_does_not_come_back(lived_in, elsewhere, database, town, tmp_path):
    made = backed_up(lived_in, database, tmp_path)
    reference = lived_in.references[0]
    with database.writing() as session:
        key = session.scalars(select(ServiceRequest.data_key_id).where(ServiceRequest.reference == reference)).one()
        destroy_data_key(session, key)
    saved_list = shutil.copytree(lived_in.data_dir / "erasures", tmp_path / "liste")
    shutil.rmtree(lived_in.data_dir, ignore_errors=True)

    done = put_back(elsewhere, made.path, erasures=[saved_list])
    assert done.erased_again == 1
    restored = elsewhere.open()
    with restored.reading() as session, pytest.raises(NotFound):
        requests.get_request(session, Town.resident(town.angela), reference)
    restored.dispose()
    again = elsewhere.data_dir / "erasures"
    assert (saved_list / next(iter(again.iterdir())).name).read_text() in next(iter(again.iterdir())).read_text()


def test_a_backup_while_people_write_is_of_one_instant(lived_in, elsewhere, database, town, tmp_path):
    """Each request and what is written with it are in the copy together, or not at all."""
    stop, sent = threading.Event(), []

    def write():
        while not stop.is_set() and len(sent) < MAX_PER_HOUR:  # on a slow machine, what one person may send runs out
            sent.append(sent_request(database, town.yves))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while not sent:
            assert writer.is_alive()
        made = backed_up(lived_in, database, tmp_path)
    finally:
        stop.set()
        writer.join()
    counts = put_back(elsewhere, made.path).manifest.counts
    assert 3 <= counts["service_request"] <= 2 + len(sent)
    assert counts["acknowledgement"] == counts["service_request"]


def test_a_target_that_holds_anything_is_left_alone(lived_in, elsewhere, database, tmp_path):
    made = backed_up(lived_in, database, tmp_path)
    elsewhere.data_dir.mkdir()
    (elsewhere.data_dir / "mine").write_text("x")
    with pytest.raises(SafekeepingError, match="n’est pas vide"):
        put_back(elsewhere, made.path)
    assert [file.name for file in elsewhere.data_dir.iterdir()] == ["mine"]
    (elsewhere.data_dir / "mine").unlink()
    with pytest.raises(SafekeepingError, match=r"n’est pas vide|existe déjà"):
        restore(Source(made.path, PASSPHRASE), elsewhere.data_dir, elsewhere.environ, database.url)
    assert list(elsewhere.data_dir.iterdir()) == []
    put_back(elsewhere, made.path)


def test_a_wrong_passphrase_restores_nothing(lived_in, elsewhere, database, tmp_path):
    made = backed_up(lived_in, database, tmp_path)
    with pytest.raises(SafekeepingError, match="phrase secrète"):
        put_back(elsewhere, made.path, passphrase="une autre phrase secrete")
    assert not elsewhere.data_dir.exists()
    assert not list(tmp_path.glob(".parvis-*"))


def test_a_flipped_byte_restores_nothing(lived_in, elsewhere, database, tmp_path):
    made = backed_up(lived_in, database, tmp_path)
    damaged = bytearray(made.path.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    made.path.write_bytes(damaged)
    for attempt in (put_back, lambda _place, archive: verify_backup(Source(archive, PASSPHRASE), {})):
        with pytest.raises(SafekeepingError, match="altérée"):
            attempt(elsewhere, made.path)
    assert not elsewhere.data_dir.exists()


def test_without_keys_they_are_asked_for_and_must_be_the_right_ones(lived_in, elsewhere, database, tmp_path):
    made = backed_up(lived_in, database, tmp_path, passphrase=None)
    key_text = (lived_in.data_dir / "keys" / "master.key").read_text().strip()
    assert key_text.encode() not in made.path.read_bytes()
    with pytest.raises(SafekeepingError, match="secret_key"):
        put_back(elsewhere, made.path, passphrase=None)
    wrong = tmp_path / "autres"
    shutil.copytree(lived_in.data_dir / "keys", wrong)
    (wrong / "master.key").write_text("bm5ubm5ubm5ubm5ubm5ubm5ubm5ubm5ubm5ubm5ubm4=")
    with pytest.raises(SafekeepingError, match="cherchez celle qui servait"):
        put_back(elsewhere, made.path, passphrase=None, keys=wrong)
    done = put_back(elsewhere, made.path, passphrase=None, keys=lived_in.data_dir / "keys")
    assert done.data_keys > 2


def test_an_older_database_is_brought_up_and_an_unknown_one_refused(lived_in, elsewhere, database, tmp_path):
    database.dispose()
    with database.writing() as session:
        known = session.scalars(text("SELECT version_num FROM alembic_version")).all()
        session.execute(text("DELETE FROM alembic_version"))
        session.execute(text("INSERT INTO alembic_version VALUES ('9999')"))
    unknown = backed_up(lived_in, database, tmp_path / "inconnue.tar")
    with pytest.raises(SafekeepingError, match="autre version de Parvis"):
        put_back(elsewhere, unknown.path)
    with database.writing() as session:
        session.execute(text("DELETE FROM alembic_version"))
        session.execute(text("INSERT INTO alembic_version VALUES (:version)"), [{"version": one} for one in known])
    downgrade_database(database.url, "0001")
    older = make_backup(lived_in.settings, database, tmp_path / "ancienne.tar", PASSPHRASE)
    assert put_back(elsewhere, older.path).upgraded_to == head_revision()


def test_verifying_says_what_was_proven(lived_in, database, tmp_path):
    made = backed_up(lived_in, database, tmp_path)
    found = verify_backup(Source(made.path, PASSPHRASE), {})
    assert found.members == len(made.manifest.members) == 5
    if database.dialect == "sqlite":
        assert (found.database, found.keys.unreadable) == (True, 0)
        assert found.keys.openable >= 4
    without = verify_backup(Source(made.path), {})
    assert without.keys is None
    with pytest.raises(SafekeepingError, match="phrase secrète"):
        verify_backup(Source(made.path, "une autre phrase secrete"), {})


def test_nothing_is_overwritten_and_no_folder_is_made_up(lived_in, database, tmp_path):
    made = backed_up(lived_in, database, tmp_path)
    before = made.path.read_bytes()
    with pytest.raises(SafekeepingError, match="existe déjà"):
        backed_up(lived_in, database, made.path)
    assert made.path.read_bytes() == before
    with pytest.raises(SafekeepingError, match="n’existe pas"):
        backed_up(lived_in, database, tmp_path / "absent" / "a.tar")


def test_a_damaged_database_is_not_backed_up(lived_in, database, tmp_path):
    if database.dialect != "sqlite":
        pytest.skip("SQLite only")
    database.dispose()
    file = lived_in.data_dir / "parvis.sqlite3"
    file.write_bytes(file.read_bytes()[:5_000] + os.urandom(60_000))
    with pytest.raises(SafekeepingError, match=r"copiée|endommagée"):
        backed_up(lived_in, database, tmp_path)
    assert not list(tmp_path.glob("*.tar"))


def test_keys_given_by_the_environment_are_kept_too(lived_in, elsewhere, database, tmp_path):
    keys = lived_in.data_dir / "keys"
    lived_in.environ["PARVIS_MASTER_KEY"] = (keys / "master.key").read_text().strip()
    lived_in.environ["PARVIS_SECRET_KEY"] = "k" * 40
    shutil.rmtree(keys)
    install_keys(lived_in.settings)
    made = backed_up(lived_in, database, tmp_path)
    done = put_back(elsewhere, made.path)
    assert (elsewhere.data_dir / "keys" / "master.key").exists()
    assert done.data_keys > 2


def test_a_server_that_does_not_answer_is_one_sentence(lived_in, elsewhere, database, tmp_path):
    made = backed_up(lived_in, database, tmp_path)
    nobody = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    with pytest.raises(SafekeepingError, match=r"PARVIS_DATABASE_URL|--database-url"):
        restore(Source(made.path, PASSPHRASE), elsewhere.data_dir, elsewhere.environ, nobody)
    assert not elsewhere.data_dir.exists()


def test_without_the_tools_of_postgresql_one_sentence_says_what_to_install(lived_in, tmp_path, monkeypatch, database):
    if database.dialect != "postgresql":
        pytest.skip("PostgreSQL only")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SafekeepingError, match="pg_dump est introuvable : installez"):
        backed_up(lived_in, database, tmp_path)
    assert not list(tmp_path.glob("*.tar"))


def test_a_place_that_cannot_be_written_is_told(lived_in, elsewhere, database, tmp_path):
    made = backed_up(lived_in, database, tmp_path)
    elsewhere.data_dir = Path("/proc/portail")
    with pytest.raises(SafekeepingError, match="n’a pas pu être écrite"):
        put_back(elsewhere, made.path)


def test_a_secret_that_is_nowhere_is_named(lived_in, elsewhere, database, tmp_path):
    (lived_in.data_dir / "parvis.toml").write_text(
        '[agent]\nissuer = "https://a.example"\nclient_id = "x"\nclient_secret_env = "PARVIS_SECRET_A"\n'
    )
    lived_in.environ["PARVIS_SECRET_A"] = "hush-hush"
    made = backed_up(lived_in, database, tmp_path)
    with pytest.raises(SafekeepingError, match="PARVIS_SECRET_A"):
        put_back(elsewhere, made.path)
    assert not elsewhere.data_dir.exists()


def test_the_settings_say_where_the_list_of_erasures_is(lived_in, elsewhere, database, tmp_path):
    """A list on another disk is read without being asked for."""
    made = backed_up(lived_in, database, tmp_path)
    lived_in.environ["PARVIS_ERASURES_DIR"] = elsewhere.environ["PARVIS_ERASURES_DIR"] = str(tmp_path / "autre-disque")
    install_keys(lived_in.settings)
    with database.writing() as session:
        key = create_data_key(session)
    with database.writing() as session:
        destroy_data_key(session, key)
    assert list((tmp_path / "autre-disque").iterdir())
    done = put_back(elsewhere, made.path)
    assert done.erasures_until is not None
