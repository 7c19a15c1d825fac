"""A list as a calendar file (RFC 5545): one all-day event for each dated line, no alarm.

An event keeps its UID from one download to the next, so that a calendar replaces what it had. A day has no time zone:
the 3rd of March in Paris is the 3rd of March (§3.3.4).
"""

import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from portal.casework.checklists.enums import LineState
from portal.casework.checklists.shapes import ChecklistView, Line
from portal.ground.clock import PARIS

MEDIA_TYPE: Final = "text/calendar; charset=utf-8"
# §3.1: a line holds 75 octets at most, its end apart.
OCTETS: Final = 75
END: Final = "\r\n"


def write_calendar(view: ChecklistView, lines: Sequence[Line], *, title: str, address: str, host: str) -> bytes:
    """The calendar of the lines that are left to do and have a date.

    :param address: of the page of the list, absolute. :param host: makes the UIDs unique in the world (§3.8.4.7).
    """
    written = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//Parvis//{_escaped(title)}//FR", "CALSCALE:GREGORIAN"]
    written += ["METHOD:PUBLISH", f"X-WR-CALNAME:{_escaped(title)}", f"X-WR-TIMEZONE:{PARIS.key}"]
    for line in lines:
        if line.due is not None and line.state is not LineState.DONE:
            written += _event(view, line, line.due, address, host)
    written.append("END:VCALENDAR")
    return "".join(END.join(_folded(one)) + END for one in written).encode()


def _event(view: ChecklistView, line: Line, due: date, address: str, host: str) -> list[str]:
    about = "\n".join(part for part in (_sentence(line.why), _sentence(line.help)) if part)
    # Grows with each change, as §3.8.7.4 asks of an event that is published again.
    sequence = int((view.updated_at - view.created_at).total_seconds())
    return [
        "BEGIN:VEVENT",
        f"UID:{view.id}-{line.id}@{host}",
        f"DTSTAMP:{_utc(view.updated_at)}",
        f"LAST-MODIFIED:{_utc(view.updated_at)}",
        f"SEQUENCE:{sequence}",
        f"DTSTART;VALUE=DATE:{due:%Y%m%d}",
        f"DTEND;VALUE=DATE:{due + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(line.title)}",
        f"DESCRIPTION:{_escaped(about)}",
        f"URL:{address}",
        "TRANSP:TRANSPARENT",
        "CLASS:PRIVATE",
        "END:VEVENT",
    ]


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:].rstrip('.')}." if text else ""


def _utc(instant: datetime) -> str:
    return f"{instant:%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    """TEXT of §3.3.11: backslash, semicolon, comma and newline escaped; control characters have no place in it."""
    kept = "".join(char for char in text.replace("\r\n", "\n") if char == "\n" or unicodedata.category(char) != "Cc")
    for char in ("\\", ";", ","):
        kept = kept.replace(char, f"\\{char}")
    return kept.replace("\n", "\\n")


def _folded(text: str) -> Iterator[str]:
    """A line in pieces of 75 octets, the following ones opened by a space; no character is cut (§3.1)."""
    piece, size = "", 0
    for char in text:
        width = len(char.encode())
        if size + width > OCTETS:
            yield piece
            piece, size = " ", 1
        piece, size = piece + char, size + width
    yield piece
