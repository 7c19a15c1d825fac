"""The page by its keys alone: each stop of Tab, what shows there, and that nothing holds the focus."""

from collections.abc import Iterator
from dataclasses import dataclass

from playwright.sync_api import Page

from accessibility.checks.findings import Finding
from accessibility.checks.probing import ask
from accessibility.contrast import INTERFACE, ratio

__all__ = ["Stop", "check_keyboard", "check_skip_link", "tab_walk"]

MAX_STOPS = 500
Mistake = tuple[str, str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Stop:
    """Where one press of Tab led.

    ``key`` is the same for every radio of a group. ``changed``: computed styles that the focus changes. ``outline``
    and ``behind``: red, green, blue of the ring and of what stands behind the element.
    """

    key: str
    what: str
    href: str
    changed: tuple[str, ...]
    outline: tuple[float, ...] | None
    behind: tuple[float, ...]
    inside: bool
    covered: bool


def tab_walk(page: Page) -> list[Stop]:
    """Press Tab from the top until the page is left or comes round; the stops, in order.

    When the walk comes back elsewhere than to its first stop, that stop stands twice: the page is a trap.
    """
    ask(page, "begin")
    stops: list[Stop] = []
    known: set[str] = set()
    while len(stops) < MAX_STOPS:
        stop = _next_stop(page)
        if stop is None or (stops and stop.key == stops[0].key):
            break
        stops.append(stop)
        if stop.key in known:
            break
        known.add(stop.key)
    return stops


def _next_stop(page: Page) -> Stop | None:
    page.keyboard.press("Tab")
    here = ask(page, "focused")
    if here is None:
        return None
    here["changed"] = tuple(here["changed"])
    here["outline"] = tuple(here["outline"]) if here["outline"] else None
    here["behind"] = tuple(here["behind"])
    return Stop(**here)


def check_keyboard(page: Page) -> list[Finding]:
    """Every control is a stop, in the order of the page, seen when it has the focus; nothing holds the focus."""
    stops = tab_walk(page)
    found = [
        Finding(rule, message, stop.what, criteria) for stop in stops for rule, message, criteria in _mistakes(stop)
    ]
    walked = [stop.key for stop in stops]
    promised = ask(page, "promised")
    held = len(set(walked)) < len(walked) or len(walked) == MAX_STOPS
    if held or (len(walked) == 1 < len(promised)):
        return [*found, Finding("keyboard", "the focus never leaves the page", stops[-1].what, ("12.9",))]
    found += [
        Finding("keyboard", "the keyboard does not reach it", one["what"], ("7.3", "12.8"))
        for one in promised
        if one["key"] not in walked
    ]
    order = [one["key"] for one in promised if one["key"] in walked]
    if not found and walked != order:
        found.append(Finding("keyboard", "the keyboard does not follow the page", str(walked), ("12.8",)))
    return found


def _mistakes(stop: Stop) -> Iterator[Mistake]:
    if not stop.changed:
        yield "focus", "nothing shows that it has the focus", ("10.7",)
    elif stop.outline is None and not {"boxShadow", "backgroundColor", "borderBottomColor"} & set(stop.changed):
        yield "focus", "the focus is told by a colour of text alone", ("10.7", "3.1")
    elif stop.outline is not None and "outlineStyle" in stop.changed:
        measured = ratio(_hexadecimal(stop.outline), _hexadecimal(stop.behind))
        if measured < INTERFACE:
            yield "focus", f"the ring has a contrast of {measured:.1f}", ("10.7", "3.3")
    if not stop.inside:
        yield "focus", "it has the focus outside the screen", ("10.7",)
    elif stop.covered:
        yield "focus", "something covers it while it has the focus", ("10.7",)


def _hexadecimal(channels: tuple[float, ...]) -> str:
    return "#" + "".join(f"{round(channel):02x}" for channel in channels[:3])


def check_skip_link(page: Page) -> list[Finding]:
    """The first Tab shows a link; Enter goes to the content (12.7)."""
    ask(page, "begin")
    first = _next_stop(page)
    if first is None or first.href != "#contenu" or not first.inside:
        return [Finding("skip-link", "the first Tab does not show a link to the content", str(first), ("12.7",))]
    page.keyboard.press("Enter")
    if page.evaluate("() => document.activeElement?.id") != "contenu":
        return [Finding("skip-link", "Enter does not go to the content", "", ("12.7",))]
    return []
