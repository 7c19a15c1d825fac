"""Conditions: a closed language, total, and blind to hidden answers."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from portal.casework.catalogue.conditions import AllOf, AnyOf, Condition, FieldCondition, Not, depth, fields_of, holds
from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.fields import check_all, check_step, visible_fields, visible_steps
from tests.portal.casework.world import document

CONDITION: TypeAdapter[Condition] = TypeAdapter(Condition)
values = st.one_of(st.sampled_from(["a", "b", "oui"]), st.booleans())
names = st.sampled_from(["x", "y", "z"])
leaves = st.one_of(
    st.builds(lambda f, v: {"field": f, "equals": v}, names, values),
    st.builds(lambda f, v: {"field": f, "not_equals": v}, names, values),
    st.builds(lambda f, v: {"field": f, "in": v}, names, st.lists(values, max_size=3)),
    st.builds(lambda f, v: {"field": f, "filled": v}, names, st.booleans()),
)
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=8,
)
answers = st.dictionaries(names, values)


@given(conditions, answers)
def test_every_condition_is_true_or_false_and_its_negation_is_the_other(
    raw: Any, given_answers: dict[str, Any]
) -> None:
    condition = CONDITION.validate_python(raw)
    assert holds(Not(negated=condition), given_answers) is not holds(condition, given_answers)


@given(st.lists(conditions, max_size=3), answers)
def test_all_and_any_follow_de_morgan(raw: list[Any], given_answers: dict[str, Any]) -> None:
    parts = tuple(CONDITION.validate_python(part) for part in raw)
    nots = tuple(Not(negated=part) for part in parts)
    assert holds(AllOf(all=parts), given_answers) is not holds(AnyOf(any=nots), given_answers)


@given(conditions, answers)
def test_only_the_named_fields_matter(raw: Any, given_answers: dict[str, Any]) -> None:
    condition = CONDITION.validate_python(raw)
    named = set(fields_of(condition))
    kept = {name: value for name, value in given_answers.items() if name in named}
    assert holds(condition, kept) is holds(condition, given_answers | {"elsewhere": "a"})
    assert depth(condition) >= 1


@given(conditions)
def test_a_condition_survives_its_export(raw: Any) -> None:
    condition = CONDITION.validate_python(raw)
    exported = CONDITION.dump_python(condition, mode="json", by_alias=True, exclude_none=True)
    assert CONDITION.validate_python(exported) == condition


def test_true_is_not_one_nor_a_word() -> None:
    condition = FieldCondition(field="x", equals=True)
    assert holds(condition, {"x": True})
    assert not holds(condition, {"x": 1})
    assert not holds(condition, {"x": "True"})
    assert holds(None, {})


@pytest.mark.parametrize(
    "raw",
    [
        {"field": "x"},
        {"field": "x", "equals": "a", "filled": True},
        {"field": "x", "equals": 1},
        {"field": "", "equals": "a"},
        {"python": "__import__('os')"},
        {"all": [{"field": "x"}]},
        {"not": None},
        "x == 1",
    ],
)
def test_anything_else_is_refused(raw: Any) -> None:
    with pytest.raises(ValidationError):
        CONDITION.validate_python(raw)


CHAIN = ProcedureDocument.model_validate(
    document(
        steps=[
            {
                "slug": "un",
                "title": {"fr": "Un"},
                "fields": [
                    {"concept": "school.meal", "name": "a"},
                    {"concept": "school.after_school", "name": "b", "when": {"field": "a", "equals": True}},
                ],
            },
            {
                "slug": "deux",
                "title": {"fr": "Deux"},
                "when": {"field": "b", "equals": True},
                "fields": [{"concept": "request.comment", "name": "c"}],
            },
        ]
    )
)


def test_what_depends_on_a_hidden_answer_is_hidden_too() -> None:
    stale = {"a": False, "b": True, "c": "reste"}
    assert [step.slug for step in visible_steps(CHAIN, stale)] == ["un"]
    assert [field.name for field in visible_fields(CHAIN, CHAIN.steps[0], stale)] == ["a"]
    assert visible_fields(CHAIN, CHAIN.steps[1], stale) == []
    assert check_all(CHAIN, stale) == ({"a": False}, {})


def test_hidden_mandatory_fields_are_not_missed_and_shown_ones_are() -> None:
    assert check_all(CHAIN, {"a": False})[1] == {}
    assert set(check_all(CHAIN, {"a": True})[1]) == {"b"}
    assert set(check_all(CHAIN, {"a": True, "b": True})[1]) == {"c"}
    values, errors = check_step(CHAIN, CHAIN.steps[0], {"a": "oui", "b": "non"}, {})
    assert (values, errors) == ({"a": True, "b": False}, {})


@given(
    st.dictionaries(
        st.sampled_from(["a", "b", "c", "d"]), st.one_of(st.none(), st.booleans(), st.text(max_size=20), st.integers())
    )
)
def test_checking_never_fails_and_never_invents(raw: dict[str, Any]) -> None:
    kept, errors = check_all(CHAIN, raw)
    assert not set(kept) & set(errors)
    assert set(kept) <= {"a", "b", "c"}
    if not errors:
        assert check_all(CHAIN, kept) == (kept, {})
