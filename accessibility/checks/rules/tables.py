"""Tables: a caption, headers with a scope, simple, and reachable where the page is narrow."""

from collections.abc import Iterator

from bs4 import Tag

from accessibility.checks.document import Document, attribute, shorten, words
from accessibility.checks.findings import Finding


def captions(document: Document) -> Iterator[Finding]:
    """Each table has its own title."""
    known: set[str] = set()
    for table in document.select("table"):
        caption = table.find("caption", recursive=False)
        text = words(caption) if isinstance(caption, Tag) and not document.is_hidden(caption) else ""
        if not text or text in known:
            yield Finding("caption", f"caption {text!r} is missing, or stands twice", shorten(table), ("5.4", "5.5"))
        known.add(text)


def headers(document: Document) -> Iterator[Finding]:
    """Every table has headers, and each says which cells it heads."""
    for table in document.select("table"):
        if not table.select("th") or attribute(table, "role") in {"presentation", "none"}:
            yield Finding("table", "a table holds data and has headers", shorten(table), ("5.6", "5.3"))
    for cell in document.select("th"):
        if attribute(cell, "scope") not in {"col", "row"}:
            yield Finding("scope", "a header says col or row", shorten(cell), ("5.6", "5.7"))
        if not words(cell):
            yield Finding("scope", "an empty header", shorten(cell), ("5.6",))


def simple(document: Document) -> Iterator[Finding]:
    """No cell spans; what is sorted is said on its header."""
    for cell in document.select("[colspan], [rowspan]"):
        yield Finding("span", "a simple table has no spanning cell", shorten(cell), ("5.7",))
    for cell in document.select("[aria-sort]"):
        if attribute(cell, "aria-sort") not in {"ascending", "descending"} or cell.name != "th":
            yield Finding("sort", "aria-sort stands on the header that sorts", shorten(cell), ("7.1",))


def rows(document: Document) -> Iterator[Finding]:
    """Each row has as many cells as there are columns."""
    for table in document.select("table"):
        widths = {len(row.select("th, td")) for row in table.select("tr")}
        if len(widths) > 1:
            yield Finding("row", f"rows of {sorted(widths)} cells", shorten(table), ("5.7",))


def narrow_screens(document: Document) -> Iterator[Finding]:
    """A table that scrolls does so inside a named region that the keyboard reaches."""
    for table in document.select("table"):
        region = table.find_parent(class_="scroll")
        if region is None or attribute(region, "tabindex") != "0" or not _is_region(region):
            yield Finding("table-region", "a table is in section.scroll[tabindex=0]", shorten(table), ("7.3",))
        elif not attribute(region, "aria-labelledby") and not attribute(region, "aria-label"):
            yield Finding("table-region", "the region has a name", shorten(region), ("12.6",))


def _is_region(tag: Tag) -> bool:
    """A section with a name is a region; any other element has to say so."""
    return tag.name == "section" or attribute(tag, "role") == "region"


RULES = (captions, headers, simple, rows, narrow_screens)
