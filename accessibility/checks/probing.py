"""Questions to the page in the browser; the answers are computed by ``probes.js``."""

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

__all__ = ["ask"]

PROBES = Path(__file__).with_name("probes.js")


@cache
def _source() -> str:
    return PROBES.read_text(encoding="utf-8")


def ask(page: Page, question: str, *values: Any) -> Any:
    """The answer of one probe. They are put in the page the first time, through the browser's own protocol.

    A page is asked hundreds of times: each question is one exchange with the browser.
    """
    asked = f"(values) => 'parvisProbes' in window && [window.parvisProbes.{question}(...values)]"
    answered = page.evaluate(asked, list(values))
    if not answered:
        page.evaluate(_source())
        answered = page.evaluate(asked, list(values))
    return answered[0]
