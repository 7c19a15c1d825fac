"""What addresses, forms and events hold, read one by one: anybody may have altered it."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from flask import request

from portal.ground import clock

MAX_DIGITS = 8
# A day is added to, or taken from, what stands in an address: the ends of the calendar have none.
FIRST_YEAR, LAST_YEAR = 1, 9999
FARTHEST = timedelta(days=3_660)


def key_sent() -> str:
    """The key of a form: a second press of its button is the same form. A new one where none was sent."""
    return str(read_id(request.form.get("cle", "")) or uuid4())


def version_sent(form: Mapping[str, Any] | None = None, *, name: str = "version") -> int:
    """The version of what a form was made from, the one just sent or another; 0, which nothing has, when none."""
    text = (request.form if form is None else form).get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else 0


def read_id(text: str) -> UUID | None:
    """An id; None for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None


def read_instant(text: object) -> datetime | None:
    """An instant with its zone; None for anything else, and for what is too far off to be counted from."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo and FIRST_YEAR < found.year < LAST_YEAR else None


def read_day(text: object) -> date | None:
    """A day; None for anything else."""
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None


def day_to_come(text: object) -> date:
    """A day, not before today nor ten years away; anything else is today."""
    today = clock.today()
    return min(max(read_day(text) or today, today), today + FARTHEST)
