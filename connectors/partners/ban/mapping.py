"""From the geocoder's features to places. Pure."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.sdk import PlaceFound
from connectors.sdk.mapping import one_line

MAX_TEXT = 200
MAX_PLACES = 20
_POSTCODE = re.compile(r"[0-9]{5}")
_CITY_CODE = re.compile(r"[0-9]{5}|2[AB][0-9]{3}")
_KINDS = frozenset({"housenumber", "street", "locality", "municipality"})


def to_question(text: str) -> str:
    """What is searched for: one line, bounded; empty when there is nothing to search with.

    The service refuses fewer than three characters, and anything that starts with neither a letter nor a digit.
    """
    line = one_line(text, MAX_TEXT)
    while line and not line[0].isalnum():
        line = line[1:]
    return line if len(line) >= 3 else ""


def to_places(features: Sequence[Any], limit: int) -> list[PlaceFound]:
    """The places that can be used, in the partner's order. What has no label or no possible point is left out."""
    found = (_to_place(feature) for feature in features[: MAX_PLACES * 5])
    return [place for place in found if place is not None][: min(limit, MAX_PLACES)]


def _to_place(feature: Any) -> PlaceFound | None:
    properties = _member(feature, "properties")
    point = _point(_member(_member(feature, "geometry"), "coordinates"))
    label = _text(_member(properties, "label"))
    if not label or point is None:
        return None
    longitude, latitude = point
    kind = _text(_member(properties, "type"))
    return PlaceFound(
        label=label,
        line=_text(_member(properties, "name")) or label,
        postcode=_matching(_POSTCODE, _member(properties, "postcode")),
        city=_text(_member(properties, "city")),
        city_code=_matching(_CITY_CODE, _member(properties, "citycode")),
        latitude=latitude,
        longitude=longitude,
        kind=kind if kind in _KINDS else "",
        score=_share(_member(properties, "score")),
    )


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else None


def _text(value: Any) -> str:
    return one_line(value, MAX_TEXT) if isinstance(value, str) else ""


def _matching(pattern: re.Pattern[str], value: Any) -> str:
    text = str(value) if isinstance(value, str | int) else ""
    return text if pattern.fullmatch(text) else ""


def _point(value: Any) -> tuple[float, float] | None:
    """Longitude then latitude, in degrees (RFC 7946 §3.1.1); None when they are not on the globe, or at its origin."""
    if not isinstance(value, list) or len(value) < 2 or not all(_is_number(part) for part in value[:2]):
        return None
    longitude, latitude = float(value[0]), float(value[1])
    possible = abs(longitude) <= 180 and abs(latitude) <= 90 and (longitude, latitude) != (0.0, 0.0)
    return (longitude, latitude) if possible else None


def _share(value: Any) -> float:
    return min(max(float(value), 0.0), 1.0) if _is_number(value) else 0.0


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
