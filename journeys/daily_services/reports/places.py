"""Finding addresses of the commune, where the portal can: what is typed is always taken as it is."""

from collections.abc import Sequence
from typing import Final

from journeys.daily_services.reports.shapes import Address, Point
from portal.engine.addresses import service as addresses
from portal.engine.addresses.service import AddressAnswer, Source
from portal.engine.journey_kit.offers import registry
from portal.ground.web import database, end_unit, unit
from portal.people.accounts.service import get_authority

MAX_FOUND: Final = 4
MAX_LABEL: Final = 200


def search(text: str) -> Sequence[Address]:
    """The addresses of the commune that may be meant, the likeliest first; none when nobody can say.

    Ends the unit of the page: the address base answers in five seconds or not at all.
    """
    if not _is_served():
        return []
    code = get_authority(unit()).insee_code
    end_unit()
    answer = addresses.search_addresses(database(), registry(), text, city_code=code, limit=MAX_FOUND)
    return _known(answer, code)


def locate(point: Point) -> Address | None:
    """The address nearest to a point, when it is in the commune. Ends the unit of the page."""
    if not _is_served():
        return None
    code = get_authority(unit()).insee_code
    end_unit()
    found = _known(addresses.locate(database(), registry(), point.latitude, point.longitude), code)
    return found[0] if found else None


def _is_served() -> bool:
    return registry().with_capability("finds_places") is not None


def _known(answer: AddressAnswer, code: str) -> list[Address]:
    """Streets and numbers only: the name of the commune says nothing of where the problem is."""
    if answer.source is not Source.BAN:
        return []
    return [
        Address(one.label[:MAX_LABEL], Point(one.latitude, one.longitude))
        for one in answer.places
        if one.kind != "municipality"
        and one.city_code in {"", code}
        and one.latitude is not None
        and one.longitude is not None
    ]
