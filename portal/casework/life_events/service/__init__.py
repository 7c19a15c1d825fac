"""The door of the room. Everything flushes and nothing commits; somebody else's event looks like none."""

from portal.casework.life_events.service.events import (
    cancel,
    change_entry,
    change_facts,
    check_entry,
    check_facts,
    mark_done,
    move_events,
    open_event,
)
from portal.casework.life_events.service.forgetting import purge_events
from portal.casework.life_events.service.reading import list_events, preview_line, read_event
from portal.casework.life_events.service.transfers import consent_and_send, decline

__all__ = [
    "cancel",
    "change_entry",
    "change_facts",
    "check_entry",
    "check_facts",
    "consent_and_send",
    "decline",
    "list_events",
    "mark_done",
    "move_events",
    "open_event",
    "preview_line",
    "purge_events",
    "read_event",
]
