"""Colours of our own theme, in light and in dark; themes that fall short are refused."""

from __future__ import annotations

import gzip
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accessibility.contrast import COLOURS, PAIRS, ThemeRefused, check_theme, ratio, read_themes, require_theme
from tests.accessibility.gallery import ROOT

STATIC = ROOT / "portal" / "static"
CSS = (STATIC / "parvis.css").read_text(encoding="utf-8")
colours = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("#000", "#fff", 21.0), ("#ffffff", "#FFFFFF", 1.0), ("#767676", "#fff", 4.54), ("#777", "#fff", 4.48)],
)
def test_known_ratios(one: str, other: str, expected: float) -> None:
    assert ratio(one, other) == pytest.approx(expected, abs=0.01)


@given(one=colours, other=colours)
def test_a_ratio_is_symmetrical_and_bounded(one: str, other: str) -> None:
    assert ratio(one, other) == ratio(other, one)
    assert 1 <= ratio(one, other) <= 21.001


@pytest.mark.parametrize("colour", ["red", "#12", "#12345g", "rgb(0,0,0)", "", "#12345678"])
def test_only_opaque_hexadecimal_colours_are_measured(colour: str) -> None:
    with pytest.raises(ValueError, match="hexadecimal"):
        ratio(colour, "#fff")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_our_themes_are_accepted(scheme: str) -> None:
    tokens = read_themes(CSS)[scheme]
    assert set(tokens) >= COLOURS
    assert check_theme(tokens) == []


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.front} on {pair.back}")
def test_each_pair_is_watched(pair) -> None:
    tokens = read_themes(CSS)["light"] | {pair.front: "#808080", pair.back: "#828282"}
    found = {(one.token, one.against) for one in check_theme(tokens) if one.code == "contrast"}
    assert (pair.front, pair.back) in found


def test_a_theme_that_falls_short_is_refused_with_its_reasons() -> None:
    tokens = read_themes(CSS)["light"] | {"brand": "#7fd1c0"}
    with pytest.raises(ThemeRefused) as refused:
        require_theme(tokens)
    shortfall = next(one for one in refused.value.shortfalls if (one.token, one.against) == ("brand", "paper"))
    assert shortfall.needed == 4.5
    assert 1 < shortfall.measured < 4.5
    assert shortfall.where == "links"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"brand": "teal"}, "unreadable"),
        ({"font": "url(https://exemple.fr/x)"}, "unreadable"),
        ({"font": "Arial; } body { display: none"}, "unreadable"),
        ({"radius": "calc(1px + 1vw)"}, "unreadable"),
        ({"shadow": "#000000"}, "unknown"),
    ],
)
def test_values_that_are_no_tokens_are_refused(change: dict[str, str], code: str) -> None:
    found = check_theme(read_themes(CSS)["light"] | change)
    assert code in {one.code for one in found}


def test_a_missing_colour_is_named_and_the_rest_still_measured() -> None:
    tokens = read_themes(CSS)["light"] | {"ok": "#c0e0c0"}
    del tokens["ink"]
    found = {(one.code, one.token) for one in check_theme(tokens)}
    assert {("missing", "ink"), ("contrast", "ok")} <= found


def test_a_style_sheet_without_themes_is_refused() -> None:
    with pytest.raises(ValueError, match=":root"):
        read_themes("body { color: #000 }")


def test_the_style_sheet_and_the_script_are_light() -> None:
    assert len(gzip.compress(CSS.encode(), 9)) <= 12 * 1024
    assert len(gzip.compress((STATIC / "parvis.js").read_bytes(), 9)) <= 4 * 1024


def test_the_style_sheet_loads_nothing_and_writes_no_words() -> None:
    assert "url(" not in CSS
    assert "@import" not in CSS
    assert set(re.findall(r"(?<![-\w])content:\s*([^;}]+)", CSS)) == {'""'}
