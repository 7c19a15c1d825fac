"""The tables that the inventory speaks of, and what ties them to each other: from the schema, never written twice."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module

from sqlalchemy import Column, Table

from portal.casework.catalogue.journeys import load_journeys
from portal.engine.retention.inventory import INVENTORY
from portal.engine.retention.shapes import Rule, With
from portal.ground.db import Base


@cache
def all_rules() -> Mapping[str, Rule]:
    """Table → until when it keeps what it holds: the portal's tables, then those of the journeys installed.

    A journey that owns tables names them in ``RULES`` of its module ``retention``.
    """
    parts = [journey.part("retention") for journey in load_journeys()]
    own = {name: rule for part in parts if part for name, rule in part.RULES.items()}
    return {**INVENTORY, **own}


@cache
def all_tables() -> Mapping[str, Table]:
    """Every table by name, those of the journeys installed included.

    Other rooms' tables are known by now: their services were imported. Nothing imports this room's own one by itself.
    """
    import_module("portal.engine.retention.models")
    for journey in load_journeys():
        journey.part("models")
    return dict(Base.metadata.tables)


def followers_of(name: str) -> Iterator[tuple[Table, Column[object]]]:
    """The tables whose rows go with those of this one, each with the column that ties them."""
    for follower, rule in all_rules().items():
        if isinstance(rule, With) and rule.table == name:
            table, column = rule.by.split(".")
            if table == follower:
                yield all_tables()[follower], all_tables()[follower].c[column]


def root_of(name: str) -> str:
    """The table with whose rows those of this one go in the end; itself when its rows have their own end."""
    rule = all_rules()[name]
    return root_of(rule.table) if isinstance(rule, With) else name


def references_to(name: str) -> Iterator[tuple[Table, Column[object]]]:
    """Every column of the schema that points at this table."""
    for table in all_tables().values():
        for column in table.c:
            if any(key.column.table.name == name for key in column.foreign_keys):
                yield table, column
