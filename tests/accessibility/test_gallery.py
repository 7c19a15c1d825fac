"""Every macro, in every state: the rules of pages, and the two validators."""

from __future__ import annotations

from pathlib import Path

import pytest

from accessibility.checks import check_page
from accessibility.checks.findings import tell
from accessibility.checks.markup import run_html_validate, run_vnu
from tests.accessibility.gallery import pages

NAMES = [page.name for page in pages()]


@pytest.mark.parametrize("name", NAMES)
def test_the_page_keeps_every_rule(gallery: dict[str, str], name: str) -> None:
    found = check_page(gallery[name])
    assert not found, tell(found)


def test_every_macro_stands_in_the_gallery(gallery: dict[str, str]) -> None:
    everything = "".join(gallery.values())
    marks = (
        'class="skip"', 'class="trail"', 'class="sum"', 'type="email"', 'type="tel"', "<textarea", "<select",
        'type="radio"', 'type="checkbox"', "-day", "site_web", 'class="way"', 'class="rail"', 'class="now"',
        'class="next"', 'class="marks"', 'class="tag ok"', 'class="tag wait"', 'class="tag bad"', 'class="tag info"',
        'class="src"', 'class="said me"', "<details>", 'class="note do"', 'class="facts"', 'class="grid"',
        'rel="next"', "(facultatif)", "(obligatoire)", "<bdi>", 'class="btn alt"', 'name="csrf_token"',
    )  # fmt: skip
    assert [mark for mark in marks if mark not in everything] == []


@pytest.mark.slow
def test_html_validate_finds_nothing(dumped: Path) -> None:
    found = run_html_validate(dumped)
    assert not found, tell(found)


@pytest.mark.slow
def test_vnu_finds_nothing(dumped: Path) -> None:
    found = run_vnu(dumped)
    assert not found, tell(found)


@pytest.mark.slow
def test_the_validators_see_a_broken_page(tmp_path: Path, gallery: dict[str, str]) -> None:
    broken = gallery["champs"].replace("<h1>", '<h1 align="center"><div>', 1).replace('id="nom"', 'id="courriel"', 1)
    (tmp_path / "broken.html").write_text(broken, encoding="utf-8")
    assert {one.rule for one in run_html_validate(tmp_path)} >= {"html-validate no-dup-id"}
    assert any("broken.html" in one.where for one in run_vnu(tmp_path))


def test_an_empty_folder_is_no_success(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        run_html_validate(tmp_path)
