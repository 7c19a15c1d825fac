"""Conditions on steps and fields: a small closed language, evaluated on answers. No code is ever evaluated."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictStr, model_validator

Answer = StrictStr | StrictBool
MAX_DEPTH = 8


class _Condition(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class FieldCondition(_Condition):
    """A test on one answer: exactly one of the four comparisons."""

    field: Annotated[str, Field(min_length=1, max_length=60)]
    equals: Answer | None = None
    not_equals: Answer | None = None
    within: Annotated[tuple[Answer, ...] | None, Field(alias="in", max_length=100)] = None
    filled: bool | None = None

    @model_validator(mode="after")
    def _one_comparison(self) -> Self:
        given = [c for c in (self.equals, self.not_equals, self.within, self.filled) if c is not None]
        if len(given) != 1:
            raise ValueError("one comparison exactly is needed: equals, not_equals, in or filled")
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
    """Whether the condition is true of the answers. No condition is always true; an absent answer equals nothing."""
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
        return condition.filled is not (answer is None or answer == "")
    if condition.within is not None:
        return any(_same(answer, wanted) for wanted in condition.within)
    if condition.not_equals is not None:
        return not _same(answer, condition.not_equals)
    return _same(answer, condition.equals)


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
