"""Somebody who has it all: the files, the tables, the keys. They look for any order in which marks follow ballots.

They know which mark is whose and what each ballot says; what they miss is which goes with which. Every way of putting
the marks in a row is tried against every way of putting the ballots in a row.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import make_url, text

from portal.ground.db import Database

Order = Mapping[Any, float]


@dataclass(frozen=True)
class Tables:
    """Where marks and ballots are, and the columns that tell them apart."""

    mark: str = "participation_mark"
    voter: str = "voter"
    ballot: str = "participation_ballot"
    sealed: str = "sealed"


@dataclass(frozen=True)
class Attack:
    """What one pair of orders gives: how well they follow each other, and how many ballots it names."""

    orders: tuple[str, str]
    correlation: float
    named: int


def attack(
    database: Database, truth: Sequence[tuple[str, bytes]], tables: Tables, files: Sequence[Path] = ()
) -> list[Attack]:
    """Try every pair of orders. ``truth``: (mark, sealed ballot) of each voter; ``files``: copies of the database."""
    marks, ballots = [mark for mark, _ in truth], [sealed for _, sealed in truth]
    mark_orders = _orders(database, tables.mark, tables.voter, marks, files)
    ballot_orders = _orders(database, tables.ballot, tables.sealed, ballots, files)
    return [
        Attack((one, other), _correlation(truth, first, second), _named(truth, first, second))
        for one, first in mark_orders.items()
        for other, second in ballot_orders.items()
    ]


def sightings(file: Path, wanted: str | bytes) -> list[int]:
    """Every place of a file where a value lies, whatever holds it: a row, an index, a page given back."""
    content, needle = file.read_bytes(), wanted.encode() if isinstance(wanted, str) else wanted
    found, place = [], content.find(needle)
    while place >= 0:
        found.append(place)
        place = content.find(needle, place + 1)
    return found


def files_of(database: Database) -> list[Path]:
    """The files of an SQLite database that exist: itself, its write-ahead log."""
    name = make_url(database.url).database
    return [file for file in (Path(f"{name}"), Path(f"{name}-wal")) if database.dialect == "sqlite" and file.exists()]


def _orders(
    database: Database, table: str, column: str, values: Sequence[Any], files: Sequence[Path]
) -> dict[str, Order]:
    found: dict[str, Order] = {"value": {value: rank for rank, value in enumerate(sorted(values))}}
    sorts = {"as stored": "", **({"ctid": "ORDER BY ctid"} if database.dialect == "postgresql" else {})}
    with database.engine.connect() as connection:
        for name, sort in sorts.items():
            rows = connection.execute(text(f"SELECT {column} FROM {table} {sort}")).scalars()
            found[name] = {_plain(value): rank for rank, value in enumerate(rows)}
        if database.dialect == "postgresql":
            rows = connection.execute(text(f"SELECT {column}, xmin::text::bigint FROM {table}"))
            found["xmin"] = {_plain(value): transaction for value, transaction in rows}
    for file in files:
        for name, pick in (("first", min), ("last", max)):
            places = {value: sightings(file, value) for value in values}
            if all(places.values()):
                found[f"{name} in {file.suffix}"] = {value: pick(where) for value, where in places.items()}
    return found


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview | bytearray) else value


def _named(truth: Sequence[tuple[str, bytes]], marks: Order, ballots: Order) -> int:
    """How many pairs are right when the first mark is given the first ballot, and so on."""
    draw = random.Random(20_261_125)  # what an order leaves level, the attacker draws by lot
    in_marks = sorted(draw.sample(truth, len(truth)), key=lambda pair: marks[pair[0]])
    in_ballots = sorted(draw.sample(truth, len(truth)), key=lambda pair: ballots[pair[1]])
    return sum(one == other for one, other in zip(in_marks, in_ballots, strict=True))


def _correlation(truth: Sequence[tuple[str, bytes]], marks: Order, ballots: Order) -> float:
    """Spearman's, ties sharing their rank; 0 when one of the two orders says nothing."""
    first = _ranks([marks[mark] for mark, _ in truth])
    second = _ranks([ballots[sealed] for _, sealed in truth])
    mean = (len(truth) - 1) / 2
    spread = [sum((rank - mean) ** 2 for rank in ranks) for ranks in (first, second)]
    if not all(spread):
        return 0.0
    return sum((a - mean) * (b - mean) for a, b in zip(first, second, strict=True)) / (spread[0] * spread[1]) ** 0.5


def _ranks(values: Sequence[float]) -> list[float]:
    where: dict[float, list[int]] = {}
    for rank, value in enumerate(sorted(values)):
        where.setdefault(value, []).append(rank)
    return [sum(where[value]) / len(where[value]) for value in values]
