"""The page rules find what they are there for, and nothing on a clean page."""

from __future__ import annotations

from functools import cache

import pytest

from accessibility.checks import check_page
from accessibility.checks.findings import Finding, tell
from accessibility.checks.rules import RULES
from tests.accessibility.gallery import environment, pages, render
from tests.quality.mutants import MUTANTS, Mutant

CLEAN = ("champs", "champs-refuses", "champs-connus", "dossier-courant", "liste", "choix", "vide", "erreur-404")


@cache
def html_of(name: str) -> str:
    made = environment()
    return next(render(page, made) for page in pages() if page.name == name)


@pytest.mark.parametrize("name", CLEAN)
def test_a_clean_page_raises_no_alarm(name: str) -> None:
    found = check_page(html_of(name))
    assert not found, tell(found)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_sown_defect_is_found_by_its_rule(mutant: Mutant) -> None:
    found = check_page(mutant.sow(html_of(mutant.page)))
    assert mutant.rule in {finding.rule for finding in found}, tell(found) or "nothing found"


def test_there_are_enough_defects_and_none_twice() -> None:
    assert len(MUTANTS) >= 80
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)


def test_each_family_of_rules_is_tried() -> None:
    tried = {mutant.rule for mutant in MUTANTS}
    assert len(RULES) >= 35
    assert len(tried) >= 60, sorted(tried)


def test_the_role_is_read_from_the_shell_unless_told() -> None:
    crowded = html_of("dossier-courant").replace(
        '<p class="lead">', "<p>" + "<span>x</span>" * 150 + '</p><p class="lead">'
    )
    assert "budget" in {one.rule for one in check_page(crowded)}
    assert "budget" not in {one.rule for one in check_page(crowded, role="agent")}
    as_agent = crowded.replace("<body>", '<body class="desk">')
    assert "budget" not in {one.rule for one in check_page(as_agent)}


def test_a_finding_reads_as_one_line() -> None:
    finding = Finding("label", "a field has a label", "<input>", ("11.1",))
    assert str(finding) == "label (11.1): a field has a label : <input>"
    assert tell([finding, finding]).count("\n") == 1
