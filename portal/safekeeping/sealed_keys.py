"""The keys of a portal inside its backup, sealed under a passphrase: scrypt (RFC 7914), then AES-256-GCM."""

import base64
import json
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from portal.safekeeping.errors import SafekeepingError

COST: Final = 2**17  # 128 MiB and a fraction of a second
COST_LIMIT: Final = 2**20  # what an altered archive may make us spend
BLOCK, LANES = 8, 1
SHORTEST: Final = 12


def check_passphrase(passphrase: str) -> str:
    """The passphrase, when it is long enough.

    :raises SafekeepingError: it is not.
    """
    if len(passphrase) < SHORTEST:
        raise SafekeepingError(
            f"La phrase secrète fait moins de {SHORTEST} caractères : prenez quatre ou cinq mots sans lien entre eux."
        )
    return passphrase


def seal_keys(files: dict[str, str], passphrase: str, archive_id: str) -> bytes:
    """The key files (path → text), sealed for one archive."""
    salt, nonce = os.urandom(16), os.urandom(12)
    key = _derive(check_passphrase(passphrase), salt, COST)
    data = AESGCM(key).encrypt(nonce, json.dumps(files, sort_keys=True).encode(), archive_id.encode())
    sealed = {"kdf": "scrypt", "n": COST, "salt": _text(salt), "nonce": _text(nonce), "data": _text(data)}
    return json.dumps(sealed, sort_keys=True).encode()


def open_keys(sealed: bytes, passphrase: str, archive_id: str) -> dict[str, str]:
    """What :func:`seal_keys` was given.

    :raises SafekeepingError: the passphrase is not the right one.
    """
    parts = json.loads(sealed)
    cost = int(parts["n"])
    if parts["kdf"] != "scrypt" or not 2 <= cost <= COST_LIMIT:
        raise SafekeepingError("Les clés de cette sauvegarde sont scellées d’une façon inconnue de cette version.")
    key = _derive(passphrase, base64.b64decode(parts["salt"]), cost)
    try:
        opened = AESGCM(key).decrypt(
            base64.b64decode(parts["nonce"]), base64.b64decode(parts["data"]), archive_id.encode()
        )
    except InvalidTag:
        raise SafekeepingError(
            "La phrase secrète n’ouvre pas les clés de cette sauvegarde : vérifiez-la, rien n’a été restauré."
        ) from None
    files: dict[str, str] = json.loads(opened)
    return files


def _derive(passphrase: str, salt: bytes, cost: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=cost, r=BLOCK, p=LANES).derive(passphrase.encode())


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
