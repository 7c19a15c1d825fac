"""Reading requests: one, those of a person, where they stand, what each recipient was given."""

from portal.casework.requests.service.reading.applicants import Applicant, DeskRequest, find_applicant, list_for_desk
from portal.casework.requests.service.reading.earlier import earlier_requests
from portal.casework.requests.service.reading.following import list_standings
from portal.casework.requests.service.reading.measured import cases_of, find_asked, list_changed, open_groups
from portal.casework.requests.service.reading.queries import (
    contact_address,
    find_request_id,
    get_request,
    get_request_document,
    list_requests,
)
from portal.casework.requests.service.reading.told import list_told

__all__ = [
    "Applicant",
    "DeskRequest",
    "cases_of",
    "contact_address",
    "earlier_requests",
    "find_applicant",
    "find_asked",
    "find_request_id",
    "get_request",
    "get_request_document",
    "list_changed",
    "list_for_desk",
    "list_requests",
    "list_standings",
    "list_told",
    "open_groups",
]
