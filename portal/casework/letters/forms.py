"""What is typed to say that a letter was posted: the day."""

from datetime import date, datetime
from typing import Final

from flask_babel import lazy_gettext as _l

from portal.ground import clock

WRONG_DAY: Final = _l("Écrivez le jour de l’envoi, par exemple 03/03/2026.")
FORMAT: Final = "%d/%m/%Y"
MAX_DAY: Final = 10


def read_day(typed: str) -> date | None:
    """The day typed, « 03/03/2026 »; None when it is none."""
    try:
        return datetime.strptime(typed.strip()[:MAX_DAY], FORMAT).date()  # noqa: DTZ007 - a civil date
    except ValueError:
        return None


def proposed_day() -> str:
    """What the form proposes: today."""
    return clock.today().strftime(FORMAT)
