"""Looking at a page as it stands in the browser: every check, its two sources kept for the validators, its weight."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, Response

from accessibility.checks import Finding, check_page
from accessibility.checks.browser import check_everything
from tests.e2e.conftest import PATIENCE
from tests.e2e.hands import Mouse

Role = Literal["resident", "agent"]
# Requests and bytes of a first visit, everything compressed as it is served; elements, those of drawings left out.
BUDGET: dict[Role, tuple[int, int, int]] = {"resident": (8, 90_000, 230), "agent": (8, 90_000, 350)}


@dataclass(frozen=True, slots=True)
class State:
    """One state of one page: what was found there, and what it cost (``elements``: those of drawings left out)."""

    name: str
    role: Role
    path: str
    title: str
    status: int
    findings: tuple[Finding, ...]
    requests: int
    weight: int
    elements: int

    @property
    def defects(self) -> list[Finding]:
        """What was found, but for the number of elements, which is weighed with the rest."""
        return [finding for finding in self.findings if finding.rule != "budget"]

    @property
    def is_heavy(self) -> bool:
        """True when a first visit costs more than it may."""
        cost = (self.requests, self.weight, self.elements)
        return any(spent > allowed for spent, allowed in zip(cost, BUDGET[self.role], strict=True))


@dataclass
class Traffic:
    """What the browser fetched since the last document, its cache switched off."""

    sizes: dict[str, int] = field(default_factory=dict)
    awaited: set[str] = field(default_factory=set)

    def sent(self, event: dict[str, Any]) -> None:
        """A request leaves; a document starts the count again."""
        if event.get("type") == "Document":
            self.sizes.clear()
            self.awaited.clear()
        self.sizes[event["requestId"]] = 0
        self.awaited.add(event["requestId"])

    def received(self, event: dict[str, Any]) -> None:
        """An answer is whole; its size is what came through the network."""
        if event["requestId"] in self.sizes:
            self.sizes[event["requestId"]] = int(event["encodedDataLength"])
        self.awaited.discard(event["requestId"])

    def failed(self, event: dict[str, Any]) -> None:
        """Nothing more comes of a request."""
        self.awaited.discard(event["requestId"])


class Visit:
    """Somebody's browser, and what was seen in it. Scripts that fail and what the policy refuses are findings too."""

    def __init__(self, browser: Browser, folder: Path, seen: list[State], role: Role) -> None:
        self.context = browser.new_context(locale="fr-FR", viewport={"width": 1280, "height": 900})
        self.context.set_default_timeout(PATIENCE)
        self.page = self.context.new_page()
        self.hand = Mouse(self.page)
        self.folder = folder
        self.seen = seen
        self.role: Role = role
        self.complaints: list[str] = []
        self.answer: Response | None = None
        self.traffic = Traffic()
        network = self.context.new_cdp_session(self.page)
        network.send("Network.enable")
        network.send("Network.setCacheDisabled", {"cacheDisabled": True})
        network.on("Network.requestWillBeSent", self.traffic.sent)
        network.on("Network.loadingFinished", self.traffic.received)
        network.on("Network.loadingFailed", self.traffic.failed)
        self.page.on("response", self._keep)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda line: self.complaints.append(line.text) if _is_complaint(line.text) else None)

    def _keep(self, answer: Response) -> None:
        if answer.request.is_navigation_request() and answer.frame == self.page.main_frame:
            self.answer = answer

    def go(self, address: str, name: str) -> None:
        """Open an address and look at it."""
        self.page.goto(address)
        self.look(name)

    def press(self, button: str, name: str) -> None:
        """Press a button and look at what comes."""
        self.hand.press(button)
        self.look(name)

    def follow(self, link: str, name: str) -> None:
        """Follow a link and look at what comes."""
        self.hand.follow(link)
        self.look(name)

    def look(self, name: str) -> None:
        """Check the page as it stands, and keep its source and its document."""
        self._wait_for_everything()
        assert self.answer is not None, "nothing is open"
        source, title, path = self.answer.text(), self.page.title(), _path(self.page.url)
        requests, weight = len(self.traffic.sizes), sum(self.traffic.sizes.values())
        elements = int(self.page.evaluate("document.querySelectorAll('*:not(svg *)').length"))
        self._dump(name, source)
        found = [*check_page(source, role=self.role), *check_everything(self.page)]
        found += [Finding("console", complaint) for complaint in self.complaints]
        self.complaints.clear()
        self.seen.append(
            State(name, self.role, path, title, self.answer.status, tuple(found), requests, weight, elements)
        )

    def _wait_for_everything(self) -> None:
        """Until the page has all it asked for, its letters drawn; Playwright's own wait lasts half a second more."""
        self.page.wait_for_load_state("load")
        self.page.evaluate("document.fonts.ready.then(() => null)")
        end = time.monotonic() + PATIENCE / 1000
        while self.traffic.awaited:
            assert time.monotonic() < end, f"still awaited: {len(self.traffic.awaited)}"
            self.page.wait_for_timeout(20)

    def _dump(self, name: str, source: str) -> None:
        plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        stem = f"{len(self.seen):03d}-{plain}"
        (self.folder / f"{stem}.answer.html").write_text(source, encoding="utf-8")
        (self.folder / f"{stem}.document.html").write_text(self.page.content(), encoding="utf-8")


def _is_complaint(text: str) -> bool:
    """The console says every 4xx; what matters here is our script, and what the policy refused."""
    return "Content Security Policy" in text or "Uncaught" in text


def _path(url: str) -> str:
    return re.sub(r"^https?://[^/]+", "", url)


@contextmanager
def visiting(browser: Browser, folder: Path, seen: list[State], role: Role) -> Iterator[Visit]:
    """A new browser, closed afterwards."""
    visit = Visit(browser, folder, seen, role)
    try:
        yield visit
    finally:
        visit.context.close()


FILL = """
() => {
  const done = new Set();
  for (const e of document.querySelectorAll("main form.step :is(input, select, textarea)")) {
    const key = e.name;
    if (e.type === "hidden" || e.type === "submit" || (e.type === "radio" && done.has(key))) continue;
    done.add(key);
    const year = new Date().getFullYear();
    const texts = { email: "quelquun@exemple.example", tel: "06 39 98 12 34" };
    if (e.type === "radio" || e.type === "checkbox") e.checked = true;
    else if (e.tagName === "SELECT") e.selectedIndex = e.options[0].value ? 0 : 1;
    else if (e.name.endsWith("-day")) e.value = "9";
    else if (e.name.endsWith("-month")) e.value = "6";
    else if (e.name.endsWith("-year")) e.value = String(/birth/.test(e.name) ? year - 4 : year + 1);
    else if (e.tagName === "TEXTAREA") e.value = "Depuis lundi, devant l’entrée.\\nMerci.";
    else e.value = texts[e.type] || (e.inputMode === "numeric" ? "38999" : "Valmont-sur-Iselle");
  }
}
"""


def fill(visit: Visit) -> None:
    """Answer every question of the step on the screen, with something that fits it."""
    visit.page.evaluate(FILL)
