"""A list as a calendar file (RFC 5545): one all-day event for each dated line, no alarm.

An event keeps its UID from one download to the next, so that a calendar replaces what it had. A day has no time zone:
the 3rd of March in Paris is the 3rd of March (§3.3.4).
"""

from collections.abc import Sequence
from datetime import date, timedelta

from portal.casework.checklists.enums import LineState
from portal.casework.checklists.shapes import ChecklistView, Line
from portal.ground.web.calendars import MEDIA_TYPE, calendar_file, escaped, utc_stamp

__all__ = ["MEDIA_TYPE", "write_calendar"]


def write_calendar(view: ChecklistView, lines: Sequence[Line], *, title: str, address: str, host: str) -> bytes:
    """The calendar of the lines that are left to do and have a date.

    :param address: of the page of the list, absolute. :param host: makes the UIDs unique in the world (§3.8.4.7).
    """
    return calendar_file(
        title,
        [
            _event(view, line, line.due, address, host)
            for line in lines
            if line.due is not None and line.state is not LineState.DONE
        ],
    )


def _event(view: ChecklistView, line: Line, due: date, address: str, host: str) -> list[str]:
    about = "\n".join(part for part in (_sentence(line.why), _sentence(line.help)) if part)
    # Grows with each change, as §3.8.7.4 asks of an event that is published again.
    sequence = int((view.updated_at - view.created_at).total_seconds())
    return [
        f"UID:{view.id}-{line.id}@{host}",
        f"DTSTAMP:{utc_stamp(view.updated_at)}",
        f"LAST-MODIFIED:{utc_stamp(view.updated_at)}",
        f"SEQUENCE:{sequence}",
        f"DTSTART;VALUE=DATE:{due:%Y%m%d}",
        f"DTEND;VALUE=DATE:{due + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{escaped(line.title)}",
        f"DESCRIPTION:{escaped(about)}",
        f"URL:{address}",
        "TRANSP:TRANSPARENT",
        "CLASS:PRIVATE",
    ]


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:].rstrip('.')}." if text else ""
