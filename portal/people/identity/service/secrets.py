"""Random values given to browsers, and the hash under which they are found again."""

import hashlib
import re
import secrets

TOKEN = re.compile(r"[0-9a-f]{64}")


def new_token() -> str:
    """256 random bits in 64 hexadecimal characters."""
    return secrets.token_hex(32)


def is_token(value: str | None) -> bool:
    """True for the shape of :func:`new_token`: anything else is not even looked up."""
    return value is not None and TOKEN.fullmatch(value) is not None


def token_hash(value: str) -> str:
    """What the database keeps of a token. The token is random, so that a plain hash cannot be searched."""
    return hashlib.sha256(value.encode()).hexdigest()
