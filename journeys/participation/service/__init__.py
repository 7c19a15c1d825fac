"""The door of the journey's polls. Everything flushes and nothing commits."""

from journeys.participation.service.arranging import change_poll, close_early, create_poll, publish_poll
from journeys.participation.service.reading import (
    find_published,
    get_poll,
    list_all,
    list_codes,
    list_published,
    read_turnout,
)
from journeys.participation.service.voting import (
    Refused,
    UrnBroken,
    cast,
    check_vote,
    find_guest_vote,
    find_own_vote,
    guest,
    voter_of,
)

__all__ = [
    "Refused",
    "UrnBroken",
    "cast",
    "change_poll",
    "check_vote",
    "close_early",
    "create_poll",
    "find_guest_vote",
    "find_own_vote",
    "find_published",
    "get_poll",
    "guest",
    "list_all",
    "list_codes",
    "list_published",
    "publish_poll",
    "read_turnout",
    "voter_of",
]
