"""Who may look for a person, with what, and for how long a file stays open. Pure: no database.

See decision 0026: two clues at least, ten persons at most, and nothing but a name and a year before one is chosen.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, Protocol

from portal.casework.openings.enums import OpeningEnd, Sought
from portal.casework.openings.shapes import Query
from portal.casework.requests.reference import normalise
from portal.ground.clock import today
from portal.ground.dictionary.service import clean_line
from portal.ground.permissions import Actor, Permission
from portal.people.accounts.service import is_birthdate, words_of

MAX_TYPED: Final = 120
MAX_NOTE: Final = 200
MOST_WORDS: Final = 5
MOST_FOUND: Final = 10
# No personal data stays on a screen that nobody touches.
LOCK_AFTER: Final = timedelta(minutes=5)
IDLE: Final = timedelta(minutes=20)
LOOKUP_KEPT: Final = timedelta(days=1)
SEARCHES: Final = 60
SEARCHES_PER: Final = timedelta(hours=1)
OLDEST_YEAR: Final = 1880
PHONE_DIGITS: Final = 9


class Opened(Protocol):
    """What the rules look at in a file."""

    @property
    def seen_at(self) -> datetime:
        """When the agent last used it."""

    @property
    def closed_at(self) -> datetime | None:
        """When it ended."""

    @property
    def closing(self) -> OpeningEnd | None:
        """Why it ended."""


def can_look(actor: Actor) -> bool:
    """A counter agent in their own name; never from inside somebody's draft."""
    return actor.is_agent and actor.assisted is None and actor.can(Permission.PERSONS_FIND)


def ending(opened: Opened, now: datetime) -> OpeningEnd | None:
    """Why a file is closed; None while it is open. Twenty minutes without a click close it."""
    if opened.closed_at is not None:
        return opened.closing or OpeningEnd.AGENT
    return OpeningEnd.IDLE if opened.seen_at + IDLE <= now else None


def is_locked(opened: Opened, now: datetime) -> bool:
    """Whether the screen is to be empty until the agent says that they are still there."""
    return opened.seen_at + LOCK_AFTER <= now


def read_query(typed: str) -> Query | None:
    """What was typed in the one box; None when it says too little to look for anybody.

    A name alone is too little: it takes another piece of the name, or a year or date of birth.
    """
    text = clean_line(typed[:MAX_TYPED])
    if "@" in text:
        return Query(Sought.EMAIL, text)
    if normalise(text) is not None:
        return Query(Sought.REFERENCE, text)
    digits = "".join(one for one in text if one.isascii() and one.isdigit())
    if len(digits) >= PHONE_DIGITS and not any(one.isalpha() for one in text):
        return Query(Sought.PHONE, text)
    pieces = text.split()
    dates = [date for date in map(read_birth, pieces) if date]
    words = words_of(*(piece for piece in pieces if not read_birth(piece) and not piece.isdigit()))[:MOST_WORDS]
    if not words or len(words) + len(dates[:1]) < 2:
        return None
    return Query(Sought.NAME, "", words, dates[0] if dates else "")


def read_birth(piece: str) -> str:
    """A year, or a whole date, behind « 1962 », « 24/08/1962 », « 24-08-1962 » or « 1962-08-24 »; else empty."""
    parts = piece.replace("/", "-").replace(".", "-").split("-")
    if not all(part.isascii() and part.isdigit() for part in parts):
        return ""
    if len(parts) == 1 and len(piece) == 4:
        return piece if _is_year(piece) else ""
    if len(parts) != 3:
        return ""
    year, month, day = parts if len(parts[0]) == 4 else reversed(parts)
    date = f"{year}-{month:0>2}-{day:0>2}"
    return date if _is_year(year) and is_birthdate(date) else ""


def _is_year(text: str) -> bool:
    return len(text) == 4 and OLDEST_YEAR <= int(text) <= today().year


def namesakes(lines: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """The names with the same year of birth that stand more than once in a list."""
    seen: set[tuple[str, str]] = set()
    twice: set[tuple[str, str]] = set()
    for one in lines:
        (twice if one in seen else seen).add(one)
    return twice
