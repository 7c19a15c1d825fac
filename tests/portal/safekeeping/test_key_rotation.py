"""Changing the master key by its command: cut, asked for again, ended; and what the operator is told."""

import signal
import time

import pytest
from sqlalchemy import func, insert, select

from portal.app import create_app
from portal.ground.db import new_id
from portal.ground.vault.models import DataKey
from portal.ground.vault.service import (
    count_data_keys,
    create_data_key,
    fingerprint,
    install_keys,
    install_master_key,
    master_key_id,
)
from portal.ground.vault.service.keyring import new_data_key
from portal.safekeeping import rotation
from portal.safekeeping.errors import SafekeepingError


def many_data_keys(database, count):
    def row():
        wrapped, master = new_data_key()
        return {"id": new_id(), "wrapped": wrapped, "master_key_id": master}

    with database.writing() as session:
        session.execute(insert(DataKey), [row() for _ in range(count)])


def under(database, master):
    with database.reading() as session:
        return session.scalar(select(func.count()).where(DataKey.master_key_id == master))


def readiness(app, portal):
    answer = app.test_client().get("/readyz", base_url=portal.settings.public_url)
    return answer.status_code, answer.json


def key_files(portal):
    return {file.name for file in (portal.data_dir / "keys").glob("*.key")}


@pytest.mark.slow
def test_killed_again_and_again_it_ends_well_and_running_processes_never_notice(portal, database, town):
    """This process plays the running portal: it opens everything before each kill and after it, and seals too."""
    many_data_keys(database, 12_000)
    old, before = master_key_id(), fingerprint("angela", sector="school")
    app = create_app(portal.settings, database)
    kills = 0
    while kills < 3:
        command = portal.start("keys", "rotate")
        left = under(database, old)
        deadline = time.monotonic() + 30
        while under(database, old) in {left, 0} and command.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.002)
        command.send_signal(signal.SIGKILL)
        command.communicate()
        if command.returncode != -signal.SIGKILL:
            break
        kills += 1
        with database.writing() as session:
            create_data_key(session)
            assert count_data_keys(session).unreadable == 0
    assert kills >= 1, "it was never cut: nothing was proven"
    assert 0 < under(database, old) < 12_000, "it was cut too late"
    assert key_files(portal) == {"master.key", "previous.key", "fingerprint.key", "secret.key"}
    new = master_key_id()
    assert new != old

    assert "La rotation a repris" in portal.run("keys", "rotate")
    assert under(database, old) == 0
    assert "1 ancienne clé retirée" in portal.run("keys", "rotate", "--finish")
    assert key_files(portal) == {"master.key", "fingerprint.key", "secret.key"}
    with database.writing() as session:
        create_data_key(session)
        counted = count_data_keys(session)
    assert (counted.unreadable, master_key_id()) == (0, new)
    assert counted.openable >= 12_000 + kills
    assert fingerprint("angela", sector="school") == before
    assert readiness(app, portal) == (200, {"status": "ok"})


@pytest.mark.slow
def test_a_second_rotation_keeps_the_fingerprints_too(portal, database):
    before = fingerprint("angela", sector="school")
    for _ in range(2):
        portal.run("keys", "rotate")
        portal.run("keys", "rotate", "--finish")
    restarted = portal.open()
    assert fingerprint("angela", sector="school") == before
    restarted.dispose()


def test_ending_what_was_not_begun_is_told(portal, database):
    assert "Aucune rotation n’est en cours" in portal.run("keys", "rotate", "--finish", expect=1)


def test_too_much_left_must_be_wrapped_first(portal, database):
    old = (portal.data_dir / "keys" / "master.key").read_text().strip()
    rotation.rotate(portal.settings, database)
    install_master_key(old)  # a process that does not know yet
    many_data_keys(database, 3)
    install_keys(portal.settings)
    with pytest.raises(SafekeepingError, match="relancez d’abord"):
        rotation.finish(portal.settings, database, most_left=2)
    assert portal.settings.previous_master_key.get_secret_value() == old


def test_only_one_rotation_at_a_time(portal, database):
    with (
        rotation._alone(portal.data_dir / "keys"),
        pytest.raises(SafekeepingError, match="tourne déjà"),
    ):
        rotation.rotate(portal.settings, database)


@pytest.mark.slow
def test_keys_of_the_environment_are_handed_over_then_rotated(portal, database):
    keys = portal.data_dir / "keys"
    before, old = fingerprint("angela", sector="school"), master_key_id()
    portal.environ["PARVIS_MASTER_KEY"] = (keys / "master.key").read_text().strip()
    (keys / "master.key").unlink()
    many_data_keys(database, 2)
    said = portal.run("keys", "rotate", expect=1)
    assert "rotation.env" in said
    assert portal.environ["PARVIS_MASTER_KEY"] not in said
    assert (keys / "rotation.env").stat().st_mode & 0o777 == 0o600
    portal.environ |= dict(line.split("=", 1) for line in (keys / "rotation.env").read_text().splitlines())
    assert "2 clés de données" in portal.run("keys", "rotate")
    assert "Retirez PARVIS_PREVIOUS_MASTER_KEY" in portal.run("keys", "rotate", "--finish")
    del portal.environ["PARVIS_PREVIOUS_MASTER_KEY"]
    restarted = portal.open()
    with restarted.reading() as session:
        assert count_data_keys(session).unreadable == 0
    assert (fingerprint("angela", sector="school"), under(restarted, old)) == (before, 0)
    restarted.dispose()


@pytest.mark.slow
def test_a_start_without_the_fingerprint_key_is_refused(portal, database):
    portal.run("upgrade-db")
    portal.run("keys", "rotate")
    portal.run("keys", "rotate", "--finish")
    (portal.data_dir / "keys" / "fingerprint.key").unlink()
    said = portal.run("upgrade-db", expect=1)
    assert "keys/fingerprint.key" in said
    assert said.count("\n") == 1
    app = create_app(portal.settings, database)
    assert readiness(app, portal) == (503, {"status": "fingerprint_key_changed"})
