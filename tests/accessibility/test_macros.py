"""A macro without what it needs fails when it is rendered; what people write is escaped."""

from __future__ import annotations

import pytest
from jinja2 import UndefinedError
from markupsafe import escape

from tests.accessibility.gallery import at, environment

CALLS = {
    "forms.html": {
        "text_field": '"x", "x"',
        "textarea": '"x", "x"',
        "select": '"x", "x", "Choix"',
        "radios": '"x", "x", "Choix"',
        "checkbox": '"x", "x"',
        "checkboxes": '"x", "x", "Choix"',
        "date_parts": '"x", "x"',
        "reading": '"x", "Lire"',
        "result": '"x", "Total"',
    },
    "actions.html": {"button": "", "link_button": '"Voir la demande"', "post_button": '"Prendre", "/prendre"'},
    "display.html": {"tag": '"Reçue", "check"', "source_mark": "", "step_header": "2", "done": "", "empty": ""},
    "icons.html": {"icon": '"inconnu"'},
}


@pytest.mark.parametrize(
    ("file", "call"), [(file, f"{name}({given})") for file, all_ in CALLS.items() for name, given in all_.items()]
)
def test_a_macro_needs_all_its_arguments(file: str, call: str) -> None:
    name = call.partition("(")[0]
    template = environment().from_string(f'{{% from "components/{file}" import {name} %}}{{{{ {call} }}}}')
    with pytest.raises(UndefinedError):
        template.render()


@pytest.mark.parametrize(
    ("file", "call"),
    [
        ("display.html", "name(hostile)"),
        ("display.html", 'said(hostile, at, hostile)'),
        ("display.html", "facts([(hostile, hostile)])"),
        ("display.html", 'tag(hostile, "check", "ok")'),
        ("forms.html", 'text_field("x", "x", hostile, hostile, hostile, hostile)'),
        ("forms.html", 'textarea("x", "x", hostile, hostile, hostile, hostile)'),
        ("forms.html", 'select("x", "x", hostile, [(hostile, hostile)], hostile)'),
        ("forms.html", 'radios("x", "x", hostile, [(hostile, hostile)], hostile, hints={hostile: hostile})'),
        ("forms.html", 'checkboxes("x", "x", hostile, [(hostile, hostile)], [hostile], hostile, hostile)'),
        ("forms.html", "reading(hostile, hostile, hostile)"),
        ("forms.html", "result(hostile, hostile, hostile, hostile)"),
        ("forms.html", 'date_parts("x", "x", hostile, {"day": hostile})'),
        ("forms.html", "error_summary([(hostile, hostile)])"),
        ("actions.html", "link_button(hostile, hostile)"),
        ("actions.html", "post_button(hostile, hostile, hostile, hidden={hostile: hostile})"),
        ("layout.html", "breadcrumb([(hostile, hostile), (hostile, none)])"),
        ("tables.html", "pages(hostile, hostile, hostile)"),
    ],
)  # fmt: skip
def test_what_people_write_is_escaped(file: str, call: str) -> None:
    hostile = "\"><script>alert(1)</script>'"
    name = call.partition("(")[0]
    html = (
        environment()
        .from_string(f'{{% from "components/{file}" import {name} %}}{{{{ {call} }}}}')
        .render(hostile=hostile, at=at(3))
    )
    assert "<script>" not in html
    assert str(escape(hostile)) in html


def test_plural_of_one_error_and_of_several() -> None:
    source = '{% from "components/forms.html" import error_summary %}{{ error_summary(errors) }}'
    template = environment().from_string(source)
    assert "Il y a 1 erreur<" in template.render(errors=[("nom", "Saisissez le nom.")])
    assert "Il y a 2 erreurs<" in template.render(errors=[("a", "Un."), ("b", "Deux.")])
    assert template.render(errors=[]).strip() == ""
