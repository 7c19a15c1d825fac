"""The text itself: no empty markup, drawings told or silent, other scripts marked, nothing left over."""

import re
import unicodedata
from collections.abc import Iterator

from bs4 import Tag
from bs4.element import NavigableString

from accessibility.checks.document import Document, attribute, normal, shorten, words
from accessibility.checks.findings import Finding

LEFT_OVER = re.compile(r"%\(\w+\)|\{\{|\{%|&(amp|lt|gt|quot|#\d+);|<lazy|<bound method|\bUndefined\b|^\s*None\s*$")
PICTURE = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]")
SPREAD = re.compile(r"(?<!\w)(?:[^\W\d_] ){3,}[^\W\d_](?!\w)")
EMPTY = "p, li, dt, dd, h2, h3, h4, legend, label, caption, figcaption, strong, em, summary"
FILE_NAME = re.compile(r"\.(png|jpe?g|gif|svg|webp)$", re.IGNORECASE)
MAX_ALTERNATIVE = 120


def empty_markup(document: Document) -> Iterator[Finding]:
    """No element used for the space it makes."""
    for tag in document.select("br"):
        after = tag.next_sibling
        while isinstance(after, NavigableString) and not normal(after):
            after = after.next_sibling
        if isinstance(after, Tag) and after.name == "br":
            yield Finding("br", "space belongs to the style sheet", shorten(tag.parent or tag), ("8.9",))
    for tag in document.select(EMPTY):
        if not normal(tag.get_text()) and tag.find(True) is None:
            yield Finding("empty", f"an empty {tag.name}", shorten(tag.parent or tag), ("8.9",))


def drawings(document: Document) -> Iterator[Finding]:
    """A drawing has a name or is left out; a picture has an alternative."""
    for tag in document.select("svg"):
        named = attribute(tag, "role") == "img" and (tag.has_attr("aria-label") or tag.has_attr("aria-labelledby"))
        silent = attribute(tag, "aria-hidden") == "true" and tag.find("title") is None
        if named == silent:
            yield Finding("drawing", "role=img with a name, or aria-hidden", shorten(tag), ("1.1", "1.2"))
        if silent and tag.has_attr("tabindex"):
            yield Finding("drawing", "what is hidden cannot take the focus", shorten(tag), ("10.8",))
    for tag in document.select("img, area"):
        alternative = attribute(tag, "alt")
        if not tag.has_attr("alt"):
            yield Finding("alt", "a picture has an alternative, empty when it decorates", shorten(tag), ("1.1",))
        elif FILE_NAME.search(alternative) or len(alternative) > MAX_ALTERNATIVE:
            yield Finding("alt", f"{alternative[:40]!r} is no alternative", shorten(tag), ("1.3",))
        if not (tag.has_attr("width") and tag.has_attr("height")) and tag.name == "img":
            yield Finding("alt", "a picture says its size, so that nothing moves", shorten(tag))


def other_scripts(document: Document) -> Iterator[Finding]:
    """Words in another script are marked: a language, or a name set apart by bdi or dir=auto."""
    lang = attribute(document.soup.html, "lang") if document.soup.html else ""
    if lang.partition("-")[0] not in {"fr", "en", "br", "oc", "eu", "co", "gsw"}:
        return
    for text, node in document.texts:
        if not any(char.isalpha() and not _is_latin(char) for char in text):
            continue
        marked = node.find_parent(lambda tag: tag.name == "bdi" or (tag.name != "html" and _says_script(tag)))
        if marked is None:
            yield Finding("script", f"{normal(text)[:40]!r} has no lang, bdi or dir=auto", criteria=("8.7", "8.10"))


def _is_latin(char: str) -> bool:
    name = unicodedata.name(char, "LATIN")
    return name.startswith(("LATIN", "MODIFIER", "MASCULINE", "FEMININE", "MICRO", "COMBINING"))


def _says_script(tag: Tag) -> bool:
    return tag.has_attr("lang") or attribute(tag, "dir") == "auto"


def left_over(document: Document) -> Iterator[Finding]:
    """Nothing of the workshop is seen: placeholders of a translation, code of a template, escapes of escapes."""
    for text, node in document.texts:
        if LEFT_OVER.search(text) and node.find_parent(["bdi", "textarea"]) is None:
            yield Finding("left-over", f"{normal(text)[:60]!r}", criteria=("8.9",))
        if PICTURE.search(text) and node.find_parent(attrs={"aria-hidden": "true"}) is None:
            yield Finding("picture-character", f"{normal(text)[:40]!r} is read by its code name", criteria=("13.5",))
        if SPREAD.search(text):
            yield Finding("spread", f"{normal(text)[:40]!r} is read letter by letter", criteria=("10.1",))


def disclosures(document: Document) -> Iterator[Finding]:
    """A disclosure begins with its summary."""
    for tag in document.select("details"):
        first = tag.find(True, recursive=False)
        if not isinstance(first, Tag) or first.name != "summary" or not words(first):
            yield Finding("disclosure", "details begins with a summary that says something", shorten(tag), ("7.1",))


RULES = (empty_markup, drawings, other_scripts, left_over, disclosures)
