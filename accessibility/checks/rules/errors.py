"""A refused form: a summary that leads to each field, the same words at the field, the field told as invalid."""

from collections.abc import Iterator

from bs4 import Tag

from accessibility.checks.document import Document, attribute, shorten, words
from accessibility.checks.findings import Finding


def summary(document: Document) -> Iterator[Finding]:
    """One summary, before the heading; it takes the focus, an alert inside it speaks."""
    found = document.select(".sum")
    for box in found:
        if attribute(box, "tabindex") != "-1" or box.has_attr("role"):
            yield Finding("summary", "the outer box takes the focus and has no role", shorten(box), ("11.10", "7.5"))
        if len(box.select("[role=alert]")) != 1 or not box.select("h2"):
            yield Finding("summary", "one alert inside, with a heading", shorten(box), ("7.5",))
        if document.h1 is not None and document.h1 in box.find_all_previous("h1"):
            yield Finding("summary", "the summary comes before the h1", shorten(box), ("11.10",))
    if len(found) > 1:
        yield Finding("summary", "one summary a page", criteria=("11.10",))
    if not found and document.select("[aria-invalid=true], .err"):
        yield Finding("summary", "errors without a summary", criteria=("11.10",))


def summary_links(document: Document) -> Iterator[Finding]:
    """Each line leads to the control to repair, and says what is said there."""
    for link in document.select(".sum a"):
        target = document.ids.get(attribute(link, "href").removeprefix("#"))
        if target is None or target.name not in {"input", "select", "textarea"}:
            yield Finding("summary-link", "the link leads to a control", shorten(link), ("11.10",))
            continue
        told = [words(one) for one in _descriptions(document, target) if "err" in attribute(one, "class").split()]
        if words(link) not in told:
            yield Finding("summary-link", "the same words stand at the field", shorten(link), ("11.10", "11.11"))


def _descriptions(document: Document, control: Tag) -> list[Tag]:
    fieldset = control.find_parent("fieldset")
    return document.described(control) + (document.described(fieldset) if fieldset is not None else [])


def field_errors(document: Document) -> Iterator[Finding]:
    """An error is linked to its field after the hint; a field is told invalid only when it is."""
    linked = {id(one) for tag in document.select("[aria-describedby]") for one in document.described(tag)}
    listed = {words(link) for link in document.select(".sum a")}
    for error in document.select(".err"):
        if id(error) not in linked:
            yield Finding("error", "the error is linked by aria-describedby", shorten(error), ("11.10",))
        if words(error) not in listed:
            yield Finding("error", "the error stands in the summary too", shorten(error), ("11.10",))
    for control in document.select("[aria-invalid]"):
        if attribute(control, "aria-invalid") != "true":
            yield Finding("invalid", "aria-invalid stands only where something is wrong", shorten(control), ("11.10",))
        elif not any("err" in attribute(one, "class").split() for one in _descriptions(document, control)):
            yield Finding("invalid", "an invalid field says why", shorten(control), ("11.10", "11.11"))


def description_order(document: Document) -> Iterator[Finding]:
    """Label, hint, error, control: heard in the order in which it is seen."""
    for tag in document.select("[aria-describedby]"):
        kinds = [attribute(one, "class").split() for one in document.described(tag)]
        hints = [place for place, kind in enumerate(kinds) if "hint" in kind]
        errors = [place for place, kind in enumerate(kinds) if "err" in kind]
        if hints and errors and max(hints) > min(errors):
            yield Finding("described-order", "the hint comes before the error", shorten(tag), ("11.10",))


def wrong_parts(document: Document) -> Iterator[Finding]:
    """A field whose error is told is invalid for assistive technology too (a group says it in its description)."""
    for control in document.controls:
        told = any("err" in attribute(one, "class").split() for one in document.described(control))
        if told and attribute(control, "aria-invalid") != "true":
            yield Finding("invalid", "the error is told, the field is not invalid", shorten(control), ("11.10",))


RULES = (summary, summary_links, field_errors, description_order, wrong_parts)
