"""Words of the room."""

from enum import StrEnum


class PlaceKind(StrEnum):
    """What one goes there for."""

    TOWN_HALL = "town_hall"
    HELP = "help"
    SCHOOL = "school"
    NURSERY = "nursery"
    LIBRARY = "library"
    CLINIC = "clinic"
    MARKET = "market"
    SPORT = "sport"
    STOP = "stop"
