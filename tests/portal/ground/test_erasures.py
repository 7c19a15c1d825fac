"""The list of erasures: every destruction that was committed, none that was not, and replayed."""

from datetime import UTC, datetime

import pytest

from portal.ground import clock
from portal.ground.vault.service import (
    VaultDestroyed,
    append_erasures,
    create_data_key,
    destroy_data_key,
    keep_erasures_in,
    read_erasures,
    record_missing_erasures,
    replay_erasures,
    seal,
    unseal,
)

AT = datetime(2026, 3, 31, 22, 5, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path):
    keep_erasures_in(tmp_path / "erasures")
    yield tmp_path / "erasures"
    keep_erasures_in(None)


def listed(folder):
    return [key for _, key in read_erasures(folder)]


def new_key(database):
    with database.writing() as session:
        return create_data_key(session)


def test_a_destruction_is_listed_once_it_is_committed(database, folder):
    key = new_key(database)
    with clock.frozen(AT), database.writing() as session:
        destroy_data_key(session, key)
        destroy_data_key(session, key)
        assert listed(folder) == []
    assert list(read_erasures(folder)) == [(AT, key)]
    assert [(file.name, file.stat().st_mode & 0o777) for file in folder.iterdir()] == [("2026-03.txt", 0o600)]


def test_what_is_rolled_back_is_not_listed(database, folder):
    key, other = new_key(database), new_key(database)
    session = database.open_writing()
    destroy_data_key(session, key)
    session.rollback()
    session.commit()
    session.close()
    with database.writing() as session:
        inner = session.begin_nested()
        destroy_data_key(session, key)
        inner.rollback()
    with database.writing() as session:
        with session.begin_nested():
            destroy_data_key(session, other)
        assert listed(folder) == []
    assert listed(folder) == [other]


def test_what_a_crash_left_out_is_found(database, folder):
    first, second = new_key(database), new_key(database)
    with clock.frozen(AT), database.writing() as session:
        destroy_data_key(session, first)
    keep_erasures_in(None)
    with clock.frozen(AT), database.writing() as session:
        destroy_data_key(session, second)
    keep_erasures_in(folder)
    with database.reading() as session:
        assert record_missing_erasures(session) == 1
        assert record_missing_erasures(session) == 0
    assert listed(folder) == [first, second]


def test_a_full_disk_does_not_undo_what_is_committed(database, tmp_path):
    (tmp_path / "file").touch()
    keep_erasures_in(tmp_path / "file" / "erasures")
    key = new_key(database)
    with database.writing() as session:
        destroy_data_key(session, key)
    keep_erasures_in(tmp_path / "erasures")
    with database.reading() as session:
        assert record_missing_erasures(session) == 1
    keep_erasures_in(None)


def test_a_line_cut_short_costs_that_line_only(database, folder):
    first, second = new_key(database), new_key(database)
    append_erasures(folder, [(AT, first)])
    with (folder / "2026-03.txt").open("a") as stream:
        stream.write("2026-03-31T22:0")
    append_erasures(folder, [(AT, second)])
    assert listed(folder) == [first, second]


def test_replaying_destroys_what_came_back(database):
    key, kept = new_key(database), new_key(database)
    with database.writing() as session:
        sealed = seal(session, key, b"x", context="a")
    with database.writing() as session:
        assert replay_erasures(session, [key]) == 1
        assert replay_erasures(session, [key]) == 0
    with database.reading() as session:
        with pytest.raises(VaultDestroyed):
            unseal(session, key, sealed, context="a")
        seal(session, kept, b"y", context="a")
