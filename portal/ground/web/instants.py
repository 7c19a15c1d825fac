"""Days and instants as addresses, forms and events keep them, in ISO 8601: anybody may have altered them."""

from datetime import date, datetime

from portal.ground import clock


def read_instant(text: object) -> datetime | None:
    """An instant with its zone; None for anything else, and for what is too far back to be counted from."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo and found.year > 1 else None


def read_day(text: object) -> date | None:
    """A day; None for anything else."""
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None


def day_to_come(text: object) -> date:
    """A day, not before today; anything else is today."""
    today = clock.today()
    return max(read_day(text) or today, today)
