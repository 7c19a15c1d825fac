"""Corrections of a request that was sent: by the person alone, or because the department asked."""

from portal.casework.requests.service.correcting.amending import amend
from portal.casework.requests.service.correcting.correcting import answer_corrections, get_corrections, list_correctable

__all__ = [
    "amend",
    "answer_corrections",
    "get_corrections",
    "list_correctable",
]
