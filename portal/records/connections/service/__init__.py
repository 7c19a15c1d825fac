"""The door of the connections. Operations on states flush and never commit; the registry never touches the database."""

from portal.records.connections.enums import Refusal
from portal.records.connections.service.registry import ConnectionRegistry, load_connections
from portal.records.connections.service.states import (
    breaker_allows,
    checks_due,
    list_states,
    note_failure,
    note_success,
    pause,
    record_check,
    request_check,
    resume,
    state,
    take_passage,
)
from portal.records.connections.shapes import CheckView, ConnectionView, Passage

__all__ = [
    "CheckView",
    "ConnectionRegistry",
    "ConnectionView",
    "Passage",
    "Refusal",
    "breaker_allows",
    "checks_due",
    "list_states",
    "load_connections",
    "note_failure",
    "note_success",
    "pause",
    "record_check",
    "request_check",
    "resume",
    "state",
    "take_passage",
]
