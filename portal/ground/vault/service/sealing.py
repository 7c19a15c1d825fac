"""Sealing and unsealing: AES-256-GCM (NIST SP 800-38D) under a data key."""

import json
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from portal.ground.clock import now
from portal.ground.vault.models import DataKey
from portal.ground.vault.service.erasures import note_erasure
from portal.ground.vault.service.keyring import VaultError, master_key_of, new_data_key

NONCE_BYTES = 12
VERSION = b"\x01"


class VaultDestroyed(VaultError):
    """The data key was destroyed: the content is erased."""


def create_data_key(session: Session) -> UUID:
    """Make a data key and store it wrapped; return its id."""
    wrapped, master_key_id = new_data_key()
    row = DataKey(wrapped=wrapped, master_key_id=master_key_id)
    session.add(row)
    session.flush()
    return row.id


def _open_key(session: Session, key_id: UUID) -> AESGCM:
    row = session.get(DataKey, key_id)
    if row is None:
        raise VaultError("data_key_unknown")
    if row.wrapped is None:
        raise VaultDestroyed("data_key_destroyed")
    return AESGCM(master_key_of(row.master_key_id).unwrap(row.wrapped))


def with_data_keys(query: Select[*tuple[Any, ...]], key_id: ColumnElement[UUID]) -> Select[*tuple[Any, ...]]:
    """``query`` with one more column, the data key of each row, for rooms that unseal what they read.

    As long as the caller keeps the row of the result, unsealing under that key asks the database for nothing more.
    """
    return query.add_columns(DataKey).outerjoin(DataKey, DataKey.id == key_id)


@contextmanager
def hold_data_keys(session: Session, key_ids: Collection[UUID]) -> Iterator[None]:
    """Read these keys in one statement and keep them at hand inside the block, where many things are unsealed."""
    held = session.scalars(select(DataKey).where(DataKey.id.in_(key_ids))).all() if key_ids else []
    yield
    del held


def seal(session: Session, key_id: UUID, data: bytes, *, context: str) -> bytes:
    """Encrypt ``data``. ``context`` names the place it is kept in (for example ``draft:<id>``) and is authenticated.

    :raises VaultDestroyed: the data key was destroyed.
    """
    nonce = os.urandom(NONCE_BYTES)
    return VERSION + nonce + _open_key(session, key_id).encrypt(nonce, data, context.encode())


def unseal(session: Session, key_id: UUID, sealed: bytes, *, context: str) -> bytes:
    """Decrypt what :func:`seal` returned.

    :raises VaultError: altered, or read from another place than the one it was sealed for.
    :raises VaultDestroyed: the data key was destroyed.
    """
    if sealed[:1] != VERSION:
        raise VaultError("sealed_version_unknown")
    nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    try:
        return _open_key(session, key_id).decrypt(nonce, body, context.encode())
    except InvalidTag as error:
        raise VaultError("sealed_altered") from error


def seal_json(session: Session, key_id: UUID, data: Any, *, context: str) -> bytes:
    """:func:`seal` of a JSON value."""
    return seal(session, key_id, json.dumps(data, ensure_ascii=False, sort_keys=True).encode(), context=context)


def unseal_json(session: Session, key_id: UUID, sealed: bytes, *, context: str) -> Any:
    """The JSON value sealed by :func:`seal_json`."""
    return json.loads(unseal(session, key_id, sealed, context=context))


def destroy_data_key(session: Session, key_id: UUID) -> None:
    """Erase by destroying the key. Irreversible; calling it again changes nothing."""
    row = session.get(DataKey, key_id)
    if row is not None and row.wrapped is not None:
        row.wrapped = None
        row.destroyed_at = now()
        session.flush()
        note_erasure(session, key_id)
