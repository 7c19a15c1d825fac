"""The gallery rendered once, served over HTTP, and a browser in front of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.accessibility.gallery import environment, pages, render
from tests.accessibility.serving import serve

Opener = Callable[..., Page]


@pytest.fixture(scope="session")
def gallery() -> dict[str, str]:
    """Name → HTML of each page of the gallery."""
    made = environment()
    return {page.name: render(page, made) for page in pages()}


@pytest.fixture(scope="session")
def dumped(gallery: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The gallery as files, for the validators."""
    folder = tmp_path_factory.mktemp("gallery")
    for name, html in gallery.items():
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    return folder


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Opener]:
    """Open pages (name → HTML, with more styles) at one of them, in a context of its own."""
    closers: list[Callable[[], object]] = []

    def open_one(html: dict[str, str], name: str, *, styles: str = "", **options: Any) -> Page:
        served = serve(html, styles)
        address = served.__enter__()
        closers.append(lambda: served.__exit__(None, None, None))
        chosen: dict[str, Any] = {"locale": "fr-FR", "viewport": {"width": 1280, "height": 900}, **options}
        context = browser.new_context(**chosen)
        closers.append(context.close)
        page = context.new_page()
        page.goto(f"{address}/{name}")
        return page

    yield open_one
    for close in reversed(closers):
        close()
