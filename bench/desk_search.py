"""Looking for a person at a desk among a thousand and among many more: what must not grow with the commune."""

import random
import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select

from bench.ground import Ground, settle
from bench.table import Line
from portal.ground.db import Database, new_id
from portal.people.accounts.models import Person, PersonKey, PersonSearch
from portal.people.accounts.search_keys import stored_keys, words_of
from portal.people.accounts.service import find_by_name

FEW = 1_000
CHUNK = 2_000
REPEATS = 150
SYLLABLES = ("ba", "ce", "do", "fi", "gu", "la", "me", "no", "pi", "ru", "sa", "te", "vo", "zi")
# What is typed → pieces of the name, year or date of birth.
ASKED: dict[str, tuple[Sequence[str], str]] = {
    "the beginning of a name and a year": (("dub",), "1962"),
    "a name with swapped letters and a year": (("duobis",), "1962"),
    "a name and a first name": (("dubois", "angela"), ""),
    "nobody": (("xyxyxy", "zzz"), ""),
}


def compare(ground: Ground, many: int) -> list[Line]:
    """The same questions at both sizes."""
    small, large = _measure(ground.database, 0, FEW), _measure(ground.database, FEW, many)
    return [
        Line(
            f"search: {name}",
            large[name] / small[name],
            target=3.0,
            told=f"{small[name]:.2f} ms → {large[name]:.2f} ms",
        )
        for name in ASKED
    ]


def _measure(database: Database, before: int, count: int) -> dict[str, float]:
    _fill(database, before, count)
    found = {}
    for name, (words, birth) in ASKED.items():
        times = []
        for _ in range(REPEATS):
            with database.reading() as session:
                started = time.perf_counter()
                find_by_name(session, words, birthdate=birth)
                times.append(1_000 * (time.perf_counter() - started))
        found[name] = min(times)  # what other work on the machine adds says nothing
    return found


def _fill(database: Database, before: int, count: int) -> None:
    """Persons with names drawn from syllables, born over ninety years.

    One in each thousand is a Dubois, one in five hundred has Angela as first name: a few have both, as in a true town,
    where those who bear the very same names do not multiply with the archive as other lists do.
    """
    draw = random.Random(before)
    with database.reading() as session:
        key_id = session.scalars(select(Person.data_key_id).limit(1)).one()
    for first in range(before, count, CHUNK):
        people: list[dict[str, Any]] = []
        searched: list[dict[str, Any]] = []
        keyed: list[dict[str, Any]] = []
        for number in range(first, min(first + CHUNK, count)):
            row = _person(number, draw)
            people.append({"id": row["person_id"], "data_key_id": key_id})
            searched.append(row)
            words = words_of(row["family_key"], row["given_key"])
            year = int(row["birthdate"][:4])
            keyed += [{"person_id": row["person_id"], "key": key, "year": year} for key in stored_keys(words)]
        with database.writing() as session:
            for table, rows in ((Person, people), (PersonSearch, searched), (PersonKey, keyed)):
                session.execute(insert(table), rows)
    settle(database, "person_key", "person_search")


def _person(number: int, draw: random.Random) -> dict[str, Any]:
    family, given = ("".join(draw.choices(SYLLABLES, k=3)) for _ in range(2))
    return {
        "person_id": new_id(),
        "family_key": "dubois" if number % 1_000 == 0 else family,
        "usage_key": "",
        "given_key": "angela" if number % 500 == 1 or number % 50_000 == 0 else given,
        "birthdate": f"{draw.randint(1930, 2019)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}",
    }
