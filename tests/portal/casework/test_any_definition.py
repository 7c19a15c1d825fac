"""Any valid definition renders, checks, and goes through YAML and back; no answer makes it raise."""

from decimal import Decimal, InvalidOperation
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from portal.casework.catalogue.completeness import problems_of
from portal.casework.catalogue.conditions import Condition, holds
from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.exits import exit_for
from portal.casework.catalogue.fields import (
    check_all,
    check_item,
    check_step,
    rows_in,
    show_answer,
    visible_fields,
    visible_steps,
    with_computed,
)
from portal.casework.catalogue.interchange import dump_document, parse_document, read_document
from portal.engine.journey_kit.forms import StepForm
from portal.ground.dictionary.service import CHOICES, FILE_TYPES, NUMERIC, ConceptType
from tests.support.many_kinds import many_kinds

CONDITION: TypeAdapter[Condition] = TypeAdapter(Condition)
KINDS = [kind for kind in ConceptType if kind not in FILE_TYPES | {ConceptType.COMPUTED}]
CODES = ("a", "b", "2")
BOUNDS = ("0", "2", "12.5", "2020-01-31")
TYPED = (
    "",
    "a",
    "b",
    "a b",
    "2",
    "12,5",
    "oui",
    "non",
    "2020-01-31",
    "31/1/2020",
    "Noé",
    "noe@exemple.example",
    "\x00",
    "٣",
)
scalars = st.one_of(st.sampled_from(TYPED), st.booleans(), st.integers(-3, 3), st.none(), st.text(max_size=12))
typed = st.one_of(
    scalars,
    st.lists(st.sampled_from(CODES), max_size=3),
    st.dictionaries(st.sampled_from(["day", "month", "year"]), st.sampled_from(["", "1", "31", "2020", "x"])),
)


def _leaf(draw: Any, names: list[str]) -> dict[str, Any]:
    name = draw(st.sampled_from(names))
    test = draw(st.sampled_from(["equals", "not_equals", "in", "filled", "at_least", "at_most", "contains"]))
    value: Any = {
        "in": st.lists(st.sampled_from(CODES), max_size=2),
        "filled": st.booleans(),
        "at_least": st.sampled_from(BOUNDS),
        "at_most": st.sampled_from(BOUNDS),
        "contains": st.sampled_from(CODES),
    }.get(test, st.one_of(st.sampled_from(CODES), st.booleans()))
    return {"field": name, test: draw(value)}


@st.composite
def conditions(draw: Any, names: list[str], depth: int = 2) -> dict[str, Any]:
    """A condition on some of these names."""
    kind = draw(st.sampled_from(["leaf", "leaf", "all", "any", "not"])) if depth else "leaf"
    if kind == "leaf":
        return _leaf(draw, names)
    if kind == "not":
        return {"not": draw(conditions(names, depth - 1))}
    return {kind: [draw(conditions(names, depth - 1)) for _one in range(draw(st.integers(0, 2)))]}


def _question(draw: Any, name: str, asked: dict[str, ConceptType]) -> tuple[dict[str, Any], ConceptType]:
    kind = draw(st.sampled_from(KINDS))
    concept: dict[str, Any] = {"id": f"department.{name}", "label": {"fr": name}, "type": kind.value}
    question: dict[str, Any] = {"concept": concept["id"], "name": name, "own": concept}
    lists = [other for other, its in asked.items() if its in CHOICES]
    if kind in CHOICES:
        options = [{"code": code, "label": {"fr": code}} for code in CODES]
        if lists and draw(st.booleans()):
            question["linked_to"] = draw(st.sampled_from(lists))
            options = [{**one, "under": [CODES[place]]} for place, one in enumerate(options)]
        question["options"] = options
    if kind is ConceptType.NIR:
        question["nir_basis"] = {"fr": "Un texte."}
    if kind is not ConceptType.DECLARATION:
        question["required"] = draw(st.booleans())
    numbers = [other for other, its in asked.items() if its in NUMERIC]
    if kind in NUMERIC and numbers and draw(st.booleans()):
        question["formula"] = {"total": [draw(st.sampled_from(numbers))]}
    if asked and draw(st.booleans()):
        question["when"] = draw(conditions(sorted(asked)))
    return question, kind


@st.composite
def documents(draw: Any) -> ProcedureDocument:
    """A complete procedure: any types, conditions on what was asked, a page asked for each, a way out."""
    asked: dict[str, ConceptType] = {}
    steps: list[dict[str, Any]] = []
    for place in range(draw(st.integers(1, 3))):
        step: dict[str, Any] = {"slug": f"page-{place}", "title": {"fr": "Page"}, "fields": []}
        if asked and draw(st.booleans()):
            step["when"] = draw(conditions(sorted(asked)))
        inside = dict(asked)
        for number in range(draw(st.integers(1, 4))):
            name = f"q_{'abc'[place]}{'abcd'[number]}"
            question, kind = _question(draw, name, inside)
            step["fields"].append(question)
            inside[name] = kind
        if draw(st.booleans()):
            way_out = {"slug": "sortie", "title": {"fr": "Non"}, "text": {"fr": "Non."}}
            step["exits"] = [{**way_out, "when": draw(conditions(sorted(inside)))}]
        if draw(st.booleans()):
            step["repeat"] = {"name": f"r{place}", "item": {"fr": "un"}, "at_least": draw(st.integers(0, 1))}
            asked[f"r{place}"] = ConceptType.INFORMATION
        else:
            asked = inside
        steps.append(step)
    return read_document(many_kinds(steps=steps))


@st.composite
def answered(draw: Any) -> tuple[ProcedureDocument, dict[str, Any]]:
    """A procedure, and whatever somebody may send to it."""
    document = draw(documents())
    answers: dict[str, Any] = {}
    for step in document.steps:
        page = {field.name: typed for field in step.fields}
        if step.repeat:
            rows = st.lists(st.fixed_dictionaries({}, optional=page), max_size=3)
            answers[step.repeat.name] = draw(st.one_of(rows, scalars))
        else:
            answers |= draw(st.fixed_dictionaries({}, optional=page))
    return document, answers


SLOW_MACHINE = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


@SLOW_MACHINE
@given(documents())
def test_any_definition_is_complete_and_goes_through_yaml_and_back(document: ProcedureDocument) -> None:
    assert problems_of(document) == {}
    text = dump_document(document)
    again = read_document(parse_document(text))
    assert again == document
    assert dump_document(again) == text


@SLOW_MACHINE
@given(answered())
def test_no_answer_makes_a_definition_raise(given_answers: tuple[ProcedureDocument, dict[str, Any]]) -> None:
    document, answers = given_answers
    values, errors = check_all(document, answers)
    assert all(sentence.strip() for sentence in errors.values())
    if not errors:
        assert check_all(document, values) == (values, {}), "what was accepted is accepted again, and does not change"
    exit_for(document, values)
    with_computed(document, values)
    for step in document.steps:
        check_step(document, step, answers, values)
        for row in rows_in(step, values) or [values]:
            for field in step.fields:
                show_answer(field, row.get(field.name))
    seen = {step.slug for step in visible_steps(document, values)}
    hidden = {field.name for step in document.steps if step.slug not in seen for field in step.fields}
    assert not hidden & values.keys()


@SLOW_MACHINE
@given(answered())
def test_any_page_makes_a_form(given_answers: tuple[ProcedureDocument, dict[str, Any]]) -> None:
    document, answers = given_answers
    values, _errors = check_all(document, answers)
    for step in visible_steps(document, values):
        for row in rows_in(step, values) or [{}]:
            now = {**values, **row}
            asked = visible_fields(document, step, now)
            form = StepForm(asked, shown=now, known={}, answers=now)
            assert [one.label.text for one in form.form] == [field.name for field in asked]
            assert set(form.answers()) == {field.name for field in asked}
            check_item(document, step, form.answers(), now)


def naive(raw: dict[str, Any], answers: dict[str, Any]) -> bool:
    """What a condition means, written as it is read."""
    if "all" in raw:
        return False not in [naive(part, answers) for part in raw["all"]]
    if "any" in raw:
        return True in [naive(part, answers) for part in raw["any"]]
    if "not" in raw:
        return naive(raw["not"], answers) is False
    answer = answers.get(raw["field"])
    test, wanted = next((name, value) for name, value in raw.items() if name != "field")
    same = [type(answer) is type(one) and answer == one for one in (wanted if test == "in" else [wanted])]
    if test in {"equals", "in"}:
        return any(same)
    if test == "not_equals":
        return not same[0]
    if test == "filled":
        return (answer not in (None, "", [])) == wanted
    if test == "contains":
        return isinstance(answer, str) and f" {wanted} " in f" {' '.join(answer.split())} "
    return _naive_bound(test, answer, wanted)


def _naive_bound(test: str, answer: Any, bound: str) -> bool:
    if not isinstance(answer, str):
        return False
    if len(bound) == 10 and bound[4] == "-":
        days = len(answer) == 10 and answer[4] == answer[7] == "-" and answer.replace("-", "").isdigit()
        return days and answer.isascii() and (answer >= bound if test == "at_least" else answer <= bound)
    try:
        number = Decimal(answer)
    except InvalidOperation:
        return False
    if not number.is_finite():
        return False
    return number >= Decimal(bound) if test == "at_least" else number <= Decimal(bound)


kept = st.one_of(
    st.sampled_from(["", "a", "b", "a b", "2", "12.50", "0", "-1", "2020-01-31", "2019-02-01", "1962-00-00", "NaN"]),
    st.booleans(),
    st.just([]),
    st.just([{"q": "a"}]),
)


@settings(deadline=None, max_examples=250)
@given(conditions(["x", "y"], 3), st.dictionaries(st.sampled_from(["x", "y"]), kept))
def test_conditions_agree_with_a_naive_reading_of_them(raw: dict[str, Any], answers: dict[str, Any]) -> None:
    assert holds(CONDITION.validate_python(raw), answers) is naive(raw, answers)
