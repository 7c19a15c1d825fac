"""Links and buttons: explicit, honest about where they lead."""

import re
from collections.abc import Iterator

from bs4 import Tag

from accessibility.checks.document import Document, attribute, normal, shorten, words
from accessibility.checks.findings import Finding

# fmt: off
BANNED = frozenset({
    "ici", "cliquez ici", "cliquer ici", "en savoir plus", "savoir plus", "lire la suite", "la suite", "suite",
    "plus", "plus d’infos", "lien", "ce lien", "cette page", "cliquez", "voir", "détails", "détail", "lire",
    "consulter", "télécharger", "suivant", "précédent", "retour", "accéder", "go",
})
# fmt: on
BANNED_BUTTONS = frozenset({"ok", "valider", "go", "cliquez ici", "ici", "soumettre", "submit", "suite", "bouton"})
ADDRESS = re.compile(r"^(https?://|www\.)\S+$")
BLOCKS = ["p", "li", "td", "th", "dd", "dt", "h1", "h2", "h3", "h4", "summary", "div"]
NEW_WINDOW = re.compile(r"nouvel(le)? (fenêtre|onglet)")


def explicit_links(document: Document) -> Iterator[Finding]:
    """A link says where it leads, by itself."""
    for tag in document.select("a"):
        if not attribute(tag, "href") or attribute(tag, "href") == "#":
            yield Finding("link", "a link has an address", shorten(tag), ("6.2", "7.3"))
        name = document.name_of(tag)
        bare = name.replace("'", "’").casefold().strip(" .…:»«")
        if not name:
            yield Finding("link", "a link without a name", shorten(tag), ("6.2",))
        elif bare in BANNED or ADDRESS.match(name):
            yield Finding("link", f"{name!r} does not say where it leads", shorten(tag), ("6.1",))


def names_hold_text(document: Document) -> Iterator[Finding]:
    """What is seen stands in what is heard: a person who speaks to the machine says what they see."""
    for tag in document.select("a, button, summary"):
        seen = words(tag).casefold()
        for name in ("aria-label", "title"):
            said = normal(attribute(tag, name)).casefold()
            if said and seen and seen not in said:
                yield Finding("name", f"{name} does not hold the visible text", shorten(tag), ("6.1", "11.9"))


def new_windows(document: Document) -> Iterator[Finding]:
    """A link that opens a window says so."""
    for tag in document.select("[target]"):
        if attribute(tag, "target") in {"", "_self"}:
            continue
        said = f"{document.name_of(tag)} {attribute(tag, 'title')}"
        if not NEW_WINDOW.search(said):
            yield Finding("new-window", "a new window is announced in the link", shorten(tag), ("13.2",))
        if "noopener" not in attribute(tag, "rel").split():
            yield Finding("new-window", "a new window keeps no hold on this one (rel=noopener)", shorten(tag))


def twins(document: Document) -> Iterator[Finding]:
    """Two links with the same words lead to the same place, unless what stands around tells them apart."""
    known: dict[tuple[str, str], str] = {}
    for tag in document.main.select("a[href]"):
        key = (document.name_of(tag).casefold(), _around(tag))
        address = known.setdefault(key, attribute(tag, "href"))
        if address != attribute(tag, "href"):
            yield Finding("twin-links", f"{key[0]!r} leads to {address} and elsewhere", shorten(tag), ("6.1",))


def _around(tag: Tag) -> str:
    block = tag.find_parent(["tr", "li", "article"]) or tag.find_parent(BLOCKS)
    return words(block).casefold() if isinstance(block, Tag) else ""


def buttons(document: Document) -> Iterator[Finding]:
    """A button says its type and what it does."""
    for tag in document.select("button, input[type=submit], input[type=button], input[type=image], input[type=reset]"):
        kind = attribute(tag, "type")
        if tag.name == "button" and kind not in {"submit", "button"}:
            yield Finding("button-type", "a button says submit or button", shorten(tag), ("11.9",))
        if tag.name == "input":
            yield Finding("button", "acts are <button>", shorten(tag), ("11.9",))
        name = document.name_of(tag) or attribute(tag, "value")
        if not name or name.casefold().strip(" .!") in BANNED_BUTTONS:
            yield Finding("button", f"{name!r} does not say what happens", shorten(tag), ("11.9",))


def keyboard_order(document: Document) -> Iterator[Finding]:
    """The order of the keyboard is that of the page; no shortcut of our own."""
    for tag in document.select("[tabindex]"):
        if attribute(tag, "tabindex") not in {"0", "-1"}:
            yield Finding("tabindex", "the order of the page is the order of the keyboard", shorten(tag), ("12.8",))
    for tag in document.select("[accesskey]"):
        yield Finding("accesskey", "no shortcut of our own", shorten(tag), ("12.10",))
    for hidden in document.select("[aria-hidden=true]"):
        for tag in hidden.select("a[href], button, input:not([type=hidden]), select, textarea, [tabindex='0']"):
            if attribute(tag, "tabindex") != "-1":
                yield Finding("hidden-focus", "what is hidden cannot take the focus", shorten(tag), ("10.8",))


def native(document: Document) -> Iterator[Finding]:
    """What acts is a link or a button, and holds no other."""
    for tag in document.select("[role=button], [role=link], [role=menu], [role=menubar], [role=menuitem]"):
        yield Finding("role", "use <button>, <a> or a list of links", shorten(tag), ("7.1", "7.3"))
    for tag in document.select("a a, a button, button a, label a, label button, summary a, summary button"):
        yield Finding("nested", "a control inside a control", shorten(tag), ("7.1",))


RULES = (explicit_links, names_hold_text, new_windows, twins, buttons, keyboard_order, native)
