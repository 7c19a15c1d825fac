"""Values worked out from other answers instead of asked. Pure, and the same for the same answers on the same day."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from portal.casework.catalogue.document import Formula
from portal.ground.dictionary.service import ConceptType, read_decimal, write_decimal

PRECISION = 90
_PLACES = {ConceptType.MONEY: Decimal("0.01"), ConceptType.EUROS: Decimal(1)}


def work_out(formula: Formula, kind: ConceptType, answers: Mapping[str, Any], today: date) -> str | None:
    """The value, written as its type is; None while an answer that it cannot do without is missing.

    A total leaves out what is missing; a name that a page asked for each of several asks counts all of them.
    """
    with localcontext(prec=PRECISION):
        number = _number(formula, answers, today)
        if number is None:
            return None
        if kind in _PLACES:
            return f"{number.quantize(_PLACES[kind], ROUND_HALF_UP):f}"
        return write_decimal(number)


def _number(formula: Formula, answers: Mapping[str, Any], today: date) -> Decimal | None:
    if formula.count is not None:
        rows = answers.get(formula.count)
        return Decimal(len(rows) if isinstance(rows, list) else 0)
    if formula.years_since is not None:
        return _years(answers.get(formula.years_since), today)
    if formula.total is not None:
        found = [number for name in formula.total for number in _numbers(name, answers)]
        return sum(found, Decimal(0)) if found else None
    return _product(formula, answers)


def _product(formula: Formula, answers: Mapping[str, Any]) -> Decimal | None:
    product = Decimal(1)
    for name in formula.names:
        numbers = list(_numbers(name, answers))
        if not numbers:
            return None
        product *= sum(numbers, Decimal(0))
    return product


def _numbers(name: str, answers: Mapping[str, Any]) -> Iterator[Decimal]:
    """The answer to a question, or those of each item of the page that asks it."""
    rows = [row for value in answers.values() if isinstance(value, list) for row in value if name in row]
    given = [answers[name]] if name in answers else [row[name] for row in rows]
    yield from (number for value in given if (number := read_decimal(value)) is not None)


def _years(value: Any, today: date) -> Decimal | None:
    """Whole years since a day; a birth date known by its year alone counts from its first day."""
    parts = str(value or "").split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    year, month, day = map(int, parts)
    had = (today.month, today.day) >= (month, day)
    return Decimal(max(0, today.year - year - (0 if had else 1)))
