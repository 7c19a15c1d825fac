"""The rules of street reports: where one stands, what is near, what everyone may read. Pure.

Nothing that a passer-by types is shown to everyone as it is: a place or a sentence may name somebody. Until an agent
has read them, the page says the kind and, for an address chosen in the address search, that address; the words are then
those that the agent approves, or none. A photo is shown only once an agent has looked at it: there are faces and number
plates in pictures.
"""

import math
import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from journeys.daily_services.reports.enums import ReportState
from portal.casework.requests.enums import RequestStatus

STATES: Final[Mapping[RequestStatus, ReportState]] = MappingProxyType(
    {
        RequestStatus.SUBMITTED: ReportState.RECEIVED,
        RequestStatus.IN_PROGRESS: ReportState.TAKEN,
        RequestStatus.WAITING_FOR_RESIDENT: ReportState.TAKEN,
        RequestStatus.ACCEPTED: ReportState.REPAIRED,
        RequestStatus.REJECTED: ReportState.CLOSED,
        RequestStatus.CLOSED: ReportState.CLOSED,
    }
)
OPEN_STATES: Final = frozenset({ReportState.RECEIVED, ReportState.TAKEN})
# How far apart, in metres, two reports of one kind may still be the same problem.
REACH: Final[Mapping[str, int]] = MappingProxyType({"lighting": 30, "road": 20, "waste": 60})
USUAL_REACH: Final = 20
MAX_SIMILAR: Final = 3
METRES_PER_DEGREE: Final = 111_320
# Four decimals of a degree are about eleven metres: enough for a team to find the place, too little to name a door.
DECIMALS: Final = 4
_WAYS: Final = (
    "allee|allees|avenue|boulevard|chemin|cours|esplanade|impasse|montee|passage|place|pont|promenade|quai|route|rue|"
    "ruelle|sentier|square|traverse|venelle|voie"
)
_STREET: Final = re.compile(rf"\b((?:{_WAYS})(?: [a-z][a-z0-9]*){{1,6}})")
_AFTER: Final = re.compile(r" (?:a|angle|avant|apres|chez|cote|derriere|devant|en|face|pres|sous|vers)\b.*")


def statuses_of(state: ReportState) -> tuple[RequestStatus, ...]:
    """The statuses of a request whose report stands there."""
    return tuple(status for status, one in STATES.items() if one is state)


def is_open(state: ReportState | None) -> bool:
    """Whether something is still to be done; nothing is about a report that was withdrawn."""
    return state in OPEN_STATES


def reach_of(kind: str) -> int:
    """The distance in metres within which two reports of this kind may be one problem."""
    return REACH.get(kind, USUAL_REACH)


def street_key(place: str) -> str:
    """What two ways of writing one street have in common, without its number; empty when no street is named.

    « devant le 12 bis, rue des Tanneurs » and « Rue des tanneurs, 38999 Valmont » give the same.
    """
    folded = unicodedata.normalize("NFKD", place.casefold())
    plain = "".join(char for char in folded if not unicodedata.combining(char))
    words = re.sub(r"[^a-z0-9,;()]+", " ", plain)
    found = _STREET.search(re.sub(r"[,;()]", " , ", words))
    return _AFTER.sub("", found[1])[:120].strip() if found else ""


def metres_between(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """The distance between two points of one town, in metres: at that scale the earth is flat."""
    north = (other_latitude - latitude) * METRES_PER_DEGREE
    east = (other_longitude - longitude) * METRES_PER_DEGREE * math.cos(math.radians(latitude))
    return math.hypot(north, east)


def rounded(degrees: float) -> float:
    """A coordinate as it is kept."""
    return round(degrees, DECIMALS)
