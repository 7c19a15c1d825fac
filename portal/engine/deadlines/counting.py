"""Keeping the figures true: what changed since the last time is counted again, some requests a unit."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from portal.casework.figures.service import (
    Position,
    finish_walk,
    keep_backlog,
    keep_cases,
    keep_position,
    read_position,
)
from portal.casework.requests import service as requests
from portal.casework.satisfaction import service as satisfaction
from portal.ground.db import Database

AT_ONCE: Final = 500
# What changes what a request adds to the figures, each walked in the order of its changes.
CHANGES: Final[Mapping[str, Callable[[Session, Position | None, int], list[Position]]]] = MappingProxyType(
    {"requests": requests.list_changed, "satisfaction": satisfaction.list_changed}
)


def count_figures(database: Database, *, at_once: int = AT_ONCE) -> int:
    """Bring the figures up to date; how many requests were looked at.

    Each unit keeps what it counted and how far it came, together: stopped anywhere, the next run goes on from there and
    the figures come out the same. Counting a request twice changes nothing.
    """
    looked_at = 0
    for name in CHANGES:
        with database.reading() as session:
            place = read_position(session, name)
        more = True
        while more:
            with database.writing() as session:
                seen = count_some(session, name, place, at_once)
                more = len(seen) == at_once
                if not more:
                    finish_walk(session, name)
            place = seen[-1] if seen else place
            looked_at += len(seen)
    with database.writing() as session:
        keep_backlog(session, requests.open_groups(session))
    return looked_at


def count_some(session: Session, name: str, after: Position | None, limit: int) -> list[Position]:
    """Count the next changes of one kind; where they are."""
    seen = CHANGES[name](session, after, limit)
    if seen:
        ids: list[UUID] = [place.id for place in seen]
        opinions = satisfaction.opinions_of(session, ids)
        keep_cases(session, [(case, opinions.get(case.request_id)) for case in requests.cases_of(session, ids)])
        keep_position(session, name, seen[-1])
    return seen
