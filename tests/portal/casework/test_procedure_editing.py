"""Editing a document, without any page: whatever is moved, copied or removed, it stays readable and says the same."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.casework.catalogue.conditions import AllOf, AnyOf, FieldCondition, Not, fields_of
from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.editing import conditions, outline
from portal.casework.catalogue.editing.naming import code_of, field_name_of, own_concept_id, slug_of
from portal.casework.catalogue.editing.options import lines_to_options, options_to_lines
from portal.casework.catalogue.editing.texts import texts_of
from portal.casework.catalogue.interchange import as_data, dump_document, parse_document, read_document
from portal.casework.catalogue.saying import say_condition
from portal.ground.dictionary.service import Option
from portal.ground.errors import Invalid, NotFound
from tests.portal.casework.world import document

ACTS = ("move_page", "copy_page", "remove_page", "move_question", "copy_question", "remove_question")


def sample() -> ProcedureDocument:
    """Three pages, a condition from one to the next, a repeated page with an exit."""
    steps: list[dict[str, Any]] = [
        {"slug": "a", "title": {"fr": "A"}, "fields": [{"concept": "childcare.kind"}, {"concept": "contact.email"}]},
        {
            "slug": "b",
            "title": {"fr": "B", "en": "B"},
            "when": {"field": "childcare_kind", "equals": "regular"},
            "fields": [{"concept": "childcare.days", "when": {"field": "contact_email", "filled": True}}],
        },
        {
            "slug": "c",
            "title": {"fr": "C"},
            "repeat": {"name": "enfants", "item": {"fr": "un enfant"}},
            "fields": [{"concept": "household.child.given_names"}],
            "exits": [
                {
                    "slug": "x",
                    "when": {"field": "household_child_given_names", "equals": "Zoé"},
                    "title": {"fr": "X"},
                    "text": {"fr": "X"},
                }
            ],
        },
    ]
    return read_document(document(steps=steps))


@settings(max_examples=60, deadline=None)
@given(acts=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 30), st.sampled_from((-1, 1))), max_size=12))
def test_any_sequence_of_acts_leaves_a_readable_document(acts: list[tuple[str, int, int]]) -> None:
    known = sample()
    for act, number, by in acts:
        pages, names = [step.slug for step in known.steps], [field.name for _step, field in known.fields()]
        keys = pages if act.endswith("page") else names
        if not keys:
            continue
        key = keys[number % len(keys)]
        change = getattr(outline, act)
        try:
            known = change(known, key, by) if act.startswith("move") else change(known, key)
        except Invalid:
            assert act in {"remove_page", "copy_page", "copy_question", "move_question"}
            continue
        after = [field.name for _step, field in known.fields()]
        assert len(set(after)) == len(after), "each answer has a name of its own"
        assert len({step.slug for step in known.steps}) == len(known.steps)
        if act.startswith("move"):
            assert sorted(after) == sorted(names)
        for step in known.steps:
            assert say_condition(step.when, known) or step.when is None
    assert read_document(parse_document(dump_document(known))) == known


def test_a_copied_page_looks_at_its_own_questions() -> None:
    copied = outline.copy_page(sample(), "c")
    twin = copied.steps[3]
    assert (twin.slug, twin.repeat.name if twin.repeat else "") == ("c-2", "enfants_2")
    assert list(fields_of(twin.exits[0].when)) == ["household_child_given_names_2"]
    bound = outline.bind_question(sample(), "childcare_kind", {"concept": "guardian.role"})
    assert list(fields_of(bound.steps[1].when)) == ["guardian_role"]
    assert [step.slug for step in outline.hangs_on(sample(), "childcare_kind")] == ["b"]
    for lost in (lambda: outline.remove_page(sample(), "z"), lambda: outline.move_question(sample(), "z", 1)):
        with pytest.raises(NotFound):
            lost()


def test_conditions_are_said_and_taken_apart() -> None:
    known = sample()
    one = FieldCondition(field="childcare_kind", equals="regular")
    other = FieldCondition.model_validate({"field": "contact_email", "in": ["a@b.example", "c@d.example"]})
    assert say_condition(AnyOf(any=(one, AllOf(all=(one, other)))), known) == (
        "“Type d’accueil” est “Régulier, plusieurs jours fixes par semaine” ou (“Type d’accueil” est “Régulier, "
        "plusieurs jours fixes par semaine” et “Adresse électronique” est l’une de ces réponses : “a@b.example”, "
        "“c@d.example”)"
    )
    assert say_condition(Not.model_validate({"not": {"field": "z", "filled": False}}), known) == ("“z” a une réponse")
    assert say_condition(FieldCondition(field="z", not_equals=True), known) == "“z” n’est pas “oui”"
    assert conditions.lines_of(AllOf(all=(one, AnyOf(any=(one,))))) is None
    target = conditions.Target("page", "b")
    two = conditions.add_line(known, target, {"field": "contact_email", "filled": True})
    assert conditions.lines_of(two.steps[1].when) == conditions.Lines(
        "all", (one, FieldCondition(field="contact_email", filled=True))
    )
    either = conditions.join_lines(two, target, "any")
    assert isinstance(either.steps[1].when, AnyOf)
    assert conditions.remove_line(either, target, 1) == known
    nested = target.write(known, {"not": {"field": "contact_email", "filled": True}})
    with pytest.raises(NotFound, match="condition_nested"):
        conditions.add_line(nested, target, {"field": "contact_email", "filled": True})
    with pytest.raises(Invalid):
        conditions.remove_line(known, conditions.Target("sortie", "c:x"), 0)
    asked = conditions.Target("question", "contact_email").former_questions(known)
    assert [field.name for field in asked] == ["childcare_kind"]
    assert conditions.Target("sortie", "c:x").former_questions(known)[-1].name == "household_child_given_names"


def test_codes_of_answers_stay_when_their_words_change() -> None:
    former = [
        Option.model_validate({"code": "un", "label": {"fr": "Le premier", "en": "First"}}),
        Option.model_validate({"code": "deux", "label": {"fr": "Le second"}, "under": ["a", "b"]}),
    ]
    lines = options_to_lines(former)
    assert lines == "un : Le premier\ndeux : Le second @ a, b"
    assert [Option.model_validate(one) for one in lines_to_options(lines, former)] == former
    changed = lines_to_options("Le second\nun : Le tout premier\nÀ 14 h : au plus\n\nLe second", former)
    assert [one["code"] for one in changed] == ["deux", "un", "a-14-h-au-plus", "le-second"]
    assert changed[1]["label"] == {"fr": "Le tout premier", "en": "First"}


def test_names_are_plain_free_and_never_empty() -> None:
    assert slug_of("Œuvre d’été, n° 3 !", {"oeuvre-d-ete-n-3"}) == "oeuvre-d-ete-n-3-2"
    assert slug_of("حسن") == "demarche"
    assert len(slug_of("a" * 300)) <= 80
    assert field_name_of("a.b_c", {"a_b_c", "a_b_c_2"}) == "a_b_c_3"
    assert own_concept_id("3 tables ?", {"department.tables"}) == "department.tables_bis"
    assert code_of("***", set()) == "reponse"
    assert [text.name for text in texts_of(sample())][-1] == "t__legal_basis"
    assert as_data(sample()) == as_data(read_document(as_data(sample())))
