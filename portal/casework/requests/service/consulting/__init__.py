"""Between agents and departments: notes, opinions asked and given, requests that go from one to another."""

from portal.casework.requests.service.consulting.notes import edit_note, get_note, write_note
from portal.casework.requests.service.consulting.opinions import (
    answer_opinion,
    ask_opinion,
    close_opinion,
    list_opinions,
    opinions_to_give,
    read_opinion,
    read_opinion_document,
)
from portal.casework.requests.service.consulting.received import (
    TRANSFER_NOTICE,
    count_received,
    receiver_address,
    render_transfer_notice,
)
from portal.casework.requests.service.consulting.transferring import TRACE_KEPT, list_transfers, transfer

__all__ = [
    "TRACE_KEPT",
    "TRANSFER_NOTICE",
    "answer_opinion",
    "ask_opinion",
    "close_opinion",
    "count_received",
    "edit_note",
    "get_note",
    "list_opinions",
    "list_transfers",
    "opinions_to_give",
    "read_opinion",
    "read_opinion_document",
    "receiver_address",
    "render_transfer_notice",
    "transfer",
    "write_note",
]
