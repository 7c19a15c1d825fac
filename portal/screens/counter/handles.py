"""The handle of somebody whose file an agent has opened: opaque in an address, for twenty minutes and that agent alone.

It says nothing of the person to who reads the address, and another agent cannot use it.
"""

import base64
import hashlib
from datetime import timedelta
from typing import Final
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken

from portal.ground.errors import NotFound
from portal.ground.web import actor, settings

HANDLE_LIFE: Final = timedelta(minutes=20)


def handle_of(person_id: UUID) -> str:
    """The handle of a person, for the agent who is signed in."""
    return _box().encrypt(f"{actor().id}:{person_id}".encode()).decode()


def person_of(handle: str) -> UUID:
    """The person behind a handle.

    :raises NotFound: it was altered, is another agent's, or its twenty minutes are over.
    """
    try:
        opened = _box().decrypt(handle.encode(), ttl=int(HANDLE_LIFE.total_seconds())).decode()
        agent_id, _colon, person_id = opened.partition(":")
        found = UUID(person_id)
    except (InvalidToken, ValueError):
        raise NotFound("handle_unknown") from None
    if agent_id != str(actor().id):
        raise NotFound("handle_unknown")
    return found


def _box() -> Fernet:
    secret = settings().secret_key.get_secret_value()
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"person-handle:{secret}".encode()).digest()))
