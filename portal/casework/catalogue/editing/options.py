"""The answers of a choice as lines of text, and back, with codes that stay what they were. Pure.

One line an answer: « code : words », and « @ code, code » at the end in a linked list. A line without a code keeps the
code of the same words, else gets one of its own.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from portal.casework.catalogue.editing.naming import code_of
from portal.ground.dictionary.service import FRENCH, Option

_LINE = re.compile(r"(?:(?P<code>[A-Za-z0-9][A-Za-z0-9_.-]*)\s+:\s+)?(?P<label>.*?)(?:\s+@\s*(?P<under>[\w\s.,-]+))?")


def options_to_lines(options: Iterable[Option]) -> str:
    """What an officer reads and changes."""
    return "\n".join(_line(option) for option in options)


def _line(option: Option) -> str:
    under = f" @ {', '.join(option.under)}" if option.under else ""
    return f"{option.code} : {option.label.root[FRENCH]}{under}"


def lines_to_options(text: str, former: Sequence[Option] = ()) -> list[dict[str, Any]]:
    """The options written in ``text`` as data; other languages of ``former`` stay with their code."""
    by_code = {option.code: option for option in former}
    by_words = {option.label.root[FRENCH]: option.code for option in former}
    lines = [found for line in text.splitlines() if line.strip() and (found := _LINE.fullmatch(line.strip()))]
    taken = {line["code"] for line in lines if line["code"]}
    made: list[dict[str, Any]] = []
    for line in lines:
        label = line["label"].strip() or line["code"] or ""
        code = line["code"] or _code(label, by_words, taken)
        taken.add(code)
        words = by_code[code].label.root if code in by_code else {}
        option: dict[str, Any] = {"code": code, "label": {**words, FRENCH: label}}
        under = re.split(r"[\s,]+", (line["under"] or "").strip(" ,"))
        if under != [""]:
            option["under"] = under
        made.append(option)
    return made


def _code(label: str, by_words: dict[str, str], taken: set[str]) -> str:
    known = by_words.get(label)
    return known if known and known not in taken else code_of(label, taken)
