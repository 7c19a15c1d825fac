"""What agents, the procedure and time do with a request: decisions, moves, doubles, deadlines."""

from portal.casework.requests.service.deciding.decisions import assign, decide, request_information, withdraw
from portal.casework.requests.service.deciding.duplicates import close_one_duplicate, mark_duplicate, unmark_duplicate
from portal.casework.requests.service.deciding.handing_over import count_held, hand_over
from portal.casework.requests.service.deciding.inviting import (
    Invitation,
    accept_booked,
    find_invitation,
    kinds_to_book,
)
from portal.casework.requests.service.deciding.lots import hold_target, list_targets
from portal.casework.requests.service.deciding.moving import Said, lapse_one, list_moves, move
from portal.casework.requests.service.deciding.silence import (
    decided_days,
    note_implicit_decisions,
    note_late,
    open_procedures,
    warn_of_deadlines,
)

__all__ = [
    "Invitation",
    "Said",
    "accept_booked",
    "assign",
    "close_one_duplicate",
    "count_held",
    "decide",
    "decided_days",
    "find_invitation",
    "hand_over",
    "hold_target",
    "kinds_to_book",
    "lapse_one",
    "list_moves",
    "list_targets",
    "mark_duplicate",
    "move",
    "note_implicit_decisions",
    "note_late",
    "open_procedures",
    "request_information",
    "unmark_duplicate",
    "warn_of_deadlines",
    "withdraw",
]
