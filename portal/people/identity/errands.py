"""What a person leaves for, a second time: something that waits for the return, and for the token it brings.

The room that needs the token registers what to do with it; this one knows nothing of what that is.
"""

from collections.abc import Callable
from typing import Final, cast
from uuid import UUID

from flask import Flask, current_app

from portal.ground.permissions import Actor

EXTENSION: Final = "parvis_errand"
Errand = Callable[[UUID, Actor, str], None]


def on_errand(app: Flask, do: Errand) -> None:
    """Register what is done on the return: ``do(errand, actor, access_token)``, outside any unit, without raising."""
    app.extensions[EXTENSION] = do


def run_errand(errand: UUID, actor: Actor, access_token: str) -> None:
    """Do what the person left for, as whoever has just signed in: who that is, ``do`` checks for itself."""
    do = cast("Errand | None", current_app.extensions.get(EXTENSION))
    if do is not None:
        do(errand, actor, access_token)
