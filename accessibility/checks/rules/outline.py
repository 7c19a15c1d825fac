"""The skeleton of a page: headings, landmarks, skip links, live region, breadcrumb."""

from collections import Counter
from collections.abc import Iterator

from bs4 import Tag

from accessibility.checks.document import Document, attribute, shorten, words
from accessibility.checks.findings import Finding

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
FOCUSABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"


def headings(document: Document) -> Iterator[Finding]:
    """One h1, none empty, no level skipped."""
    found = [tag for tag in document.tags if tag.name in HEADINGS and not document.is_hidden(tag)]
    count = sum(tag.name == "h1" for tag in found)
    if count != 1:
        yield Finding("h1", f"{count} h1 in the page", criteria=("9.1",))
    for tag in found:
        if not words(tag):
            yield Finding("heading", "an empty heading", shorten(tag), ("9.1",))
    level = 0
    for tag in found:
        if tag.find_parent(class_="sum") is not None:
            continue  # the error summary stands before the h1 on purpose
        here = int(tag.name[1])
        if here > level + 1 and not (level == 0 and here == 1):
            yield Finding("heading-order", f"{tag.name} comes after level {level}", shorten(tag), ("9.1",))
        level = here


def landmarks(document: Document) -> Iterator[Finding]:
    """One header, one main, one footer; menus told apart by their names."""
    for name in ("main", "body > header", "body > footer"):
        count = len(document.select(name))
        if count != 1:
            yield Finding("landmark", f"{count} {name} in the page", criteria=("9.2", "12.6"))
    if not document.select("body > header nav"):
        yield Finding("landmark", "no menu in the header", criteria=("9.2", "12.1"))
    names = Counter(_label(document, tag) for tag in document.select("nav, [role=navigation]"))
    for label, times in names.items():
        if times > 1 or not label:
            yield Finding("landmark", f"{times} nav named {label!r}: each has its own name", criteria=("9.2", "12.6"))
    main = document.soup.select_one("main")
    if main is not None and (attribute(main, "id") != "contenu" or attribute(main, "tabindex") != "-1"):
        yield Finding("landmark", "main is #contenu and can take the focus", shorten(main)[:60], ("12.7",))


def _label(document: Document, tag: Tag) -> str:
    return document.name_of(tag) if tag.has_attr("aria-label") or tag.has_attr("aria-labelledby") else ""


def skip_links(document: Document) -> Iterator[Finding]:
    """The first thing the keyboard meets leads to the content, and each skip link leads somewhere."""
    body = document.soup.body
    first = body.select_one(FOCUSABLE) if body else None
    if first is None or attribute(first, "href") != "#contenu":
        yield Finding("skip-link", "the first focusable element leads to #contenu", criteria=("12.7",))
    for tag in document.select("a[href^='#']"):
        target = attribute(tag, "href")[1:]
        if not target or target not in document.ids:
            yield Finding("anchor", f"#{target} is not there", shorten(tag), ("12.7",))


def status_region(document: Document) -> Iterator[Finding]:
    """A live region is announced only when it was there before its text: one, permanent, empty at first."""
    region = document.ids.get("status")
    if region is None or attribute(region, "role") != "status" or words(region):
        yield Finding("status", "#status[role=status] stands in every page, empty", criteria=("7.5",))


def current_place(document: Document) -> Iterator[Finding]:
    """At most one current entry a menu; the last crumb is the page itself."""
    for nav in document.select("nav"):
        if len(nav.select("[aria-current=page]")) > 1:
            yield Finding("current", "two entries are the current page", shorten(nav), ("12.2",))
        last = nav.select("ol > li")
        if "trail" in attribute(nav, "class").split() and (not last or not last[-1].has_attr("aria-current")):
            yield Finding("breadcrumb", "the last crumb is the page itself", shorten(nav), ("9.3",))


def lists(document: Document) -> Iterator[Finding]:
    """Lists hold entries; definition lists hold terms."""
    for tag in document.select("ul, ol"):
        if any(isinstance(child, Tag) and child.name not in {"li", "script", "template"} for child in tag.children):
            yield Finding("list", "a list holds li only", shorten(tag), ("9.3",))
        if not tag.find("li", recursive=False):
            yield Finding("list", "an empty list", shorten(tag), ("9.3",))
    for tag in document.select("dl"):
        if not tag.select("dt") or not tag.select("dd"):
            yield Finding("list", "a definition list without terms", shorten(tag), ("9.3",))


RULES = (headings, landmarks, skip_links, status_region, current_place, lists)
