"""Private keys by which the portal proves itself to a provider, read once at the start."""

import json

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

MIN_RSA_BITS = 2048  # RFC 7518 §3.3
ALGORITHMS = {"EC": "ES256", "RSA": "RS256"}


def read_private_key(text: str) -> ECKey | RSAKey:
    """A private key in PEM (without password) or as a JWK in JSON: P-256, or RSA of 2048 bits at least.

    :raises ValueError: with the reason, in French, for the operator.
    """
    key = _import(text)
    if not key.is_private:
        raise ValueError("private_key contient une clé publique, alors qu’une clé privée est attendue")
    if isinstance(key, ECKey) and key.curve_name != "P-256":
        raise ValueError("private_key doit être sur la courbe P-256, ou être une clé RSA")
    if isinstance(key, RSAKey) and key.public_key.key_size < MIN_RSA_BITS:
        raise ValueError(f"private_key doit avoir au moins {MIN_RSA_BITS} bits")
    return key


def algorithm_of(key: ECKey | RSAKey) -> str:
    """The algorithm that a key signs with."""
    return ALGORITHMS[key.key_type]


def _import(text: str) -> ECKey | RSAKey:
    for kind in (ECKey, RSAKey):
        try:
            return kind.import_key(json.loads(text) if text.lstrip().startswith("{") else text)
        except (JoseError, ValueError, TypeError, KeyError):
            continue
    raise ValueError("private_key n’est pas lisible : une clé en PEM sans mot de passe, ou un JWK, est attendue")
