"""Defects that only a browser shows, sown one at a time: each is found."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from accessibility.checks.browser import check_everything
from accessibility.checks.findings import tell
from tests.accessibility.conftest import Opener

pytestmark = pytest.mark.browser

TRAP = (
    '<script nonce="nonce-of-the-gallery">addEventListener("keydown", (e) => '
    '{ if (e.key === "Tab" && document.activeElement.id === "texte") e.preventDefault(); });</script></body>'
)


@dataclass(frozen=True)
class Sown:
    """A defect made by ``styles``, or by replacing ``old`` in the page."""

    name: str
    rule: str
    styles: str = ""
    old: str = ""
    new: str = ""
    page: str = "un-champ"


DEFECTS = [
    Sown("the focus is not seen", "focus", ":focus-visible{outline:none;box-shadow:none}"),
    Sown("an outline of no style", "focus", ":focus-visible{outline:3px none;box-shadow:none}"),
    Sown("a pale ring", "focus", ":focus-visible{outline-color:#eee}"),
    Sown("a band over the focus", "focus", ".head{position:fixed;inset:0;z-index:9;background-color:#fff}"),
    Sown("a fixed width", "reflow", ".intro{inline-size:700px}"),
    Sown("words cut", "text-spacing", "h1{block-size:2.7rem;overflow:hidden}.hint{white-space:nowrap;overflow:hidden}"),
    Sown("a line cut when large", "zoom", ".foot p{white-space:nowrap;overflow:hidden;inline-size:15rem}"),
    Sown("words on words", "reflow", ".intro{block-size:0;padding:0}"),
    Sown("a fixed height", "large-text", ".field label{display:block;block-size:20px;overflow:hidden}"),
    Sown("links told by nothing", "link-seen", "main a{text-decoration:none}", page="dossier-courant"),
    Sown("a small button", "target", ".btn{min-block-size:1.25rem;padding:0;font-size:.7rem}"),
    Sown(
        "links too close",
        "target",
        ".foot a{padding:0;font-size:.6rem;line-height:1;display:block}.foot li{line-height:1}",
    ),
    Sown("endless motion", "motion", "@keyframes k{to{opacity:.9}}.intro{animation:k 2s infinite alternate}"),
    Sown("a label far from its field", "label-place", ".field textarea{margin-block-start:6rem}"),
    Sown("grey on white", "axe color-contrast", ".hint{color:#999}"),
    Sown("a skip link never shown", "skip-link", ".skip{display:none}"),
    Sown("a skip link outside the screen", "skip-link", ".skip a:focus{inset-block-start:-9rem}"),
    Sown("a keyboard trap", "keyboard", old="</body>", new=TRAP),
    Sown("a role that is none", "axe aria-roles", old='<div class="intro">', new='<div class="intro" role="titre">'),
    Sown("words outside the landmarks", "axe region", old="</body>", new="<p>Bonjour</p></body>"),
]


@pytest.mark.parametrize("sown", DEFECTS, ids=lambda one: one.name)
def test_the_browser_finds_it(gallery: dict[str, str], open_page: Opener, sown: Sown) -> None:
    html = gallery[sown.page]
    if sown.old:
        assert sown.old in html
        html = html.replace(sown.old, sown.new, 1)
    found = check_everything(open_page({sown.page: html}, sown.page, styles=sown.styles))
    assert sown.rule in {finding.rule for finding in found}, tell(found) or "nothing found"
