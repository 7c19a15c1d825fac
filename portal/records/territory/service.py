"""The door of the territory. Operations flush and never commit; what is here is public."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, case, func, insert, or_, select, update
from sqlalchemy.orm import Session

from portal.ground.db import new_id
from portal.ground.errors import Invalid
from portal.records.territory.enums import PlaceKind
from portal.records.territory.models import Commune, PublicPlace
from portal.records.territory.policy import distance_metres, read_commune, search_key, split_query
from portal.records.territory.shapes import CommuneView, ImportCount, PlaceView

__all__ = [
    "CommuneView",
    "ImportCount",
    "PlaceKind",
    "PlaceView",
    "count_communes",
    "distance_metres",
    "find_communes",
    "import_communes",
    "list_places",
    "record_place",
]

MAX_FOUND = 50
BATCH = 1_000


def find_communes(session: Session, text: str, limit: int = 8) -> list[CommuneView]:
    """The communes whose name, or a word of it, starts like ``text``; digits are a postcode or its start.

    « 38 valm », « Valmont », « VALMONT-SUR », « st martin », « 38999 » all work. The closest names come first. Nothing
    is found with less than two letters or digits. One statement.
    """
    name, digits = split_query(text)
    if len(name) + len(digits) < 2:
        return []
    wanted: list[ColumnElement[bool]] = []
    if name:
        wanted.append(or_(Commune.search_key.startswith(name), Commune.search_key.contains(f" {name}")))
    if digits:
        wanted.append(or_(Commune.postcodes_key.contains(f" {digits}"), Commune.code == digits))
    closest = case((Commune.search_key == name, 0), (Commune.search_key.startswith(name), 1), else_=2)
    query = (
        select(Commune).where(*wanted).order_by(closest, func.length(Commune.name), Commune.search_key, Commune.code)
    )
    return [_commune(row) for row in session.scalars(query.limit(max(1, min(limit, MAX_FOUND))))]


def count_communes(session: Session) -> int:
    """How many communes are known here."""
    return session.scalar(select(func.count()).select_from(Commune)) or 0


def import_communes(session: Session, rows: Iterable[Any]) -> ImportCount:
    """Take in communes of a published list: new ones are added, known ones brought up to date, none is removed.

    Twice is once. A row that is not a commune of today is counted and left out; of two rows of the same code, the last
    one stands.

    :param rows: mappings of api-geo (``code``, ``nom``, ``codesPostaux``, ``codeDepartement``), or anything else.
    """
    read = [read_commune(row) for row in rows]
    wanted = {one.code: _row(one) for one in read if one is not None}
    known = {row.code: dict(row) for row in session.execute(select(Commune.__table__)).mappings()}
    added = [row for code, row in wanted.items() if code not in known]
    changed = [row for code, row in wanted.items() if code in known and known[code] != row]
    for start in range(0, len(added), BATCH):
        session.execute(insert(Commune), added[start : start + BATCH])
    for start in range(0, len(changed), BATCH):
        session.execute(update(Commune), changed[start : start + BATCH])
    refused = sum(one is None for one in read)
    return ImportCount(len(added), len(changed), len(wanted) - len(added) - len(changed), refused)


def list_places(session: Session, kind: PlaceKind | None = None) -> list[PlaceView]:
    """The public places, by kind then name. One statement."""
    query = select(PublicPlace).order_by(PublicPlace.kind, PublicPlace.name)
    return [_place(row) for row in session.scalars(query if kind is None else query.where(PublicPlace.kind == kind))]


def record_place(
    session: Session,
    *,
    kind: PlaceKind,
    name: str,
    line: str,
    latitude: float,
    longitude: float,
    opening: Mapping[str, str] | None = None,
) -> PlaceView:
    """Record a place, or bring the one of the same kind and name up to date.

    :param opening: hours in words, by language.
    :raises Invalid: no name, or a point that is not on the globe.
    """
    faults = {} if name.strip() else {"name": _("Donnez un nom à ce lieu.")}
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        faults["point"] = _("Donnez une latitude entre -90 et 90, et une longitude entre -180 et 180.")
    if faults:
        raise Invalid(faults)
    row = session.scalar(select(PublicPlace).where(PublicPlace.kind == kind, PublicPlace.name == name))
    if row is None:
        row = PublicPlace(id=new_id(), kind=kind, name=name)
        session.add(row)
    row.line, row.latitude, row.longitude, row.opening = line, latitude, longitude, dict(opening or {})
    session.flush()
    return _place(row)


def _row(one: CommuneView) -> dict[str, str]:
    postcodes = f" {' '.join(one.postcodes)} " if one.postcodes else ""
    return {
        "code": one.code,
        "name": one.name,
        "department": one.department,
        "search_key": search_key(one.name)[:160],
        "postcodes_key": postcodes,
    }


def _commune(row: Commune) -> CommuneView:
    return CommuneView(row.code, row.name, tuple(row.postcodes_key.split()), row.department)


def _place(row: PublicPlace) -> PlaceView:
    return PlaceView(row.id, row.kind, row.name, row.line, row.latitude, row.longitude, row.opening)
