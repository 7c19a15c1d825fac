"""Fields: a visible label, one legend a group, tokens that machines know."""

from collections import defaultdict
from collections.abc import Iterator

from bs4 import Tag

from accessibility.checks.document import PARTS, Document, attribute, normal, shorten, words
from accessibility.checks.findings import Finding

# Tokens of the HTML standard, § 4.10.18.7 « Autofill ».
# fmt: off
TOKENS = frozenset({
    "off", "on", "name", "honorific-prefix", "given-name", "additional-name", "family-name", "honorific-suffix",
    "nickname", "username", "new-password", "current-password", "one-time-code", "organization-title",
    "organization", "street-address", "address-line1", "address-line2", "address-line3", "address-level4",
    "address-level3", "address-level2", "address-level1", "country", "country-name", "postal-code", "language",
    "bday", "bday-day", "bday-month", "bday-year", "sex", "url", "photo", "tel", "tel-country-code",
    "tel-national", "tel-area-code", "tel-local", "tel-local-prefix", "tel-local-suffix", "tel-extension",
    "email", "impp",
})
# fmt: on
QUALIFIERS = frozenset({"home", "work", "mobile", "fax", "pager", "shipping", "billing"})


def labels(document: Document) -> Iterator[Finding]:
    """Every field has a visible label; a placeholder or aria-label is not one."""
    for control in document.controls:
        found = document.labels_of(control)
        if not any(words(label) for label in found):
            yield Finding("label", "a field has a label that is seen", shorten(control), ("11.1",))
        if len(found) > 1:
            yield Finding("label", "a field has one label", shorten(control), ("11.2",))
        if any("vh" in attribute(label, "class").split() for label in found):
            yield Finding("label", "the label is seen by everybody", shorten(control), ("11.1",))
        if control.has_attr("placeholder"):
            yield Finding("placeholder", "a hint stands above the field and stays", shorten(control), ("11.1", "11.2"))
        if control.has_attr("aria-label") or control.has_attr("title"):
            yield Finding("label", "one name, the label's", shorten(control), ("11.2",))


def groups(document: Document) -> Iterator[Finding]:
    """Fields that answer one question stand in a fieldset that asks it."""
    for fieldset in document.select("fieldset"):
        first = fieldset.find(True, recursive=False)
        if not isinstance(first, Tag) or first.name != "legend" or not words(first):
            yield Finding("legend", "a fieldset begins with its legend", shorten(fieldset), ("11.6",))
    named: dict[str, list[Tag]] = defaultdict(list)
    for control in document.controls:
        kind = attribute(control, "type")
        name = attribute(control, "name")
        if kind in {"radio", "checkbox"} or PARTS.search(name):
            named[f"{kind if kind in {'radio', 'checkbox'} else 'date'}:{PARTS.sub('', name)}"].append(control)
    for key, controls in named.items():
        alone = len(controls) == 1
        if alone and key.startswith("radio:"):
            yield Finding("radio", "one radio is no choice", shorten(controls[0]), ("11.5",))
        parents = {id(control.find_parent("fieldset")) for control in controls}
        if not alone and (len(parents) > 1 or controls[0].find_parent("fieldset") is None):
            yield Finding("group", f"{key} is asked by one fieldset", shorten(controls[0]), ("11.5",))


def option_groups(document: Document) -> Iterator[Finding]:
    """Options are named, and so are their groups."""
    for tag in document.select("optgroup"):
        if not normal(attribute(tag, "label")):
            yield Finding("optgroup", "a group of options has a label", shorten(tag), ("11.8",))
    for tag in document.select("select[required]"):
        first = tag.find("option")
        if isinstance(first, Tag) and attribute(first, "value") and not tag.has_attr("multiple"):
            yield Finding("option", "a required list begins with an empty choice", shorten(tag), ("8.2",))
    for tag in document.select("option"):
        if not words(tag) and not attribute(tag, "label"):
            yield Finding("option", "an option says something", shorten(tag.parent or tag), ("11.2",))


def autocomplete(document: Document) -> Iterator[Finding]:
    """The purpose of a field is said with a token that browsers know; one's own e-mail and phone always have it."""
    for control in document.controls:
        tokens = attribute(control, "autocomplete").split()
        if tokens and (tokens[-1] not in TOKENS or not set(tokens[:-1]) <= QUALIFIERS):
            yield Finding("autocomplete", f"{' '.join(tokens)!r} is no token", shorten(control), ("11.13",))
        if document.role == "resident" and attribute(control, "type") in {"email", "tel"} and not tokens:
            yield Finding("autocomplete", "say whose it is: a token, or off", shorten(control), ("11.13",))


def known_types(document: Document) -> Iterator[Finding]:
    """Types that every browser and every reader knows."""
    for control in document.select("input"):
        kind = attribute(control, "type")
        if not control.has_attr("type") or kind in {"date", "number", "color", "range", "datetime-local"}:
            yield Finding("input-type", "text with inputmode; a date is three boxes", shorten(control), ("11.10",))
    for control in document.controls:
        if not attribute(control, "name"):
            yield Finding("input-name", "a field has a name, or nothing is sent", shorten(control))
        if control.has_attr("autofocus"):
            yield Finding("autofocus", "the page is read from its top", shorten(control), ("12.8",))


RULES = (labels, groups, option_groups, autocomplete, known_types)
