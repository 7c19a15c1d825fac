"""Everything one running sandbox holds, and how its views reach it."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event
from typing import cast
from zoneinfo import ZoneInfo

from flask import current_app

from connectors.sandbox.identity.keys import KeyRing
from connectors.sandbox.identity.profiles import Profile
from connectors.sandbox.identity.tickets import Tickets
from connectors.sandbox.incidents.board import Board
from connectors.sandbox.settings import SandboxSettings
from connectors.sandbox.store import Store

PARIS = ZoneInfo("Europe/Paris")
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


@dataclass(slots=True)
class World:
    """One sandbox: settings, memory, clock, providers. `address` is its own, without a final slash."""

    settings: SandboxSettings
    address: str
    store: Store
    board: Board
    profiles: Mapping[str, Profile]
    keys: Mapping[str, KeyRing]
    tickets: Tickets
    now: Callable[[], float] = time.time
    pause: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random
    work_waits: Event = field(default_factory=Event)


def world() -> World:
    """The sandbox of the current request."""
    return cast("World", current_app.extensions["bac"])


def iso(moment: float) -> str:
    """Seconds since the epoch as an ISO 8601 text in UTC."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def spoken(moment: float) -> str:
    """Seconds since the epoch as a French moment in Paris: « 3 mars 2026, 14 h 05 min 09 s »."""
    at = datetime.fromtimestamp(moment, PARIS)
    day = "1er" if at.day == 1 else str(at.day)
    return f"{day} {MONTHS[at.month - 1]} {at.year}, {at.hour} h {at.minute:02} min {at.second:02} s"
