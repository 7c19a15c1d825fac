"""The door of the room. Everything flushes and nothing commits."""

from portal.casework.openings.service.looking import get_lookup, look_up, purge_lookups, tell_apart, volumes_of
from portal.casework.openings.service.opening import (
    OpeningClosed,
    check_identity,
    close_opening,
    find_open,
    get_opening,
    hold_opening,
    open_person,
    resume_opening,
    touch_opening,
)
from portal.casework.openings.shapes import FoundPerson, LookupView, OpeningView

__all__ = [
    "FoundPerson",
    "LookupView",
    "OpeningClosed",
    "OpeningView",
    "check_identity",
    "close_opening",
    "find_open",
    "get_lookup",
    "get_opening",
    "hold_opening",
    "look_up",
    "open_person",
    "purge_lookups",
    "resume_opening",
    "tell_apart",
    "touch_opening",
    "volumes_of",
]
