"""The requests that this browser may follow without an account, for an hour: kept in the signed cookie of its forms.

What the cookie holds is the person's own: the reference, the person it was made for, and the code, on the device that
has just sent the form, so that it can be read again.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from flask import session as cookie

from portal.casework.requests import service as requests
from portal.ground import clock
from portal.ground.permissions import Actor

KEY: Final = "follow"
LIFE: Final = timedelta(hours=1)
MAX_KEPT: Final = 5


@dataclass(frozen=True, slots=True)
class Following:
    """What this browser may follow. ``code`` is there only where the request was sent from."""

    actor: Actor
    code: str


def open_following(reference: str, holder: Actor, *, code: str = "") -> None:
    """Let this browser follow a request for an hour. Only after its code was checked, or was made for it."""
    kept: dict[str, Any] = {name: value for name, value in _kept().items() if name != reference}
    until = int((clock.now() + LIFE).timestamp())
    latest = list(kept.items())[-(MAX_KEPT - 1) :]
    cookie[KEY] = dict([*latest, (reference, [until, str(holder.subject), code])])


def find_following(reference: str) -> Following | None:
    """What this browser may do with a request; None when it may not, or not any more."""
    found = _kept().get(reference)
    if not found or int(found[0]) < clock.now().timestamp():
        return None
    return Following(requests.follower(UUID(found[1])), found[2])


def close_following(reference: str) -> None:
    """Forget a request on this browser."""
    cookie[KEY] = {name: value for name, value in _kept().items() if name != reference}


def _kept() -> dict[str, Any]:
    found: dict[str, Any] = cookie.get(KEY) or {}
    return found
