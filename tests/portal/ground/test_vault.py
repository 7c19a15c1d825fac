"""What is sealed stays sealed, in its place, until its key is destroyed."""

import base64
from uuid import uuid4

import pytest

from portal.ground.db import Database
from portal.ground.vault.service import (
    VaultDestroyed,
    VaultError,
    create_data_key,
    destroy_data_key,
    fingerprint,
    install_master_key,
    seal,
    seal_json,
    unseal,
    unseal_json,
)
from tests.conftest import MASTER_KEY


def test_round_trip_of_any_text(database: Database) -> None:
    value = {"nom": "Łukasz O’Neill-حسن", "enfants": [1, None, True]}
    with database.writing() as session:
        key = create_data_key(session)
        sealed = seal_json(session, key, value, context="draft:1")
        assert unseal_json(session, key, sealed, context="draft:1") == value
        assert "Łukasz".encode() not in sealed
        assert seal_json(session, key, value, context="draft:1") != sealed


@pytest.mark.parametrize("place", [0, 5, 20, -1])
def test_one_altered_byte_is_refused(database: Database, place: int) -> None:
    with database.writing() as session:
        key = create_data_key(session)
        sealed = bytearray(seal(session, key, b"secret content", context="a"))
        sealed[place] ^= 1
        with pytest.raises(VaultError):
            unseal(session, key, bytes(sealed), context="a")


def test_content_moved_elsewhere_is_refused(database: Database) -> None:
    with database.writing() as session:
        key, other = create_data_key(session), create_data_key(session)
        sealed = seal(session, key, b"x", context="draft:1")
        with pytest.raises(VaultError):
            unseal(session, key, sealed, context="draft:2")
        with pytest.raises(VaultError):
            unseal(session, other, sealed, context="draft:1")
        with pytest.raises(VaultError):
            unseal(session, uuid4(), sealed, context="draft:1")


def test_destroying_the_key_erases(database: Database) -> None:
    with database.writing() as session:
        key = create_data_key(session)
        sealed = seal(session, key, b"x", context="a")
        destroy_data_key(session, key)
        destroy_data_key(session, key)
        with pytest.raises(VaultDestroyed):
            unseal(session, key, sealed, context="a")


def test_another_master_key_opens_nothing(database: Database) -> None:
    try:
        with database.writing() as session:
            key = create_data_key(session)
            sealed = seal(session, key, b"x", context="a")
            install_master_key(base64.urlsafe_b64encode(b"y" * 32).decode())
            with pytest.raises(VaultError):
                unseal(session, key, sealed, context="a")
    finally:
        install_master_key(MASTER_KEY)


def test_sectors_do_not_share_pseudonyms() -> None:
    person = str(uuid4())
    assert fingerprint(person, sector="school") == fingerprint(person, sector="school")
    assert fingerprint(person, sector="school") != fingerprint(person, sector="health")
    assert len(fingerprint(person, sector="school")) == 64
