"""Fields made at run time: what is shown, what was typed, what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from accessibility.forms import ChoiceField, DatePartsField, SeveralField, TextLineField, YesNoField, build_form
from tests.accessibility.gallery import YES_NO, environment, step_form

SHOW = '{% from "components/forms.html" import fields %}{{ fields(form) }}'


TEMPLATE = environment().from_string(SHOW)


def shown(form: Any) -> BeautifulSoup:
    return BeautifulSoup(TEMPLATE.render(form=form), "html5lib")


def test_fields_keep_the_order_in_which_they_were_given() -> None:
    form = step_form()()
    assert [field.name for field in form][:4] == ["nom", "courriel", "telephone", "code_postal"]
    assert form.count == 10
    assert form.has_optional


def test_what_was_typed_comes_back_untouched() -> None:
    typed = MultiDict(
        {"nom": "  <b>O’Brien</b> ", "naissance-day": " 3 ", "naissance-month": "", "naissance-year": "62"}
    )
    form = step_form()(typed)
    assert form.raw()["nom"] == "  <b>O’Brien</b> "
    assert form.raw()["naissance"] == {"day": "3", "month": "", "year": "62"}
    html = shown(form)
    assert html.select_one("#nom")["value"] == "  <b>O’Brien</b> "
    assert html.select_one("[name=naissance-year]")["value"] == "62"


@given(st.text(max_size=80))
def test_no_text_breaks_out_of_its_field(text: str) -> None:
    form = build_form({"nom": TextLineField("Nom")})(MultiDict({"nom": text}))
    html = shown(form)
    assert [tag.name for tag in html.body.find_all(True)] == ["div", "label", "input"]


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        ("1962-08-24", {"day": "24", "month": "8", "year": "1962"}),
        ("1962-00-00", {"day": "", "month": "", "year": "1962"}),
        (None, {"day": "", "month": "", "year": ""}),
        ({"day": "31", "month": "02", "year": "2020"}, {"day": "31", "month": "02", "year": "2020"}),
    ],
)
def test_a_date_is_shown_in_three_parts(kept: Any, expected: dict[str, str]) -> None:
    form = build_form({"jour": DatePartsField("Jour", partial=True)})(None, data={"jour": kept})
    assert form["jour"].shown == expected


@pytest.mark.parametrize(
    ("partial", "expected"), [(True, {"jour-year"}), (False, {"jour-day", "jour-month", "jour-year"})]
)
def test_a_partial_date_asks_for_its_year_only(partial: bool, expected: set[str]) -> None:
    html = shown(build_form({"jour": DatePartsField("Naissance", partial=partial)})())
    assert {tag["name"] for tag in html.select("input[required]")} == expected


@pytest.mark.parametrize(("kept", "code"), [(True, "oui"), (False, "non"), (None, ""), ("non", "non")])
def test_yes_and_no_are_both_answers(kept: Any, code: str) -> None:
    form = build_form({"cantine": YesNoField("Cantine ?", options=YES_NO)})(None, data={"cantine": kept})
    assert form["cantine"].shown == code
    assert [tag["value"] for tag in shown(form).select("[checked]")] == ([code] if code else [])


@pytest.mark.parametrize(("count", "kind"), [(2, "radios"), (6, "radios"), (7, "select"), (40, "select")])
def test_few_choices_are_radios_and_many_a_list(count: int, kind: str) -> None:
    options = [(str(rank), f"Choix {rank}") for rank in range(count)]
    assert build_form({"choix": ChoiceField("Choix", options=options)})()["choix"].kind == kind


def test_a_refused_form_tells_each_error_twice_and_in_order() -> None:
    form = step_form()(MultiDict({"nom": ""}))
    form.refuse({"ecole": "Choisissez l’école.", "nom": "Saisissez le nom, par exemple Dubois.", "inconnu": "Rien."})
    assert form.summary == [("nom", "Saisissez le nom, par exemple Dubois."), ("ecole", "Choisissez l’école.")]
    field = shown(form).select_one("#nom")
    assert field["aria-invalid"] == "true"
    assert field["aria-describedby"] == "nom-aide nom-err"


def test_nothing_is_invalid_before_it_is_refused() -> None:
    html = shown(step_form()())
    assert html.select("[aria-invalid], .err, .wrong") == []


def test_what_may_stay_empty_says_so_and_else_everything_is_marked() -> None:
    mixed = shown(step_form()())
    assert "sauf ceux marqués comme facultatifs" in mixed.get_text()
    assert "(obligatoire)" not in mixed.get_text()
    strict = shown(step_form(all_needed=True)())
    assert "(facultatif)" not in strict.get_text()
    assert strict.get_text().count("(obligatoire)") == 10
    alone = shown(build_form({"nom": TextLineField("Nom")})())
    assert "obligatoire" not in alone.get_text()


def test_a_group_is_reached_by_its_first_control() -> None:
    html = shown(step_form()())
    for target in ("lien", "naissance"):
        first = html.select_one(f"#{target}")
        assert first.name == "input"
        assert first is first.find_parent("fieldset").find("input")


def test_several_boxes_keep_what_was_ticked_and_may_stay_empty() -> None:
    made = build_form({"foyer": SeveralField("Avec qui ?", options=[("a", "A"), ("b", "B")], needed=False)})
    assert made(MultiDict([("foyer", "b"), ("foyer", "zzz")])).raw() == {"foyer": ["b", "zzz"]}
    assert made(MultiDict([("autre", "x")]), data={"foyer": ("a",)}).raw() == {"foyer": []}
    html = shown(made(data={"foyer": ("b",)}))
    assert [box.has_attr("checked") for box in html.select("input[type=checkbox]")] == [False, True]
    assert "(facultatif)" in html.legend.text
    assert not html.select("[required]")
