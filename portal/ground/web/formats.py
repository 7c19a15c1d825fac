"""Dates and numbers as people say them, in the authority's zone and the page's language."""

from datetime import date, datetime

from babel.dates import format_date as babel_date
from babel.numbers import format_decimal
from flask_babel import get_locale, gettext

from portal.ground.clock import local


def _locale() -> str:
    found = get_locale()
    return found.language if found else "fr"


def format_day(instant: datetime | date) -> str:
    """« mardi 3 mars 2026 »."""
    day = local(instant).date() if isinstance(instant, datetime) else instant
    return babel_date(day, "EEEE d MMMM y", locale=_locale())


def format_time(instant: datetime) -> str:
    """« 14 h 05 »."""
    at = local(instant)
    return gettext("%(hour)d\xa0h\xa0%(minute)02d", hour=at.hour, minute=at.minute)


def format_moment(instant: datetime) -> str:
    """« mardi 3 mars 2026, 14 h 05 »."""
    return gettext("%(day)s, %(time)s", day=format_day(instant), time=format_time(instant))


def format_date(day: datetime | date) -> str:
    """« 3 mars 2026 »."""
    if isinstance(day, datetime):
        day = local(day).date()
    return babel_date(day, "d MMMM y", locale=_locale())


def format_month(day: date) -> str:
    """« mars 2026 »."""
    return babel_date(day, "MMMM y", locale=_locale())


def machine_time(instant: datetime | date) -> str:
    """The value of a ``datetime`` attribute, in the authority's zone."""
    if isinstance(instant, datetime):
        return local(instant).isoformat(timespec="minutes")
    return instant.isoformat()


def file_size(count: int) -> str:
    """« 310 ko », « 2,4 Mo »."""
    if count < 1_000_000:
        return gettext("%(size)s ko", size=max(1, round(count / 1_000)))
    return gettext("%(size)s Mo", size=format_decimal(round(count / 1_000_000, 1), locale=_locale()))


FORMATS = {
    "day": format_day,
    "clock": format_time,
    "moment": format_moment,
    "date": format_date,
    "machine_time": machine_time,
    "file_size": file_size,
}
