"""Calendar files (RFC 5545): lines folded at 75 octets, texts escaped, instants in UTC. What is in them, rooms say."""

import unicodedata
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from portal.ground.clock import PARIS

MEDIA_TYPE: Final = "text/calendar; charset=utf-8"
# §3.1: a line holds 75 octets at most, its end apart.
OCTETS: Final = 75
END: Final = "\r\n"


def calendar_file(title: str, events: Sequence[Sequence[str]]) -> bytes:
    """A published calendar of these events, each given by its unfolded lines without ``BEGIN`` and ``END``."""
    written = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//Parvis//{escaped(title)}//FR", "CALSCALE:GREGORIAN"]
    written += ["METHOD:PUBLISH", f"X-WR-CALNAME:{escaped(title)}", f"X-WR-TIMEZONE:{PARIS.key}"]
    for lines in events:
        written += ["BEGIN:VEVENT", *lines, "END:VEVENT"]
    written.append("END:VCALENDAR")
    return "".join(END.join(_folded(one)) + END for one in written).encode()


def utc_stamp(instant: datetime) -> str:
    """An instant as calendars write it, in UTC: no time zone has to travel with it."""
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
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
