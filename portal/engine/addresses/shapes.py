"""What the room hands out: plain frozen values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from connectors.sdk import VehicleStation

# Reasons of our own; any other is the code of a connector's error, or why the connection is closed.
NO_CONNECTION = "no_connection"
TOO_SHORT = "too_short"
TOO_MANY = "too_many"


class Source(StrEnum):
    """Who answered: the address base (perhaps that it knows nothing), our list of communes, or nobody."""

    BAN = "ban"
    OFFLINE = "offline"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Address:
    """An address, a street or a commune. ``line`` is number and street, empty for a commune of our own list.

    ``latitude`` and ``longitude`` in degrees (WGS 84), None when not known: never for an answer of the address base.
    ``kind``: ``housenumber``, ``street``, ``locality``, ``municipality`` or empty; ``score`` from 0 to 1.
    """

    label: str
    line: str
    postcode: str
    city: str
    city_code: str
    latitude: float | None
    longitude: float | None
    kind: str
    score: float


@dataclass(frozen=True, slots=True)
class AddressAnswer:
    """Places, best first, who gave them, and why it was not the address base: ``reason`` is empty when it was.

    Reasons: ``too_short``, ``no_connection``, ``connection_paused``, ``breaker_open``, ``too_many`` (other pages wait),
    ``off_the_globe``, or the code of an error.
    """

    places: tuple[Address, ...]
    source: Source
    reason: str = ""


@dataclass(frozen=True, slots=True)
class NearStation:
    """A station and how many metres away it is, as the crow flies. Counts are None when unknown, or too old to show."""

    station: VehicleStation
    metres: int


@dataclass(frozen=True, slots=True)
class StationsAnswer:
    """Stations, nearest first, and how old what they say is.

    ``age_minutes`` since the operator published, whole minutes, None when there is nothing. ``stale``: more than 15
    minutes: the stations are there, without any count. ``reason``: empty when the operator has just answered or its
    last answer still holds; otherwise why it did not, and the stations, if any, are those of its last answer. Reasons
    are those of :class:`AddressAnswer`.
    """

    stations: tuple[NearStation, ...]
    published_at: datetime | None = None
    age_minutes: int | None = None
    stale: bool = False
    reason: str = ""
