"""French working days: neither a Saturday, nor a Sunday, nor a public holiday (code du travail, L3133-1). Pure."""

from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays import HolidayBase

SATURDAY = 5


@lru_cache(maxsize=16)
def _holidays(place: str) -> "HolidayBase":
    """The public holidays of France; with ``place``, those of Alsace, Moselle or an overseas territory besides."""
    from holidays import country_holidays  # late: few procedures count working days, and it is slow to load

    return country_holidays("FR", subdiv=place or None)


def is_public_holiday(day: date, place: str = "") -> bool:
    """Whether a day is a public holiday."""
    return day in _holidays(place)


def is_working_day(day: date, place: str = "") -> bool:
    """Whether offices are open that day."""
    return day.weekday() < SATURDAY and not is_public_holiday(day, place)


def add_working_days(day: date, count: int, place: str = "") -> date:
    """The last of the ``count`` working days that follow ``day``; ``day`` itself when there is none to add."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day, place)
    return day


def working_days_between(day: date, until: date, place: str = "") -> int:
    """How many working days follow ``day``, ``until`` included."""
    span = max(0, (until - day).days)
    return sum(is_working_day(day + timedelta(days=number), place) for number in range(1, span + 1))
