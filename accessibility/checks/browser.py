"""Checks that need a real browser: axe, the keyboard, narrow screens, large and spaced text, targets, motion.

Each takes an open Playwright page and leaves it as it found it, but for its scroll and focus. They work under a strict
content security policy: nothing is injected into the document. Animations are judged under the context's own settings.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from playwright.sync_api import Browser, Page, Playwright, ViewportSize

from accessibility.checks.findings import Finding
from accessibility.checks.keyboard import Stop, check_keyboard, check_skip_link, tab_walk
from accessibility.checks.probing import ask
from accessibility.checks.tools import find_chromium, find_package

__all__ = [
    "CHECKS",
    "Stop",
    "check_everything",
    "check_keyboard",
    "check_labels",
    "check_large_text",
    "check_links_seen",
    "check_motion",
    "check_reflow",
    "check_skip_link",
    "check_targets",
    "check_text_spacing",
    "launch",
    "run_axe",
    "tab_walk",
]

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
TAGS = ("RGAAv4", "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice")
NARROW: ViewportSize = {"width": 320, "height": 256}  # 1280 px at 400 %
HALF: ViewportSize = {"width": 640, "height": 450}  # 1280 px at 200 %
SPACED = (
    "*{line-height:1.5 !important;letter-spacing:.12em !important;word-spacing:.16em !important}"
    "p{margin-block-end:2em !important}"
)  # WCAG 2.1, 1.4.12
DOUBLED = "html{font-size:200% !important}"


def launch(playwright: Playwright) -> Browser:
    """The system's Chromium, without a window.

    :raises ToolMissing: when it is not installed; the message says how.
    """
    return playwright.chromium.launch(executable_path=find_chromium(), args=list(ARGUMENTS), headless=True)


@cache
def _axe_source() -> str:
    return (find_package("axe-core") / "axe.min.js").read_text(encoding="utf-8")


def run_axe(page: Page) -> list[Finding]:
    """Violations of axe-core, and what it could not decide: neither is a pass."""
    page.evaluate(_axe_source())
    options = {"runOnly": {"type": "tag", "values": list(TAGS)}, "resultTypes": ["violations", "incomplete"]}
    result = page.evaluate("options => axe.run(document, options)", options)
    return [
        Finding(f"axe {rule['id']}", _axe_words(kind, rule, node), node["html"][:140], _criteria(rule["tags"]))
        for kind in ("violations", "incomplete")
        for rule in result[kind]
        for node in rule["nodes"]
        if not _is_drawn_word(kind, rule, node)
    ]


def _is_drawn_word(kind: str, rule: dict[str, Any], node: dict[str, Any]) -> bool:
    """Words of a drawing: axe never knows what lies behind them.

    Ours stand beside the shapes, never on them, in the colour of the page's text: tests of charts see to it.
    """
    return kind == "incomplete" and rule["id"] == "color-contrast" and node["html"].startswith("<text")


def _axe_words(kind: str, rule: dict[str, Any], node: dict[str, Any]) -> str:
    why = " ".join((node.get("failureSummary") or rule["help"]).split())
    return why if kind == "violations" else f"undecided, {why}"


def _criteria(tags: list[str]) -> tuple[str, ...]:
    """RGAA numbers among the tags of a rule: ``RGAA-1.1.1`` → 1.1."""
    numbers = (tag.removeprefix("RGAA-").split(".") for tag in tags if tag.startswith("RGAA-"))
    return tuple(sorted({".".join(parts[:2]) for parts in numbers}))


@contextmanager
def _viewport(page: Page, size: ViewportSize) -> Iterator[None]:
    before = page.viewport_size
    page.set_viewport_size(size)
    yield
    if before is not None:
        page.set_viewport_size(before)


@contextmanager
def _wearing(page: Page, css: str) -> Iterator[None]:
    ask(page, "wear", css)
    yield
    ask(page, "undress")


def _findings(rule: str, message: str, criteria: tuple[str, ...], found: list[str]) -> list[Finding]:
    return [Finding(rule, message, where, criteria) for where in found]


def _nothing_lost(page: Page, rule: str, number: str) -> list[Finding]:
    """Words cut, words on words, and a page wider than its screen."""
    return [
        *_findings(rule, "part of the words is hidden", (number,), ask(page, "clipped")),
        *_findings(rule, "words stand on words", (number,), ask(page, "overlapping")),
        *_findings(rule, "the page sticks out", (number,), ask(page, "sticking")),
    ]


def check_reflow(page: Page) -> list[Finding]:
    """At 320 × 256: no sideways scrolling but in tables' regions, nothing lost, every control within reach (10.11)."""
    with _viewport(page, NARROW):
        found = _nothing_lost(page, "reflow", "10.11")
        found += _findings("reflow", "the control cannot be reached", ("10.11",), ask(page, "unreachable"))
    return found


def check_text_spacing(page: Page) -> list[Finding]:
    """With the spacing a reader may impose, nothing is lost, wide or narrow (10.12)."""
    with _wearing(page, SPACED):
        found = _nothing_lost(page, "text-spacing", "10.12")
        with _viewport(page, NARROW):
            found += _nothing_lost(page, "text-spacing", "10.12")
    return found


def check_large_text(page: Page) -> list[Finding]:
    """Text twice as large, and the page zoomed twice: nothing is lost (10.4)."""
    with _wearing(page, DOUBLED):
        found = _nothing_lost(page, "large-text", "10.4")
    with _viewport(page, HALF):
        found += _nothing_lost(page, "zoom", "10.4")
    return found


def check_targets(page: Page) -> list[Finding]:
    """What is pressed can be hit: 24 px or room around it, 44 px high for buttons and fields."""
    found = _findings("target", "too small", (), ask(page, "smallTargets"))
    with _viewport(page, NARROW):
        found += _findings("target", "too small on a narrow screen", (), ask(page, "smallTargets"))
    return found


def check_links_seen(page: Page) -> list[Finding]:
    """Links inside a sentence are underlined (10.6)."""
    return _findings("link-seen", "a link inside a sentence is underlined", ("10.6",), ask(page, "unseenLinks"))


def check_labels(page: Page) -> list[Finding]:
    """A label stands just above its field, or just after its box; wide and narrow (11.4)."""
    found = _findings("label-place", "the label is not next to its field", ("11.4",), ask(page, "labelsApart"))
    with _viewport(page, NARROW):
        found += _findings("label-place", "the label is not next to its field", ("11.4",), ask(page, "labelsApart"))
    return found


def check_motion(page: Page) -> list[Finding]:
    """Nothing moves for more than five seconds (13.8)."""
    return _findings("motion", "it moves for more than 5 seconds", ("13.8",), ask(page, "moving"))


CHECKS: tuple[Callable[[Page], list[Finding]], ...] = (
    run_axe,
    check_reflow,
    check_text_spacing,
    check_large_text,
    check_targets,
    check_labels,
    check_links_seen,
    check_motion,
    check_keyboard,
    check_skip_link,
)


def check_everything(page: Page) -> list[Finding]:
    """All of the above on one state of a page; those that move the focus come last."""
    return [finding for check in CHECKS for finding in check(page)]
