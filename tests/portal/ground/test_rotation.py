"""Rotation: everything still opens, fingerprints stay, running processes follow, a retired key seals nothing more."""

import base64
import os
import threading

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError

from portal.ground.settings import load_settings
from portal.ground.vault.models import DataKey
from portal.ground.vault.service import (
    VaultDestroyed,
    VaultError,
    attest,
    check_keys,
    count_data_keys,
    count_left,
    create_data_key,
    destroy_data_key,
    fingerprint,
    fingerprint_key_of,
    install_keys,
    install_master_key,
    introduce_master_key,
    keep_erasures_in,
    master_key_id,
    retire_master_keys,
    rewrap_batch,
    seal,
    unseal,
)
from tests.conftest import MASTER_KEY

OLD = base64.urlsafe_b64encode(b"o" * 32).decode()
NEW = base64.urlsafe_b64encode(b"n" * 32).decode()


@pytest.fixture
def keys(tmp_path):
    """The key folder of a portal whose process has started with the old master key."""
    folder = tmp_path / "portail" / "keys"
    folder.mkdir(parents=True)
    (folder / "secret.key").write_text("k" * 40)
    (folder / "master.key").write_text(OLD)
    install_keys(load_settings(environ={"PARVIS_DATA_DIR": str(folder.parent)}))
    yield folder
    install_master_key(MASTER_KEY)
    keep_erasures_in(None)


def put(file, text):
    """As the rotation writes: aside, then renamed."""
    aside = file.with_name(".aside")
    aside.write_text(text)
    aside.replace(file)


def begin(keys):
    put(keys / "previous.key", OLD)
    put(keys / "fingerprint.key", fingerprint_key_of(OLD))
    put(keys / "master.key", NEW)


def sealed_under_new_keys(database, count):
    with database.writing() as session:
        introduce_master_key(session)
        made = [create_data_key(session) for _ in range(count)]
        return {key: seal(session, key, b"content", context="a") for key in made}


def opened(database, sealed):
    with database.reading() as session:
        return {unseal(session, key, data, context="a") for key, data in sealed.items()}


def rewrap_all(database, limit=3):
    batches = 0
    while True:
        with database.writing() as session:
            if not rewrap_batch(session, limit):
                return batches
        batches += 1


def test_everything_opens_before_during_and_after(database, keys):
    sealed = sealed_under_new_keys(database, 8)
    begin(keys)
    assert opened(database, sealed) == {b"content"}
    with database.writing() as session:
        introduce_master_key(session)
        assert (rewrap_batch(session, 3), count_left(session)) == (3, 5)
    assert opened(database, sealed) == {b"content"}
    assert rewrap_all(database) == 2
    with database.writing() as session:
        assert retire_master_keys(session) == 1
    (keys / "previous.key").unlink()
    assert opened(database, sealed) == {b"content"}
    with database.reading() as session:
        counted = count_data_keys(session)
    assert (counted.openable, counted.destroyed, counted.unreadable) == (8, 0, 0)


def test_fingerprints_survive(database, keys):
    before, sector = fingerprint("angela", sector="school"), fingerprint("angela", sector="health")
    first = master_key_id()
    begin(keys)
    sealed_under_new_keys(database, 1)
    assert master_key_id() != first
    (keys / "previous.key").unlink()
    install_keys(load_settings(environ={"PARVIS_DATA_DIR": str(keys.parent)}))
    assert (fingerprint("angela", sector="school"), fingerprint("angela", sector="health")) == (before, sector)


def test_a_running_process_seals_with_the_new_key_at_once_and_opens_what_others_sealed(database, keys):
    old = master_key_id()
    sealed = sealed_under_new_keys(database, 1)
    begin(keys)
    with database.writing() as session:
        key = create_data_key(session)
        row = session.get_one(DataKey, key)
        assert row.master_key_id == master_key_id() != old
    assert opened(database, sealed) == {b"content"}


def test_a_process_that_never_heard_of_it_reads_the_files_when_it_meets_the_new_key(database, keys):
    begin(keys)
    sealed = sealed_under_new_keys(database, 1)
    put(keys / "master.key", OLD)
    (keys / "previous.key").unlink()
    install_keys(load_settings(environ={"PARVIS_DATA_DIR": str(keys.parent)}))
    with pytest.raises(VaultError, match="master_key_mismatch"):
        opened(database, sealed)
    begin(keys)
    assert opened(database, sealed) == {b"content"}


def test_what_is_being_written_when_a_key_is_retired_is_wrapped_too(database, keys):
    """A slow unit has sealed under the old key and is not committed yet: the end of the rotation waits for it."""
    sealed_under_new_keys(database, 1)
    slow = database.open_writing()
    key = create_data_key(slow)
    sealed = seal(slow, key, b"content", context="a")
    begin(keys)
    master_key_id()
    ended = []

    def end():
        with database.writing() as session:
            introduce_master_key(session)
            ended.append(retire_master_keys(session))

    thread = threading.Thread(target=end)
    thread.start()
    thread.join(0.3)
    assert ended == []
    slow.commit()
    slow.close()
    thread.join(10)
    assert ended == [1]
    (keys / "previous.key").unlink()
    assert opened(database, {key: sealed}) == {b"content"}


@pytest.mark.parametrize("text", ["", "garbage", "é"])
def test_a_key_file_that_cannot_be_used_changes_nothing(database, keys, text):
    sealed, before = sealed_under_new_keys(database, 1), master_key_id()
    put(keys / "master.key", text)
    assert opened(database, sealed) == {b"content"}
    assert master_key_id() == before
    (keys / "master.key").unlink()
    assert master_key_id() == before


def test_a_retired_key_wraps_nothing_more(database, keys):
    sealed_under_new_keys(database, 2)
    begin(keys)
    sealed_under_new_keys(database, 1)
    with database.writing() as session:
        assert retire_master_keys(session) == 1
        assert count_left(session) == 0
    install_master_key(OLD)  # a process of another machine, left behind
    with pytest.raises(DatabaseError, match="retired"), database.writing() as session:
        create_data_key(session)
    with database.reading() as session:
        assert check_keys(session) == "master_key_retired"


def test_a_key_destroyed_during_a_batch_stays_destroyed(database, keys):
    sealed = sealed_under_new_keys(database, 2)
    key = next(iter(sealed))
    with database.writing() as session:
        destroy_data_key(session, key)
    begin(keys)
    rewrap_all(database)
    with database.reading() as session, pytest.raises(VaultDestroyed):
        unseal(session, key, sealed[key], context="a")


def test_nothing_is_retired_while_a_key_cannot_be_opened(database, keys):
    sealed_under_new_keys(database, 1)
    with database.writing() as session:
        session.add(DataKey(wrapped=os.urandom(40), master_key_id="0" * 16))
    begin(keys)
    with pytest.raises(VaultError, match="master_key_mismatch"), database.writing() as session:
        retire_master_keys(session)
    with database.reading() as session:
        assert check_keys(session) is None
        assert session.scalar(select(func.count()).where(DataKey.wrapped.is_not(None))) == 2


def test_the_wrong_keys_are_told(database, keys):
    with database.reading() as session:
        assert check_keys(session) is None
    sealed_under_new_keys(database, 1)
    install_master_key(NEW)
    with database.reading() as session:
        assert check_keys(session) == "fingerprint_key_changed"
    begin(keys)
    install_keys(load_settings(environ={"PARVIS_DATA_DIR": str(keys.parent)}))
    with database.reading() as session:
        assert check_keys(session) is None
    (keys / "previous.key").unlink()
    install_keys(load_settings(environ={"PARVIS_DATA_DIR": str(keys.parent)}))
    with database.reading() as session:
        assert check_keys(session) == "master_key_unknown"
    with pytest.raises(VaultError, match="master_key_unknown"), database.writing() as session:
        introduce_master_key(session)


def test_a_seal_is_that_of_one_master_key(keys):
    old = master_key_id()
    seal_of_old = attest(b"digest", by=old)
    begin(keys)
    assert attest(b"digest", by=old) == seal_of_old
    with pytest.raises(VaultError, match="master_key_mismatch"):
        attest(b"digest", by="0" * 16)
