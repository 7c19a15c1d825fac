"""The keys of this process: the master key in use, the previous one while a rotation lasts, the fingerprint key.

Data keys are wrapped with AES key wrap (RFC 3394). A key file that changes under a running process is read again, so
that a rotation needs no restart.
"""

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from portal.ground.errors import ParvisError
from portal.ground.settings import ENCRYPTING, KeyFolder, Settings, is_encryption_key, read_key_files


class VaultError(ParvisError):
    """What was sealed cannot be opened: altered, moved, or sealed under another master key."""


class MasterKeySecret:
    """One master key, with what is derived from it. ``id`` names it without telling it."""

    def __init__(self, encoded: str) -> None:
        key = base64.urlsafe_b64decode(encoded)
        self.id = hashlib.sha256(b"parvis master id" + key).hexdigest()[:16]
        self._wrapping = hmac.digest(key, b"parvis wrapping v1", "sha256")
        self.fingerprinting = hmac.digest(key, b"parvis fingerprint v1", "sha256")
        self.attesting = hmac.digest(key, b"parvis backup v1", "sha256")

    def wrap(self, data_key: bytes) -> bytes:
        """The data key, wrapped."""
        return aes_key_wrap(self._wrapping, data_key)

    def unwrap(self, wrapped: bytes) -> bytes:
        """The data key that :meth:`wrap` was given.

        :raises VaultError: it was wrapped by another master key, or altered.
        """
        try:
            return aes_key_unwrap(self._wrapping, wrapped)
        except InvalidUnwrap as error:
            raise VaultError("master_key_mismatch") from error


@dataclass(frozen=True, slots=True)
class Keyring:
    """What this process can open with, and what it seals with (``current``)."""

    current: MasterKeySecret
    others: dict[str, MasterKeySecret]
    fingerprinting: bytes
    folder: KeyFolder | None = None
    stamp: tuple[tuple[int, int], ...] = ()

    def find(self, master_key_id: str) -> MasterKeySecret | None:
        """The master key of this id, when this process has it."""
        return self.current if master_key_id == self.current.id else self.others.get(master_key_id)


_ring: Keyring | None = None


def install_master_key(encoded: str) -> None:
    """Install one master key and nothing else: 32 bytes in URL-safe base64."""
    global _ring
    _ring = _make({"master_key": encoded})


def install_keys(settings: Settings) -> None:
    """Install the keys of this process. Called once by the composition root; key files are watched from then on."""
    global _ring
    folder = KeyFolder(settings.data_dir / "keys")
    stamp = folder.stamp()
    keys = {
        "master_key": settings.master_key.get_secret_value(),
        "previous_master_key": settings.previous_master_key.get_secret_value(),
        "fingerprint_key": settings.fingerprint_key.get_secret_value(),
    }
    # Keys given by the environment change with it, at the next start, and not with files.
    in_files = read_key_files(folder.path).get("master_key") == keys["master_key"]
    _ring = _make(keys, folder if in_files else None, stamp)


def current_ring() -> Keyring:
    """The keys, read again when a key file has changed.

    :raises VaultError: none were installed.
    """
    if _ring is None:
        raise VaultError("master_key_missing")
    if _ring.folder is not None and _ring.folder.stamp() != _ring.stamp:
        _read_again(_ring.folder)
    return _ring


def master_key_of(master_key_id: str) -> MasterKeySecret:
    """The master key of this id.

    :raises VaultError: this process does not have it.
    """
    ring = _ring or current_ring()
    found = ring.find(master_key_id) or current_ring().find(master_key_id)
    if found is None:
        raise VaultError("master_key_mismatch")
    return found


def fingerprint(value: str, *, sector: str) -> str:
    """A keyed fingerprint (HMAC-SHA-256, 64 hex characters): sector pseudonyms and searchable keys.

    Two sectors give two unrelated fingerprints of one value, so that files cannot be joined on it (position on RU-030).
    Rotating the master key does not change them.
    """
    ring = _ring or current_ring()
    return hmac.digest(ring.fingerprinting, f"{sector}\x00{value}".encode(), "sha256").hex()


def new_data_key() -> tuple[bytes, str]:
    """A fresh data key, wrapped by the master key in use, and that one's id."""
    current = current_ring().current
    return current.wrap(os.urandom(32)), current.id


def fingerprint_key_of(master_key: str) -> str:
    """The fingerprint key that a portal without one of its own derives from its master key; both in base64."""
    return base64.urlsafe_b64encode(MasterKeySecret(master_key).fingerprinting).decode("ascii")


def master_key_id() -> str:
    """The id of the master key in use."""
    return current_ring().current.id


def attest(digest: bytes, *, by: str) -> bytes:
    """A keyed seal (HMAC-SHA-256) on the digest of what leaves this portal to come back later: a backup.

    :param by: the id of the master key that attests.
    :raises VaultError: this process does not have it.
    """
    return hmac.digest(master_key_of(by).attesting, digest, "sha256")


def _make(keys: dict[str, str], folder: KeyFolder | None = None, stamp: tuple[tuple[int, int], ...] = ()) -> Keyring:
    current = MasterKeySecret(keys["master_key"])
    previous = keys.get("previous_master_key")
    others = [MasterKeySecret(previous)] if previous else []
    own = keys.get("fingerprint_key")
    return Keyring(
        current,
        {other.id: other for other in others},
        base64.urlsafe_b64decode(own) if own else current.fingerprinting,
        folder,
        stamp,
    )


def _read_again(folder: KeyFolder) -> None:
    global _ring
    stamp = folder.stamp()
    try:
        keys = read_key_files(folder.path)
    except (OSError, ValueError):
        return
    wrapping = {name: keys[name] for name in ENCRYPTING if keys.get(name)}
    # What cannot be used is left alone: better the keys that this process started with than none.
    if "master_key" in wrapping and all(map(is_encryption_key, wrapping.values())):
        _ring = _make(wrapping, folder, stamp)
