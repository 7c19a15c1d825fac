"""Finds houses by text and by point. Streets are laid around the town hall, each starting a little further away."""

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from connectors.sandbox.addresses.towns import TOWNS, Town

TURN = math.radians(137.508)  # the golden angle: points that never line up
STEP = 75.0  # metres; the n-th street starts at STEP × √n from the town hall
BETWEEN_HOUSES = 8.0  # metres
LAST_HOUSE = 60
METRES_BY_DEGREE = 111_195.0
FAR = 1_000.0  # metres: beyond, no address is near
_NUMBER = re.compile(r"(\d{1,4})(bis|ter|quater)?")
_SHORT: Mapping[str, str] = {
    "av": "avenue", "bd": "boulevard", "bld": "boulevard", "che": "chemin", "ch": "chemin", "imp": "impasse",
    "all": "allee", "pl": "place", "st": "saint", "ste": "sainte", "rte": "route", "sq": "square",
}  # fmt: skip
_EMPTY = frozenset({"de", "du", "des", "la", "le", "les", "l", "d", "a", "aux", "sur", "en", "rue"})


@dataclass(frozen=True, slots=True)
class House:
    """A place found: a house when it has a number, else a street. ``score`` from 0 to 1."""

    town: Town
    street: str
    number: str
    latitude: float
    longitude: float
    score: float

    def feature(self) -> dict[str, Any]:
        """As the national base shows it (GeoJSON, longitude first)."""
        name = f"{self.number} {self.street}".strip()
        return {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [round(self.longitude, 6), round(self.latitude, 6)]},
            "properties": {
                "label": f"{name} {self.town.code} {self.town.name}",
                "score": round(self.score, 4),
                "id": f"{self.town.code}_{self.town.streets.index(self.street):04d}",
                "name": name,
                "postcode": self.town.code,
                "citycode": self.town.code,
                "city": self.town.name,
                "context": "38, Isère, Auvergne-Rhône-Alpes",
                "type": "housenumber" if self.number else "street",
                "street": self.street,
                "importance": 0.5,
                **({"housenumber": self.number} if self.number else {}),
            },
        }


def search(text: str, *, limit: int, city_code: str = "", postcode: str = "") -> list[House]:
    """Houses and streets like ``text``, best first."""
    words = fold(text).split()
    number = next((word for word in words if _NUMBER.fullmatch(word)), "")
    asked = [word for word in words if word != number]
    wanted = {code for code in (city_code, postcode) if code}
    found = [
        _house(town, index, number, score)
        for town in TOWNS
        if not wanted or wanted == {town.code}
        for index, known in enumerate(_words_of(town))
        if (score := _score(asked, known)) > 0.5
    ]
    return sorted(found, key=lambda house: (-house.score, TOWNS.index(house.town), house.street))[:limit]


def reverse(latitude: float, longitude: float) -> House | None:
    """The house nearest to a point, None when every house is far."""
    near = min(_all_houses(), key=lambda house: _metres(house, latitude, longitude))
    distance = _metres(near, latitude, longitude)
    if distance > FAR:
        return None
    return House(near.town, near.street, near.number, near.latitude, near.longitude, 1 - distance / FAR)


def fold(text: str) -> str:
    """Lower case, without accents nor punctuation, short forms made long."""
    lowered = text.casefold().replace("œ", "oe")
    plain = "".join(c for c in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(c))
    words = "".join(c if c.isalnum() else " " for c in plain).split()
    return " ".join(_SHORT.get(word, word) for word in words)


def point_of(town: Town, index: int, number: int) -> tuple[float, float]:
    """Latitude and longitude of a house of the index-th street; number 0 is where the street starts."""
    angle = TURN * index
    along = STEP * math.sqrt(index) + BETWEEN_HOUSES * min(number, LAST_HOUSE)
    east, north = along * math.cos(angle), along * math.sin(angle)
    by_degree = METRES_BY_DEGREE * math.cos(math.radians(town.latitude))
    return town.latitude + north / METRES_BY_DEGREE, town.longitude + east / by_degree


def _house(town: Town, index: int, number: str, score: float) -> House:
    digits = _NUMBER.fullmatch(number)
    latitude, longitude = point_of(town, index, int(digits[1]) if digits else 0)
    return House(town, town.streets[index], number, latitude, longitude, score)


@cache
def _words_of(town: Town) -> list[tuple[str, ...]]:
    return [tuple(fold(f"{street} {town.name} {town.code}").split()) for street in town.streets]


def _score(asked: list[str], known: tuple[str, ...]) -> float:
    """The share of the words asked that begin a word known, small words counting little; exact words count most."""
    weights = [(word, 0.1 if word in _EMPTY else 1.0) for word in asked]
    total = sum(weight for _, weight in weights)
    if not total:
        return 0.0
    exact = sum(weight for word, weight in weights if word in known)
    begun = sum(weight for word, weight in weights if word not in known and any(one.startswith(word) for one in known))
    return (0.97 * exact + 0.85 * begun) / total


@cache
def _all_houses() -> tuple[House, ...]:
    numbers = range(1, LAST_HOUSE, 2)
    return tuple(
        _house(town, index, str(number), 1.0)
        for town in TOWNS
        for index in range(len(town.streets))
        for number in numbers
    )


def _metres(house: House, latitude: float, longitude: float) -> float:
    east = (house.longitude - longitude) * METRES_BY_DEGREE * math.cos(math.radians(latitude))
    return math.hypot(east, (house.latitude - latitude) * METRES_BY_DEGREE)
