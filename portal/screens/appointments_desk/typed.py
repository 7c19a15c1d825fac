"""What is typed in the forms of the room, read back: days, hours, numbers. What cannot be read is said by field."""

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Final
from uuid import UUID

from portal.ground import clock
from portal.ground.errors import Invalid

PARTS = ("day", "month", "year")
HOUR: Final = re.compile(r"([01]?\d|2[0-3])\s*[h:]\s*([0-5]\d)?")
MAX_NUMBER = 6


def read_id(text: str) -> UUID | None:
    """An id in an address or a form; None when it is not one."""
    try:
        return UUID(text)
    except ValueError:
        return None


def read_day(text: str) -> date | None:
    """A day written ``YYYY-MM-DD`` or « 03/12/2026 »; None when it is not one, or is too far for our calendars."""
    pieces = reversed(text.strip().split("/"))
    try:
        found = date.fromisoformat("-".join(f"{one:0>2}" for one in pieces))
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 else None


def day_parts(form: Mapping[str, str], name: str) -> dict[str, str]:
    """The three boxes of a day, as typed."""
    return {part: form.get(f"{name}-{part}", "").strip() for part in PARTS}


def shown_day(day: date | None) -> dict[str, str]:
    """A day in its three boxes."""
    return {"day": str(day.day), "month": str(day.month), "year": str(day.year)} if day else {}


def typed_day(
    form: Mapping[str, str], name: str, faults: dict[str, str], sentence: str, *, needed: bool = True
) -> date | None:
    """A day of a form; what is wrong goes to ``faults``, as ``sentence``."""
    parts = day_parts(form, name)
    if not needed and not any(parts.values()):
        return None
    found = None
    if all(one.isascii() and one.isdigit() and len(one) <= MAX_NUMBER for one in parts.values()):
        found = read_day(f"{int(parts['year']):04d}-{int(parts['month']):02d}-{int(parts['day']):02d}")
    if found is None:
        faults[name] = sentence
    return found


def typed_hour(form: Mapping[str, str], name: str, faults: dict[str, str], sentence: str) -> time:
    """An hour of a form, « 9h30 » or « 09:30 »; what is wrong goes to ``faults``, as ``sentence``."""
    found = HOUR.fullmatch(form.get(name, "").strip().lower())
    if found is None:
        faults[name] = sentence
        return time(0)
    return time(int(found[1]), int(found[2] or 0))


def typed_number(form: Mapping[str, str], name: str, faults: dict[str, str], sentence: str) -> int:
    """A whole number of a form; what is wrong goes to ``faults``, as ``sentence``."""
    text = form.get(name, "").strip()
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_NUMBER):
        faults[name] = sentence
        return 0
    return int(text)


def version_of(form: Mapping[str, str]) -> int:
    """The version that a form was made from; 0 when it was altered, which is refused as out of date."""
    text = form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_NUMBER else 0


def instant_at(day: date, hour: time) -> datetime:
    """The instant of a day and an hour of the wall clock."""
    return datetime.combine(day, hour, clock.PARIS).astimezone(UTC)


def boxes(typed: Mapping[str, str]) -> Mapping[str, str]:
    """What stands in the boxes of a form: those that nothing was typed in are empty."""
    return defaultdict(str, typed.items())


def refuse(faults: dict[str, str]) -> None:
    """:raises Invalid: there are faults."""
    if faults:
        raise Invalid(faults)
