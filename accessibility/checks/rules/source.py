"""What stands in the source: validity, ids, nothing inline, nothing from elsewhere, weight."""

import gzip
from collections import Counter
from collections.abc import Iterator

from accessibility.checks.document import Document, attribute, shorten
from accessibility.checks.findings import Finding

BUDGET = {"resident": 230, "agent": 350}
MAX_HTML = 12 * 1024
REFERENCES = ("aria-describedby", "aria-labelledby", "aria-controls", "aria-owns", "aria-errormessage", "headers")
OBSOLETE = ("center", "font", "big", "tt", "strike", "marquee", "blink", "basefont", "dir", "acronym", "frame")
PRESENTATIONAL = ("align", "bgcolor", "border", "cellpadding", "cellspacing", "valign", "color", "face", "clear")
FOREIGN = ("iframe", "object", "embed", "video", "audio", "canvas")


def doctype(document: Document) -> Iterator[Finding]:
    """The first bytes name HTML."""
    if not document.html.lstrip().lower().startswith("<!doctype html>"):
        yield Finding("doctype", "the page does not begin with <!DOCTYPE html>", criteria=("8.1",))


def valid_source(document: Document) -> Iterator[Finding]:
    """Nothing that a browser has to repair."""
    for line, code in document.parse_errors:
        yield Finding("parse-error", f"line {line}: {code}", criteria=("8.2",))


def unique_ids(document: Document) -> Iterator[Finding]:
    """An id once."""
    counted = Counter(attribute(tag, "id") for tag in document.tags if tag.has_attr("id"))
    for id_, times in counted.items():
        if times > 1 or not id_ or any(char.isspace() for char in id_):
            yield Finding("id", f"id {id_!r} stands {times} times, or is not one word", criteria=("8.2",))


def references(document: Document) -> Iterator[Finding]:
    """What an attribute names is there."""
    for tag in document.tags:
        for name in REFERENCES:
            for id_ in attribute(tag, name).split():
                if id_ not in document.ids:
                    yield Finding("reference", f"{name} names {id_!r}, which is not there", shorten(tag), ("7.1",))
        target = attribute(tag, "for")
        if tag.name == "label" and target and target not in document.ids:
            yield Finding("reference", f"for names {target!r}, which is not there", shorten(tag), ("11.1",))


def nothing_inline(document: Document) -> Iterator[Finding]:
    """The security policy refuses inline styles, scripts and event attributes; so do we."""
    for tag in document.tags:
        if tag.name == "style" or tag.has_attr("style"):
            yield Finding("inline-style", "presentation belongs to the style sheet", shorten(tag), ("10.1",))
        if tag.name == "script" and not attribute(tag, "src") and attribute(tag, "type") != "application/json":
            yield Finding("inline-script", "a script has a file of its own", shorten(tag))
        for name, value in tag.attrs.items():
            text = value if isinstance(value, str) else " ".join(value)
            if name.startswith("on"):
                yield Finding("event-attribute", f"{name} belongs to the script's file", shorten(tag), ("7.3",))
            elif name.startswith("hx-"):
                yield Finding("htmx-attribute", f"{name} is written data-{name}", shorten(tag), ("8.2",))
            elif text.strip().lower().startswith("javascript:"):
                yield Finding("script-address", "an address is not a script", shorten(tag), ("7.3",))


def no_third_party(document: Document) -> Iterator[Finding]:
    """Everything a page loads comes from the portal itself."""
    for tag in document.select("script[src], link[href], img[src], source[src], input[type=image]"):
        if tag.name == "link" and attribute(tag, "rel") in {"canonical", "alternate"}:
            continue
        address = attribute(tag, "src") or attribute(tag, "href")
        if address.startswith(("http:", "https:", "//")):
            yield Finding("third-party", "a page loads nothing from elsewhere", shorten(tag))


def no_presentation(document: Document) -> Iterator[Finding]:
    """No element or attribute whose only purpose is looks, and no foreign medium outside its macro."""
    for tag in document.tags:
        if id(tag) in document.drawn:
            continue
        if tag.name in OBSOLETE or any(tag.has_attr(name) for name in PRESENTATIONAL):
            yield Finding("presentation", "looks belong to the style sheet", shorten(tag), ("10.1",))
        if tag.name in FOREIGN:
            yield Finding("medium", f"<{tag.name}> has no place in these pages", shorten(tag), ("2.1", "4.1"))


def budget(document: Document) -> Iterator[Finding]:
    """Few elements (those inside a drawing not counted), little HTML."""
    count = len(document.tags) - len(document.drawn)
    allowed = BUDGET[document.role or "resident"]
    if count > allowed:
        yield Finding("budget", f"{count} elements, {allowed} allowed for {document.role} pages")
    weight = len(gzip.compress(document.html.encode(), 6))
    if weight > MAX_HTML:
        yield Finding("weight", f"{weight} bytes of compressed HTML, {MAX_HTML} allowed")


RULES = (
    doctype,
    valid_source,
    unique_ids,
    references,
    nothing_inline,
    no_third_party,
    no_presentation,
    budget,
)
