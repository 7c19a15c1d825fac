"""Reading of dates as people write them: one field, or a day, a month and a year. Values are ISO 8601 texts.

A birth date may be known only by its year, or its year and month: "1962-00-00", "1962-08-00", as the identity provider
writes it.
"""

import re
from collections.abc import Mapping
from datetime import date

_ISO = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})$", re.ASCII)
_FRENCH = re.compile(r"^(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})$", re.ASCII)
_NUMBER = re.compile(r"^\d{1,4}$", re.ASCII)
EARLIEST_YEAR = 1880
LATEST_YEAR = 2150

Parts = tuple[int, int, int]


def is_blank(raw: object) -> bool:
    """Whether nothing was typed, in one field or in three."""
    if isinstance(raw, Mapping):
        return all(not str(raw.get(part) or "").strip() for part in ("day", "month", "year"))
    return raw is None or not str(raw).strip()


def read_parts(raw: object) -> Parts | None:
    """Year, month and day as numbers (0 = not given), None when it is not a date at all."""
    if isinstance(raw, date):
        return raw.year, raw.month, raw.day
    if isinstance(raw, Mapping):
        texts = [str(raw.get(part) or "").strip() or "0" for part in ("year", "month", "day")]
        if not all(_NUMBER.match(text) for text in texts):
            return None
        return int(texts[0]), int(texts[1]), int(texts[2])
    text = str(raw).strip()
    if iso := _ISO.match(text):
        return int(iso[1]), int(iso[2]), int(iso[3])
    if french := _FRENCH.match(text):
        return int(french[3]), int(french[2]), int(french[1])
    return None


def full_date(parts: Parts) -> date | None:
    """The civil date, None when it does not exist or lies outside what a form can mean."""
    if not EARLIEST_YEAR <= parts[0] <= LATEST_YEAR:
        return None
    try:
        return date(*parts)
    except ValueError:
        return None


def earliest(parts: Parts) -> date | None:
    """The first day a partial date can mean; None when no day can."""
    year, month, day = parts
    if month == 0 and day != 0:
        return None
    return full_date((year, month or 1, day or 1))
