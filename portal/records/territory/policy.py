"""Names as they are searched, distances, and which rows are communes. Pure."""

import math
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from portal.ground.dictionary.service import clean_line
from portal.records.territory.shapes import CommuneView

MAX_NAME: Final = 120
MAX_POSTCODES: Final = 60
MAX_QUERY: Final = 100
EARTH_RADIUS: Final = 6_371_008.8  # metres, mean radius (IUGG)
_CODE = re.compile(r"[0-9]{5}|2[AB][0-9]{3}")
_POSTCODE = re.compile(r"[0-9]{5}")
_DEPARTMENT = re.compile(r"[0-9]{2}|2[AB]|9[78][0-9]")
_SAINTS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
# Kinds of rows of the published lists; old communes, now part of others, are not places to write to.
_CURRENT = frozenset({None, "commune-actuelle", "arrondissement-municipal"})


def search_key(text: str) -> str:
    """Lower case without accents, ligatures nor punctuation; « St » is « saint ». « L’Haÿ » gives « l hay »."""
    lowered = text.casefold().replace("œ", "oe").replace("æ", "ae")
    plain = "".join(c for c in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(c))
    words = "".join(c if c.isalnum() else " " for c in plain).split()
    return " ".join(_SAINTS.get(word, word) for word in words)


def split_query(text: str) -> tuple[str, str]:
    """The name and the digits of what was typed: « 38999 Valmont » gives (« valmont », « 38999 »)."""
    words = search_key(clean_line(text)[:MAX_QUERY]).split()
    digits = [word for word in words if word[0].isdigit() and word.isascii()]
    return " ".join(word for word in words if word not in digits), digits[0][:5] if digits else ""


def read_commune(row: Any) -> CommuneView | None:
    """A row of a published list (api-geo, « découpage administratif ») as a commune; None when it is not one of today.

    Read: ``code``, ``nom``, ``codesPostaux``, ``codeDepartement`` or ``departement``, ``type``. Others are ignored.
    """
    if not isinstance(row, Mapping) or not _is_current(row.get("type")):
        return None
    code, name = row.get("code"), row.get("nom")
    if not isinstance(code, str) or not _CODE.fullmatch(code) or not isinstance(name, str):
        return None
    name = clean_line(name)
    if not name or len(name) > MAX_NAME or not search_key(name):
        return None
    return CommuneView(code, name, _postcodes(row.get("codesPostaux")), _department(row, code))


def _is_current(kind: Any) -> bool:
    return kind is None or (isinstance(kind, str) and kind in _CURRENT)


def _postcodes(value: Any) -> tuple[str, ...]:
    found = value if isinstance(value, list) else []
    return tuple(sorted({one for one in found if isinstance(one, str) and _POSTCODE.fullmatch(one)})[:MAX_POSTCODES])


def _department(row: Mapping[str, Any], code: str) -> str:
    """As the list says, else from the code: three characters overseas, two elsewhere (Code officiel géographique)."""
    said = row.get("codeDepartement", row.get("departement"))
    if isinstance(said, str) and _DEPARTMENT.fullmatch(said):
        return said
    return code[:3] if code.startswith(("97", "98")) else code[:2]


def distance_metres(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Metres between two points given in degrees, as the crow flies (haversine, on a sphere)."""
    north, other_north = math.radians(latitude), math.radians(other_latitude)
    across = math.radians(other_longitude - longitude)
    half = math.sin((other_north - north) / 2) ** 2
    half += math.cos(north) * math.cos(other_north) * math.sin(across / 2) ** 2
    return 2 * EARTH_RADIUS * math.asin(math.sqrt(min(half, 1.0)))
