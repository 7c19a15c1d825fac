"""Sending: what was answered becomes a request, from an account, at once without one, or typed in by an agent."""

from portal.casework.requests.acknowledgements import AcknowledgementData
from portal.casework.requests.service.papers import (
    ACKNOWLEDGEMENT_PAPER,
    DECISION_PAPER,
    PAPER_KINDS,
    PAPER_LANE,
    get_acknowledgement,
    get_decision_letter,
    issued_acknowledgement,
    issued_decision,
    order_paper,
)
from portal.casework.requests.service.sending.entering import (
    Received,
    SimilarRequest,
    find_similar,
    instant_of,
    start_entry_draft,
    submit_entry,
)
from portal.casework.requests.service.sending.submission import FORWARD_KIND, find_submitted, submit
from portal.casework.requests.service.sending.unsigned import (
    attach_to_account,
    follower,
    open_with_code,
    read_recorded_answers,
    submit_at_once,
)

__all__ = [
    "ACKNOWLEDGEMENT_PAPER",
    "DECISION_PAPER",
    "FORWARD_KIND",
    "PAPER_KINDS",
    "PAPER_LANE",
    "AcknowledgementData",
    "Received",
    "SimilarRequest",
    "attach_to_account",
    "find_similar",
    "find_submitted",
    "follower",
    "get_acknowledgement",
    "get_decision_letter",
    "instant_of",
    "issued_acknowledgement",
    "issued_decision",
    "open_with_code",
    "order_paper",
    "read_recorded_answers",
    "start_entry_draft",
    "submit",
    "submit_at_once",
    "submit_entry",
]
