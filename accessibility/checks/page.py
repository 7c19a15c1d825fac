"""Rules over the HTML of one response, without a browser: what a machine can decide on our own markup."""

from typing import Literal

from accessibility.checks.document import Document
from accessibility.checks.findings import Finding
from accessibility.checks.rules import RULES

__all__ = ["check_page"]


def check_page(html: str, *, role: Literal["resident", "agent"] | None = None) -> list[Finding]:
    """Every defect of a page that our rules can see; an empty list is a clean page, not an audit.

    :param html: the whole body of a ``text/html`` response.
    :param role: whose budget of elements applies; None reads it from the page's shell.
    """
    document = Document(html, role)
    return [finding for rule in RULES for finding in rule(document)]
