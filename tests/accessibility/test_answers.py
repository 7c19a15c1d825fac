"""Languages and directions; a page or its fragment."""

from __future__ import annotations

import pytest

from accessibility.htmx import respond
from accessibility.i18n import apart, direction, language


@pytest.mark.parametrize(
    ("locale", "lang", "reads"),
    [
        ("fr", "fr", "ltr"),
        ("fr@falc", "fr", "ltr"),
        ("fr_FR", "fr-FR", "ltr"),
        ("pt_BR.UTF-8", "pt-BR", "ltr"),
        ("ar", "ar", "rtl"),
        ("he_IL", "he-IL", "rtl"),
        ("zh_hant", "zh-Hant", "ltr"),
    ],
)
def test_a_locale_gives_a_language_that_browsers_know(locale: str, lang: str, reads: str) -> None:
    assert language(locale) == lang
    assert direction(locale) == reads


@pytest.mark.parametrize("locale", ["", "@falc", "  "])
def test_no_language_is_an_error(locale: str) -> None:
    with pytest.raises(ValueError, match="no language"):
        language(locale)


def test_a_name_is_set_apart_and_escaped() -> None:
    assert apart("<b>عائشة</b>") == "<bdi>&lt;b&gt;عائشة&lt;/b&gt;</bdi>"


def test_a_browser_gets_the_page_and_the_fragment_is_not_rendered() -> None:
    def never() -> str:
        raise AssertionError("rendered for nobody")

    answer = respond(is_htmx=False, page=lambda: "<html>", fragment=never, title="Demandes – Valmont")
    assert (answer.body, answer.status) == ("<html>", 200)
    assert answer.headers["Vary"] == "HX-Request"


def test_htmx_gets_the_fragment_its_title_and_one_announcement() -> None:
    answer = respond(
        is_htmx=True,
        page=lambda: "<html>",
        fragment=lambda: "<ul></ul>",
        title="3 demandes <à traiter> – Valmont",
        announcement="3 demandes & rien d’autre",
        status=422,
    )
    assert answer.status == 422
    assert "<title>3 demandes &lt;à traiter&gt; – Valmont</title>" in answer.body
    assert "<ul></ul>" in answer.body
    assert answer.body.count('id="status"') == 1
    assert 'data-hx-swap-oob="innerHTML"' in answer.body
    assert "3 demandes &amp; rien d’autre" in answer.body
    assert "<html>" not in answer.body
    assert answer.headers["Vary"] == "HX-Request"


def test_nothing_is_announced_without_words() -> None:
    answer = respond(is_htmx=True, page=str, fragment=lambda: "<p>Rien</p>", title="Demandes – Valmont")
    assert "status" not in answer.body
