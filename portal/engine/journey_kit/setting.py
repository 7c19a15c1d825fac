"""Where the step pages stand: at a resident's own address, or at a desk, where an agent fills them for somebody.

The pages, the forms and the submission are the same. A room that lends them to agents sets its own before a view runs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import g

from portal.casework.assistance import service as assistance
from portal.casework.requests import service as requests
from portal.ground.web import actor, unit


def _nothing() -> None:
    """A resident's own save needs no other trace than itself."""


def _send_own(draft_id: UUID, key: str, version: int, origins: Mapping[str, requests.Origin]) -> requests.SubmittedView:
    """A resident sends; whoever helped before is told in the timeline, and the code of the draft ends."""
    sent = requests.submit(unit(), actor(), draft_id, idempotency_key=key, version=version, origins=origins)
    if not sent.is_replay:
        assistance.conclude(unit(), draft_id, sent.request_id)
    return sent


@dataclass(frozen=True, slots=True)
class Setting:
    """``base``: address before that of the procedure; ``frame``: the page around; ``leave``: where one goes on leaving.

    ``saved`` is called in the unit of each save, and may refuse it by raising; ``send`` makes the request; ``sent_to``
    gives the address to go to with its reference. ``band``: what the frame says of whom is helped.
    """

    base: str = "/demarches"
    frame: str = "base.html"
    leave: str = "/mon-espace"
    at_desk: bool = False
    saved: Callable[[], None] = _nothing
    send: Callable[[UUID, str, int, Mapping[str, requests.Origin]], requests.SubmittedView] = _send_own
    sent_to: Callable[[str], str] = "/demandes/{}/accuse".format
    band: Any = None
    trail: list[tuple[str, str | None]] = field(default_factory=list)


OWN = Setting()


def setting() -> Setting:
    """Where the page that is being made stands."""
    found: Setting = g.get("kit_setting", OWN)
    return found


def stand(where: Setting) -> None:
    """Set where the pages of this request stand."""
    g.kit_setting = where
