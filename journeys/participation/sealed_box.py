"""A sealed box: anybody with the poll's public key closes a ballot, only the private key opens it. Pure.

X25519 (RFC 7748) with a key pair made for one ballot and thrown away, HKDF-SHA-256 (RFC 5869) over the shared secret
and both public keys, AES-256-GCM under the key that comes out, used once. Every ballot has the same length.
"""

import base64
import hashlib
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION: Final = b"\x01"
KEY_BYTES: Final = 32
CONTENT_BYTES: Final = 8
ONCE: Final = bytes(12)  # the key serves once: a nonce that never changes is safe with it
CODE_LENGTH: Final = 20


class UnreadableBallot(ValueError):
    """What is in the urn was not sealed for this poll, or was altered."""


def new_key_pair() -> tuple[bytes, bytes]:
    """A public key and its private key, 32 bytes each."""
    private = X25519PrivateKey.generate()
    return private.public_key().public_bytes_raw(), private.private_bytes_raw()


def close_ballot(public_key: bytes, answers: Sequence[int], *, poll: bytes) -> bytes:
    """Seal the answers, one number a question, for the poll of this id.

    :raises ValueError: more answers, or a larger number, than a ballot holds.
    """
    content = bytes((len(answers), *answers)).ljust(CONTENT_BYTES, b"\0")
    if len(content) != CONTENT_BYTES:
        raise ValueError("too many answers")
    own = X25519PrivateKey.generate()
    mine = own.public_key().public_bytes_raw()
    secret = own.exchange(X25519PublicKey.from_public_bytes(public_key))
    return VERSION + mine + AESGCM(_derive(secret, mine, public_key)).encrypt(ONCE, content, poll)


def open_ballot(private_key: bytes, sealed: bytes, *, poll: bytes) -> tuple[int, ...]:
    """The answers that :func:`close_ballot` was given.

    :raises UnreadableBallot: altered, or sealed for another poll.
    """
    own = X25519PrivateKey.from_private_bytes(private_key)
    theirs, body = sealed[1 : 1 + KEY_BYTES], sealed[1 + KEY_BYTES :]
    try:
        if sealed[:1] != VERSION:
            raise UnreadableBallot("version")
        secret = own.exchange(X25519PublicKey.from_public_bytes(theirs))
        content = AESGCM(_derive(secret, theirs, own.public_key().public_bytes_raw())).decrypt(ONCE, body, poll)
    except (InvalidTag, ValueError) as error:
        raise UnreadableBallot("altered") from error
    return tuple(content[1 : 1 + content[0]])


def tracking_code(sealed: bytes) -> str:
    """What follows a ballot into the published list: 100 bits of the SHA-256 of the sealed ballot, in five groups.

    It is computed from the closed box: it cannot show what is inside.
    """
    letters = base64.b32encode(hashlib.sha256(b"parvis ballot code v1" + sealed).digest()).decode()[:CODE_LENGTH]
    return "-".join(letters[start : start + 4] for start in range(0, CODE_LENGTH, 4))


def _derive(secret: bytes, mine: bytes, theirs: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=mine + theirs, info=b"parvis ballot v1").derive(secret)
