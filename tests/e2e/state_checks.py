"""What is asked of every state of every page that a walk has seen."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page

from accessibility.checks.findings import tell
from accessibility.checks.markup import run_html_validate, run_vnu
from tests.e2e.audit import Role, State, Visit, fill
from tests.e2e.conftest import Stack

MAX_STEPS = 12


@dataclass(frozen=True)
class Walked:
    """All the states seen, and the folder of their sources."""

    states: list[State]
    folder: Path

    def of(self, role: Role) -> list[State]:
        """Those of the residents' pages, or of the agents'."""
        return [state for state in self.states if state.role == role]


class StateChecks:
    """Accessibility, the two validators, the weight, the titles; a walk is the ``walked`` fixture of its module.

    ``titles``, ``refusals``, ``absences`` and ``conflicts``: how many the walk must have seen at least, so that a walk
    that went nowhere proves nothing.
    """

    titles = 20
    refusals = 1
    absences = 1
    conflicts = 0

    @pytest.mark.parametrize("role", ["resident", "agent"])
    def test_nothing_is_found_in_any_state(self, walked: Walked, role: Role) -> None:
        lines = [f"{state.name} ({state.path})\n{tell(state.defects)}" for state in walked.of(role) if state.defects]
        assert not lines, "\n".join(lines)

    def test_html_validate_finds_nothing(self, walked: Walked) -> None:
        found = run_html_validate(walked.folder)
        assert not found, tell(found)

    def test_vnu_finds_nothing(self, walked: Walked) -> None:
        found = run_vnu(walked.folder)
        assert not found, tell(found)

    @pytest.mark.parametrize("role", ["resident", "agent"])
    def test_a_first_visit_is_light(self, walked: Walked, role: Role) -> None:
        states = walked.of(role)
        assert states
        assert all(state.requests > 1 and state.weight > 1000 for state in states), "nothing was measured"
        heavy = [
            f"{state.name}: {state.requests} requests, {state.weight} bytes, {state.elements} elements"
            for state in states
            if state.is_heavy
        ]
        assert not heavy, "\n".join(heavy)

    def test_two_pages_have_two_titles(self, walked: Walked) -> None:
        titles: dict[tuple[Role, str], set[str]] = {}
        for state in walked.states:
            if state.status == 200:
                titles.setdefault((state.role, state.title), set()).add(page_of(state.path))
        assert len(titles) > self.titles
        shared = {title: paths for title, paths in titles.items() if len(paths) > 1}
        assert not shared, shared

    def test_the_walk_saw_refusals_and_failures_too(self, walked: Walked) -> None:
        counted = Counter(state.status for state in walked.states)
        assert counted[422] >= self.refusals
        assert counted[404] >= self.absences
        assert counted[409] >= self.conflicts
        names = [state.name for state in walked.states]
        assert len(names) == len(set(names)), "a name for each state"


def page_of(path: str) -> str:
    """The page behind an address: filters and anchors show another part of the same page."""
    return re.sub(r"[?#].*$", "", path)


def leave_the_provider(visit: Visit, stack: Stack) -> None:
    """Come back from the simulated provider, when it asks something."""
    if visit.page.url.startswith(stack.sandbox):
        visit.page.get_by_role("main").get_by_role("button").first.click()
        visit.page.wait_for_url(re.compile(re.escape(stack.url)))


def paths_in(page: Page, start: str) -> list[str]:
    """Addresses of the main part that begin with ``start``, each once, without their fragment."""
    links = page.locator(f"main a[href^='{start}']").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    return list(dict.fromkeys(link.partition("#")[0] for link in links))


def answer_every_step(visit: Visit, *, refused: bool, label: str = "école") -> list[str]:
    """From the first step to the check page; ``refused`` also sends each step empty. Returns the steps' paths."""
    paths: list[str] = []
    for number in range(1, MAX_STEPS):
        path = re.sub(r"^https?://[^/]+", "", visit.page.url)
        if path.endswith("/verifier"):
            return paths
        visit.look(f"{label}, étape {number}, vide")
        if refused:
            visit.hand.press("Continuer")
            if not visit.page.url.endswith(path) or not visit.page.locator(".sum").count():
                paths.append(path)
                continue
            visit.look(f"{label}, étape {number}, refusée")
        paths.append(path)
        fill(visit)
        visit.hand.press("Continuer")
        if visit.page.url.endswith(path):
            visit.look(f"{label}, étape {number}, une question de plus")
            fill(visit)
            visit.hand.press("Continuer")
        assert not visit.page.url.endswith(path), visit.page.locator("main").inner_text()
    raise AssertionError(f"no end after {paths}")
