"""Ways of using a page: with the mouse, and with the keyboard alone. The scenes are the same with both."""

from __future__ import annotations

import re
from typing import Protocol

from playwright.sync_api import ElementHandle, Locator, Page

MAX_TABS = 220
HAS_FOCUS = "e => e === document.activeElement"


def _name(text: str) -> re.Pattern[str]:
    plain = " ".join(text.split())  # names are compared with ordinary spaces
    return re.compile(re.escape(plain).replace("'", "['’]"), re.IGNORECASE)


def _found(target: Locator) -> ElementHandle:
    """The element itself, once it is there: looking for it by its name again at each key takes longer than the key."""
    return target.element_handle()


class Hand(Protocol):
    """What the scenes ask of a person."""

    page: Page

    def follow(self, link: str) -> None: ...

    def press(self, button: str) -> None: ...

    def write(self, label: str, value: str) -> None: ...

    def choose(self, group: str, option: str) -> None: ...

    def pick(self, option: str) -> None: ...

    def select(self, label: str, option: str) -> None: ...

    def tick(self, label: str) -> None: ...


class Finder:
    """Finds controls by what a person reads or hears."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def link(self, text: str) -> Locator:
        return self.page.get_by_role("link", name=_name(text)).first

    def button(self, text: str) -> Locator:
        return self.page.get_by_role("button", name=_name(text)).first

    def field(self, label: str) -> Locator:
        return self.page.get_by_label(_name(label)).first

    def radio(self, group: str, option: str) -> Locator:
        return self.page.get_by_role("group", name=_name(group)).get_by_role("radio", name=_name(option)).first

    def lone_radio(self, option: str) -> Locator:
        """A radio of a page that has a single group."""
        return self.page.get_by_role("radio", name=_name(option)).first

    def checkbox(self, label: str) -> Locator:
        return self.page.get_by_role("checkbox", name=_name(label)).first


class Mouse(Finder):
    """Points and clicks."""

    def follow(self, link: str) -> None:
        with self.page.expect_navigation():
            self.link(link).click()

    def press(self, button: str) -> None:
        with self.page.expect_navigation():
            self.button(button).click()

    def write(self, label: str, value: str) -> None:
        self.field(label).fill(value)

    def choose(self, group: str, option: str) -> None:
        self.radio(group, option).check()

    def pick(self, option: str) -> None:
        self.lone_radio(option).check()

    def select(self, label: str, option: str) -> None:
        self.field(label).select_option(label=option)

    def tick(self, label: str) -> None:
        self.checkbox(label).check()


class Keyboard(Finder):
    """Never touches the mouse: Tab to the control, then the key that acts on it."""

    def _reach(self, target: Locator) -> None:
        wanted = _found(target)
        for _ in range(MAX_TABS):
            if wanted.evaluate(HAS_FOCUS):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard never reaches {target}")

    def follow(self, link: str) -> None:
        self._reach(self.link(link))
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def press(self, button: str) -> None:
        self._reach(self.button(button))
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def write(self, label: str, value: str) -> None:
        self._reach(self.field(label))
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(value)

    def choose(self, group: str, option: str) -> None:
        self._choose(self.radio(group, option), option)

    def pick(self, option: str) -> None:
        self._choose(self.lone_radio(option), option)

    def _choose(self, radio: Locator, option: str) -> None:
        wanted = _found(radio)
        for _ in range(MAX_TABS):  # a group of radios is one stop of the tab key
            if wanted.evaluate("e => document.activeElement.name === e.name && document.activeElement.form === e.form"):
                break
            self.page.keyboard.press("Tab")
        for _ in range(40):
            if wanted.evaluate(HAS_FOCUS):
                self.page.keyboard.press("Space")
                break
            self.page.keyboard.press("ArrowDown")
        assert wanted.is_checked(), f"the keyboard could not choose {option}"

    def select(self, label: str, option: str) -> None:
        self._reach(self.field(label))
        field = _found(self.field(label))
        for _ in range(60):
            if field.evaluate("e => e.selectedOptions[0].textContent.trim()") == option:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the keyboard could not select {option}")

    def tick(self, label: str) -> None:
        box = self.checkbox(label)
        self._reach(box)
        if not box.is_checked():
            self.page.keyboard.press("Space")
        assert box.is_checked()
