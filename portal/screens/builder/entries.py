"""What an officer types about one part of a document, and where it goes. Pure.

A part (a page, a question, a tab) is a list of :class:`Entry`: each reads its words from the part's data, shows them
in a control, and writes back what was typed. Whatever a form does not show stays as it is.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from unicodedata import category

from accessibility.forms import AccessibleForm, build_form
from portal.ground.dictionary.service import FRENCH

Data = dict[str, Any]
Path = tuple[str | int, ...]
YES, NO = "oui", "non"


def get_at(data: Any, path: Path) -> Any:
    """What stands at a place, None when there is nothing."""
    for key in path:
        there = key in data if isinstance(data, dict) else isinstance(key, int) and key < len(data or ())
        if not there:
            return None
        data = data[key]
    return data


def put_at(data: Any, path: Path, value: Any) -> None:
    """Put a value at a place; None takes away what is there, and the mappings that it leaves empty."""
    head, rest = path[0], path[1:]
    if not rest:
        if value is not None:
            data[head] = value
        elif isinstance(data, dict):
            data.pop(head, None)
        return
    if isinstance(data, list):
        put_at(data[int(head)], rest, value)
        return
    inner = data.get(head)
    if inner is None:
        if value is None:
            return
        inner = data[head] = {}
    put_at(inner, rest, value)
    if inner == {}:
        del data[head]


@dataclass(frozen=True)
class Form:
    """How the words of a control stand for data: ``show`` data → words, ``read`` (words, former data) → data.

    ``read`` raises ``ValueError`` for words that cannot be understood.
    """

    show: Callable[[Any], Any]
    read: Callable[[Any, Any], Any]


def _text(typed: Any) -> str:
    """Without control characters nor outer spaces. Other spaces stay: officers may well have chosen them."""
    text = str(typed or "").replace("\r\n", "\n")
    kept = "".join(char for char in text if char == "\n" or category(char) != "Cc")
    return kept.strip()


def _number(typed: Any, _former: Any) -> int | None:
    text = _text(typed)
    return int(text) if text else None


def _decimal(typed: Any, _former: Any) -> str | None:
    text = "".join(_text(typed).replace(",", ".").split())
    if text and not re.fullmatch(r"-?\d{1,12}(\.\d{1,4})?", text):
        raise ValueError("not a number")
    return text or None


def _lines(typed: Any, _former: Any = None) -> list[str] | None:
    return [line.strip() for line in _text(typed).splitlines() if line.strip()] or None


def _texts(typed: Any, former: Any) -> list[dict[str, str]] | None:
    """French sentences, one a line; the other languages of a sentence stay while its place or its words do."""
    known = {text[FRENCH]: text for text in former or []}
    places = list(former or [])
    lines = _lines(typed) or []
    same = len(lines) == len(places)
    return [
        {**(known.get(line) or (places[place] if same else {})), FRENCH: line} for place, line in enumerate(lines)
    ] or None


TEXT = Form(lambda data: data or "", lambda typed, _former: _text(typed) or None)
NUMBER = Form(lambda data: "" if data is None else str(data), _number)
DECIMAL = Form(lambda data: "" if data is None else str(data).replace(".", ","), _decimal)
LINES = Form(lambda data: "\n".join(data or ()), _lines)
WORDS = Form(
    lambda data: ", ".join(data or ()),
    lambda typed, _former: [word.strip() for word in re.split(r"[,\n]", _text(typed)) if word.strip()] or None,
)
TEXTS = Form(lambda data: "\n".join(text[FRENCH] for text in data or ()), _texts)
CODES = Form(lambda data: list(data or ()), lambda typed, _former: list(typed or ()) or None)


def flag(default: bool) -> Form:
    """Yes or no, of which ``default`` is left unsaid in the document."""
    return Form(
        lambda data: YES if (default if data is None else data) else NO,
        lambda typed, _former: None if (typed == YES) is default else typed == YES,
    )


@dataclass(frozen=True)
class Entry:
    """One control. ``path`` is a place in the part's data; ``control`` an unbound field of ``accessibility.forms``."""

    name: str
    path: Path
    control: Any
    form: Form = field(default=TEXT)


@dataclass(frozen=True)
class Sheet:
    """The controls of one part, with what was typed in them or what the document says."""

    entries: tuple[Entry, ...]
    form: AccessibleForm

    def write(self, data: Data) -> tuple[list[str], list[str]]:
        """Put what was typed in the part's data, in place; the controls that could not be read, and those left empty.

        What is inside a mapping is written before the mapping itself.
        """
        unreadable: list[str] = []
        missing: list[str] = []
        for entry in sorted(self.entries, key=lambda one: -len(one.path)):
            control = self.form[entry.name]
            try:
                value = entry.form.read(control.data, get_at(data, entry.path))
            except ValueError:
                unreadable.append(entry.name)
                continue
            if value is None and entry.path[-1] == FRENCH:
                if control.needed:
                    missing.append(entry.name)
                put_at(data, entry.path[:-1], None)  # no text without its French
            else:
                put_at(data, entry.path, value)
        return unreadable, missing

    def name_at(self, place: str) -> str:
        """The control that a faulty place of the part belongs to; the first one when none does."""
        parts = place.split(".")
        best, found = -1, self.entries[0].name
        for entry in self.entries:
            path = [str(key) for key in entry.path]
            shared = _shared(path, parts)
            if shared > best and shared:
                best, found = shared, entry.name
        return found


def _shared(path: list[str], parts: list[str]) -> int:
    """How far the path leads to the place; a path that leads all its way counts for more."""
    count = 0
    while count < min(len(path), len(parts)) and path[count] == parts[count]:
        count += 1
    return count * 2 + (count == len(path)) if count else 0


def open_sheet(entries: Iterable[Entry], data: Mapping[str, Any], typed: Any = None) -> Sheet:
    """A sheet with the words of the document, or those just typed (``typed``: what the form sent)."""
    kept = tuple(entries)
    known = {entry.name: entry.form.show(get_at(data, entry.path)) for entry in kept}
    form = build_form({entry.name: entry.control for entry in kept})
    return Sheet(kept, form(typed, data=known))
