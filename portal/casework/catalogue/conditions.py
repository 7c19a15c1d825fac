"""Conditions on steps and fields: a small closed language, evaluated on answers. No code is ever evaluated."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictStr, model_validator

from portal.ground.dictionary.service import read_decimal

Answer = StrictStr | StrictBool
MAX_DEPTH = 8
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _as_bound(raw: Any) -> str:
    """A number or a day as text, however YAML or JSON wrote it."""
    text = str(raw) if isinstance(raw, (str, int, float, Decimal, date)) and not isinstance(raw, bool) else ""
    if not (_DAY.fullmatch(text) or read_decimal(text) is not None):
        raise ValueError("a number or an ISO date is needed")
    return text


Bound = Annotated[str, BeforeValidator(_as_bound), Field(max_length=30)]


class _Condition(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class FieldCondition(_Condition):
    """A test on one answer: exactly one comparison.

    ``at_least`` and ``at_most`` compare numbers, amounts and dates; ``contains``: one of several answers ticked.
    """

    field: Annotated[str, Field(min_length=1, max_length=60)]
    equals: Answer | None = None
    not_equals: Answer | None = None
    within: Annotated[tuple[Answer, ...] | None, Field(alias="in", max_length=100)] = None
    filled: bool | None = None
    at_least: Bound | None = None
    at_most: Bound | None = None
    contains: Annotated[StrictStr, Field(min_length=1, max_length=60)] | None = None

    @model_validator(mode="after")
    def _one_comparison(self) -> Self:
        exact = (self.equals, self.not_equals, self.within, self.filled)
        given = [c for c in (*exact, self.at_least, self.at_most, self.contains) if c is not None]
        if len(given) != 1:
            raise ValueError("one comparison exactly is needed: equals, not_equals, in, filled, at_least…")
        return self


class AllOf(_Condition):
    """Every condition holds; true of an empty list."""

    all: Annotated[tuple["Condition", ...], Field(max_length=50)]


class AnyOf(_Condition):
    """At least one condition holds; false of an empty list."""

    any: Annotated[tuple["Condition", ...], Field(max_length=50)]


class Not(_Condition):
    """The condition does not hold."""

    negated: Annotated["Condition", Field(alias="not")]


Condition = FieldCondition | AllOf | AnyOf | Not

for _model in (AllOf, AnyOf, Not):
    _model.model_rebuild()


def holds(condition: Condition | None, answers: Mapping[str, Any]) -> bool:
    """Whether the condition is true of the answers. No condition is always true; an absent answer equals nothing,
    and is neither large nor small enough.
    """
    match condition:
        case None:
            return True
        case AllOf():
            return all(holds(part, answers) for part in condition.all)
        case AnyOf():
            return any(holds(part, answers) for part in condition.any)
        case Not():
            return not holds(condition.negated, answers)
        case FieldCondition():
            return _field_holds(condition, answers.get(condition.field))


def _field_holds(condition: FieldCondition, answer: Any) -> bool:
    if condition.filled is not None:
        return condition.filled is not (answer is None or answer in ("", []))
    if condition.within is not None:
        return any(_same(answer, wanted) for wanted in condition.within)
    if condition.not_equals is not None:
        return not _same(answer, condition.not_equals)
    if condition.equals is not None:
        return _same(answer, condition.equals)
    if condition.contains is not None:
        return isinstance(answer, str) and condition.contains in answer.split()
    return _in_bounds(condition, answer)


def _in_bounds(condition: FieldCondition, answer: Any) -> bool:
    if condition.at_least is not None:
        order = _compare(answer, condition.at_least)
        return order is not None and order >= 0
    order = _compare(answer, condition.at_most or "")
    return order is not None and order <= 0


def _compare(answer: Any, bound: str) -> int | None:
    """Below, at or above the bound: -1, 0 or 1; None where the two cannot be compared."""
    if _DAY.fullmatch(bound):
        if not (isinstance(answer, str) and _DAY.fullmatch(answer)):
            return None
        return (answer > bound) - (answer < bound)
    number, limit = read_decimal(answer), read_decimal(bound)
    if number is None or limit is None:
        return None
    return (number > limit) - (number < limit)


def _same(answer: Any, wanted: Answer | None) -> bool:
    """Equality without the confusion of True with 1."""
    return type(answer) is type(wanted) and answer == wanted


def fields_of(condition: Condition | None) -> Iterator[str]:
    """The names of the fields that the condition looks at."""
    match condition:
        case FieldCondition():
            yield condition.field
        case AllOf():
            for part in condition.all:
                yield from fields_of(part)
        case AnyOf():
            for part in condition.any:
                yield from fields_of(part)
        case Not():
            yield from fields_of(condition.negated)
        case None:
            return


def depth(condition: Condition | None) -> int:
    """How deep the condition nests; a field alone counts one."""
    match condition:
        case AllOf():
            return 1 + max(map(depth, condition.all), default=0)
        case AnyOf():
            return 1 + max(map(depth, condition.any), default=0)
        case Not():
            return 1 + depth(condition.negated)
        case None:
            return 0
        case FieldCondition():
            return 1
