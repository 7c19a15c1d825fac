"""Closed lists of the room."""

from enum import StrEnum


class Realm(StrEnum):
    """The two doors: separate providers, callbacks, cookies and sessions. Nothing crosses from one to the other."""

    AGENT = "agent"
    RESIDENT = "resident"
