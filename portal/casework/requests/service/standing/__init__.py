"""Where a request stands: the only writer of its status, its course in the workflow, and what is written about it."""

from portal.casework.requests.service.standing.messages import list_messages, note_messages_read, post_message
from portal.casework.requests.service.standing.status import apply_status

__all__ = [
    "apply_status",
    "list_messages",
    "note_messages_read",
    "post_message",
]
