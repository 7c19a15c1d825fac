"""A page as the rules read it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from bs4 import BeautifulSoup, Tag
from bs4.builder._html5lib import HTML5TreeBuilder, TreeBuilderForHtml5lib
from bs4.element import NavigableString, PageElement, PreformattedString

__all__ = ["Document", "attribute", "normal", "shorten", "words"]

MAX_SHOWN = 140
BUTTON_TYPES = frozenset({"submit", "button", "reset", "image"})
LAST = re.compile(r"([a-z][a-z0-9]*)?(?:\.([a-z-]+))?(?:\[([a-z-]+)[^\]]*\])?[^ >]*$")
UNREAD = frozenset({"script", "style", "template"})
PARTS = re.compile(r"-(day|month|year)$")


def normal(text: str) -> str:
    """Single spaces, no space at either end; no-break spaces count as spaces."""
    return " ".join(text.split())


def attribute(tag: Tag, name: str) -> str:
    """The value of an attribute, "" when absent; a list of tokens comes back as one text."""
    value = tag.get(name)
    if value is None:
        return ""
    return value if isinstance(value, str) else " ".join(value)


def shorten(tag: Tag) -> str:
    """The element, cut to one readable line."""
    text = normal(str(tag))
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"


def words(tag: Tag) -> str:
    """What assistive technology reads of an element: its text, its images' alternatives; nothing that is hidden."""
    return normal("".join(_spoken(tag)))


def _spoken(tag: Tag) -> Iterator[str]:
    for child in tag.children:
        if isinstance(child, Tag):
            if child.name in UNREAD or child.has_attr("hidden") or attribute(child, "aria-hidden") == "true":
                continue
            if child.name == "img":
                yield attribute(child, "alt")
            elif child.name == "br":
                yield " "
            elif child.has_attr("aria-label") and child.name in {"svg", "a", "button"}:
                yield attribute(child, "aria-label")
            else:
                yield from _spoken(child)
        elif isinstance(child, NavigableString) and not isinstance(child, PreformattedString):
            yield str(child)


class _Tree(TreeBuilderForHtml5lib):
    """The tree being built, which keeps what the parser had to repair: a page is parsed once for both."""

    repaired: list[tuple[int, str]]

    def getDocument(self) -> BeautifulSoup:  # noqa: N802 - the name that html5lib calls
        """The whole document, once it is parsed."""
        errors = self.parser.errors if self.parser else []
        self.repaired = [(position[0], code) for position, code, _ in errors]
        return super().getDocument()


class _Builder(HTML5TreeBuilder):
    tree: _Tree

    def create_treebuilder(self, namespaceHTMLElements: bool) -> TreeBuilderForHtml5lib:  # noqa: N803 - theirs
        """What html5lib builds with."""
        self.tree = _Tree(namespaceHTMLElements, self.soup, store_line_numbers=self.store_line_numbers)
        self.underlying_builder = self.tree
        return self.tree


@dataclass
class Document:
    """The HTML of a response, parsed as a browser does, with what several rules ask of it.

    :param html: the body of the response.
    :param role: ``resident`` or ``agent``; None reads it from the page (``body.desk`` is the agents' shell).

    ``parse_errors``: (line, code) of each error a browser repairs silently: duplicate attribute, stray end tag…
    """

    html: str
    role: str | None = None
    soup: BeautifulSoup = field(init=False)
    parse_errors: list[tuple[int, str]] = field(init=False)

    def __post_init__(self) -> None:
        builder = _Builder()
        self.soup = BeautifulSoup(self.html, builder=builder)
        self.parse_errors = builder.tree.repaired
        if self.role is None:
            self.role = "agent" if self.soup.select_one("body.desk") else "resident"

    @cached_property
    def tags(self) -> list[Tag]:
        """Every element, in order."""
        return [tag for tag in self.soup.find_all(True) if isinstance(tag, Tag)]

    @cached_property
    def ids(self) -> dict[str, Tag]:
        """The first element of each id."""
        found: dict[str, Tag] = {}
        for tag in self.tags:
            if tag.has_attr("id"):
                found.setdefault(attribute(tag, "id"), tag)
        return found

    @cached_property
    def h1(self) -> Tag | None:
        """The heading of the page."""
        return self.soup.find("h1") if isinstance(self.soup.find("h1"), Tag) else None

    @cached_property
    def title(self) -> str:
        """The text of ``<title>``."""
        found = self.soup.select_one("head > title")
        return normal(found.get_text()) if found else ""

    @cached_property
    def controls(self) -> list[Tag]:
        """The fields a person fills: no button, no hidden input, nothing that is kept out of their sight."""
        return [
            tag
            for tag in self.tags
            if tag.name in {"input", "select", "textarea"}
            and attribute(tag, "type") not in BUTTON_TYPES | {"hidden"}
            and not self.is_hidden(tag)
        ]

    @cached_property
    def main(self) -> Tag:
        """The main landmark, or the whole page when there is none."""
        return self.soup.select_one("main") or self.soup

    def select(self, selector: str) -> list[Tag]:
        """The elements that match a CSS selector, in order: only those its last part can mean are looked at."""
        found: set[int] = set()
        for one in selector.split(", "):
            meant = self._meant(one)
            whole = self.soup.css.compile(one) if meant and not one.isalnum() else None
            found |= {id(tag) for tag in meant if whole is None or whole.match(tag)}
        return [tag for tag in self.tags if id(tag) in found] if found else []

    def _meant(self, selector: str) -> list[Tag]:
        """The elements that have the name or the attribute which the last part of a selector asks for."""
        last = LAST.search(selector)
        name, class_, attribute_ = last.groups() if last else (None, None, None)
        if name:
            return self._by_name.get(name, [])
        return self._by_attribute.get("class" if class_ else attribute_ or "", [])

    @cached_property
    def _by_name(self) -> dict[str, list[Tag]]:
        found: dict[str, list[Tag]] = {}
        for tag in self.tags:
            found.setdefault(tag.name, []).append(tag)
        return found

    @cached_property
    def _by_attribute(self) -> dict[str, list[Tag]]:
        found: dict[str, list[Tag]] = {}
        for tag in self.tags:
            for name in tag.attrs:
                found.setdefault(name, []).append(tag)
        return found

    @cached_property
    def drawn(self) -> frozenset[int]:
        """``id()`` of every element inside a drawing: they are no part of the page's structure."""
        return frozenset(id(tag) for drawing in self.select("svg") for tag in drawing.find_all(True))

    def is_hidden(self, tag: Tag) -> bool:
        """True when the element, or one around it, is hidden from everybody who would use it."""
        return any(
            attribute(one, "aria-hidden") == "true" or one.has_attr("hidden")
            for one in (tag, *tag.parents)
            if isinstance(one, Tag)
        )

    def labels_of(self, control: Tag) -> list[Tag]:
        """The ``<label>`` elements of a control."""
        id_ = attribute(control, "id")
        around = control.find_parent("label")
        by_id = [tag for tag in self.labels if id_ and attribute(tag, "for") == id_]
        return [*by_id, *([around] if around is not None and around not in by_id else [])]

    @cached_property
    def labels(self) -> list[Tag]:
        """Every label."""
        return [tag for tag in self.tags if tag.name == "label"]

    def described(self, tag: Tag) -> list[Tag]:
        """The elements that ``aria-describedby`` names, in its order."""
        return [self.ids[one] for one in attribute(tag, "aria-describedby").split() if one in self.ids]

    def name_of(self, tag: Tag) -> str:
        """The accessible name of a link or a button, as far as our markup makes one."""
        if tag.has_attr("aria-labelledby"):
            named = [self.ids[one] for one in attribute(tag, "aria-labelledby").split() if one in self.ids]
            return normal(" ".join(words(one) for one in named))
        return normal(attribute(tag, "aria-label")) or words(tag)

    def questions(self, form: Tag) -> Iterator[tuple[list[Tag], str]]:
        """The questions of a form: (its controls, the text of its label, or of its legend for a group)."""
        groups: dict[str, list[Tag]] = {}
        for control in self.controls:
            if control.find_parent("form") is form:
                name = PARTS.sub("", attribute(control, "name"))
                groups.setdefault(f"{name or id(control)}", []).append(control)
        for controls in groups.values():
            yield controls, self._question(controls)

    def _question(self, controls: list[Tag]) -> str:
        if len(controls) > 1 or attribute(controls[0], "type") == "radio":
            fieldset = controls[0].find_parent("fieldset")
            legend = fieldset.find("legend") if fieldset is not None else None
            if isinstance(legend, Tag):
                return words(legend)
        return " ".join(words(label) for label in self.labels_of(controls[0]))

    @cached_property
    def texts(self) -> list[tuple[str, PageElement]]:
        """Each piece of text a person sees, with its node."""
        body = self.soup.body
        return [
            (str(node), node)
            for node in (body.find_all(string=True) if body else [])
            if not isinstance(node, PreformattedString)
            and normal(str(node))
            and (node.parent is None or node.parent.name not in UNREAD)
        ]
