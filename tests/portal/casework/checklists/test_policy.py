"""From answers to lines: which, in what order, by when; and what a definition may not be."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from portal.casework.checklists.policy import as_facts, build_lines, progress_of
from portal.casework.checklists.service import ChecklistDefinition, LineState, Mark, read_answers
from tests.support.town import app, town

__all__ = ["app", "town"]

TODAY = date(2026, 3, 10)


def text(words: str) -> dict[str, str]:
    return {"fr": words, "fr@falc": f"{words} (simple)"}


def line(id_: str, **more: Any) -> dict[str, Any]:
    return {"id": id_, "title": text(f"Faire {id_}"), "why": text("parce que c’est utile"), **more}


def description(**changes: Any) -> dict[str, Any]:
    return {
        "format": 1,
        "version": 1,
        "title": text("Liste"),
        "lead": text("Une liste."),
        "questions": [
            {"name": "arrivee", "kind": "date", "label": text("Quand ?"), "past_days": 30, "future_days": 10},
            {"name": "logement", "kind": "one", "label": text("Logement ?"), "options": options("loue", "achete")},
            {"name": "foyer", "kind": "many", "label": text("Avec qui ?"), "options": options("bebe", "chat")},
        ],
        "lines": [
            line("toujours"),
            line("bail", when={"field": "logement", "equals": "loue"}, due={"after": "arrivee", "days": 10}),
            line("creche", when={"field": "foyer.bebe", "equals": True}, due={"after": "arrivee", "days": -3}),
            line("forum", when={"field": "foyer", "filled": True}, due={"after": "arrivee", "month": 9, "day": 5}),
        ],
        **changes,
    }


def options(*codes: str) -> list[dict[str, Any]]:
    return [{"code": code, "label": text(code)} for code in codes]


DEFINITION = ChecklistDefinition.model_validate(description())
ANSWERS: dict[str, str | tuple[str, ...]] = {"arrivee": "2026-03-08", "logement": "loue", "foyer": ("bebe",)}


def test_lines_follow_the_answers_the_latest_first() -> None:
    lines = build_lines(DEFINITION, ANSWERS, TODAY)
    assert [(one.id, one.due, one.state) for one in lines] == [
        ("creche", date(2026, 3, 5), LineState.LATE),
        ("bail", date(2026, 3, 18), LineState.TODO),
        ("forum", date(2026, 9, 5), LineState.TODO),
        ("toujours", None, LineState.TODO),
    ]
    alone = build_lines(DEFINITION, {**ANSWERS, "logement": "achete", "foyer": ()}, TODAY)
    assert [one.id for one in alone] == ["toujours"]


def test_marks_survive_a_change_of_answers_and_move_lines() -> None:
    marks = {
        "creche": Mark(postponed_to=date(2026, 4, 1)),
        "bail": Mark(done_on=TODAY),
        "inconnue": Mark(done_on=TODAY),
    }
    lines = {one.id: one for one in build_lines(DEFINITION, ANSWERS, TODAY, marks=marks)}
    assert (lines["creche"].due, lines["creche"].state, lines["creche"].postponed) == (
        date(2026, 4, 1),
        LineState.TODO,
        True,
    )
    assert list(lines) == ["creche", "forum", "toujours", "bail"]
    progress = progress_of(tuple(lines.values()))
    assert (progress.done, progress.total, progress.late) == (1, 4, 0)
    assert progress.next is not None
    assert progress.next.id == "creche"
    fewer = build_lines(DEFINITION, {**ANSWERS, "foyer": ()}, TODAY, marks=marks)
    assert [(one.id, one.state) for one in fewer] == [("toujours", LineState.TODO), ("bail", LineState.DONE)]


@pytest.mark.parametrize(
    ("arrived", "due"), [("2026-09-05", "2026-09-05"), ("2026-09-06", "2027-09-05"), ("2026-01-01", "2026-09-05")]
)
def test_a_fixed_day_is_the_first_one_from_the_arrival_on(arrived: str, due: str) -> None:
    lines = build_lines(DEFINITION, {**ANSWERS, "arrivee": arrived}, TODAY)
    assert next(one.due for one in lines if one.id == "forum") == date.fromisoformat(due)


def test_a_language_falls_back_on_french() -> None:
    assert build_lines(DEFINITION, ANSWERS, TODAY, language="fr@falc")[0].title == "Faire creche (simple)"
    assert build_lines(DEFINITION, ANSWERS, TODAY, language="en")[0].title == "Faire creche"


def test_each_ticked_box_is_a_fact() -> None:
    assert as_facts(ANSWERS) == {
        "arrivee": "2026-03-08",
        "logement": "loue",
        "foyer": "bebe",
        "foyer.bebe": True,
    }


@pytest.mark.parametrize(
    ("raw", "faulty"),
    [
        ({}, {"arrivee", "logement"}),
        ({"arrivee": {"day": "31", "month": "2", "year": "2026"}, "logement": "loue"}, {"arrivee"}),
        ({"arrivee": "2026-01-01", "logement": "loue"}, {"arrivee"}),
        ({"arrivee": "2026-03-21", "logement": "loue"}, {"arrivee"}),
        ({"arrivee": "demain", "logement": "loue"}, {"arrivee"}),
        ({"arrivee": "2026-03-10", "logement": "<script>"}, {"logement"}),
        ({"arrivee": "2026-03-10", "logement": ["loue"]}, {"logement"}),
        ({"arrivee": "2026-03-10", "logement": "loue", "foyer": ["bebe", "tigre"]}, {"foyer"}),
        ({"arrivee": {"day": "10", "month": "03", "year": "2026"}, "logement": "loue", "foyer": ["chat"]}, set()),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(app: Any, raw: dict[str, Any], faulty: set[str]) -> None:
    with app.test_request_context("/"):
        answers, errors = read_answers(DEFINITION, raw, TODAY)
    assert set(errors) == faulty
    assert all(sentence.startswith("« ") and sentence.endswith(".") for sentence in errors.values())
    if not faulty:
        assert answers == {"arrivee": "2026-03-10", "logement": "loue", "foyer": ("chat",)}


ACTION = {"label": {"fr": "Faire"}}


@pytest.mark.parametrize(
    "changes",
    [
        {"lines": [line("a", due={"after": "logement", "days": 1})]},
        {"lines": [line("a", due={"after": "arrivee"})]},
        {"lines": [line("a", due={"after": "arrivee", "days": 1, "month": 2, "day": 1})]},
        {"lines": [line("a", due={"after": "arrivee", "month": 2, "day": 29})]},
        {"lines": [line("a", when={"field": "foyer.chien", "equals": True})]},
        {"lines": [line("a"), line("a")]},
        {"lines": [line("a", action=ACTION)]},
        {"lines": [line("a", action={**ACTION, "phone": "112", "place": "authority"})]},
        {"lines": [line("a", action={**ACTION, "link": "javascript:alert(1)"})]},
        {"lines": [line("a", action={**ACTION, "link": "//ailleurs.example"})]},
        {"lines": []},
        {"questions": [{"name": "q", "kind": "one", "label": text("?"), "options": options("seul")}]},
        {"questions": [{"name": "q", "kind": "date", "label": text("?"), "options": options("a", "b")}]},
        {"kept_days": 10_000},
        {"format": 2},
    ],
)
def test_a_definition_that_does_not_hold_together_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ChecklistDefinition.model_validate(description(**changes))
