"""A program of its own, started for one paper: content on standard input, PDF on standard output.

It imports nothing of the portal and limits its own memory and time before it reads anything, so that the worst document
ends this process and nothing else. The PDF standards asked for refuse a character that no font has: the characters
refused are replaced, told apart in the answer, and the paper is set again.
"""

import json
import re
import resource
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

MEMORY = 1024 * 1024 * 1024
SECONDS = 15
ROUNDS = 120
REFUSED = 3
SQUARE = "\N{WHITE SQUARE}"
LAST_LATIN = "\u024f"
JOINERS = "\u200c\u200d"
# Vowels of Thai and Lao that are written as letters, half of which is drawn on the letter before.
HALF_SIGNS = "\u0e33\u0eb3"
DRAWING = "svg"
USUAL_SIGNS = "".join(map(chr, range(0x300, 0x370)))
KEPT = "’«»–…\u202f"
_UNDISPLAYABLE = re.compile(r'the text `"(.*?)"` could not be displayed', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-f]+)\}|(.))", re.DOTALL)
_PLAIN = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}


def limit_oneself(memory: int = MEMORY) -> None:
    """Set the bounds of this process: memory in bytes, processor time in seconds, no file written."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def undisplayable(message: str) -> str:
    """The characters that the message says no font has; empty when it says something else."""
    found = _UNDISPLAYABLE.search(message)
    if found is None:
        return ""
    return _ESCAPE.sub(
        lambda one: chr(int(one[1], 16)) if one[1] else _PLAIN.get(one[2], one[2]),
        found[1],
    )


def mapped(value: Any, change: Callable[[str], str]) -> Any:
    """``value`` with each of its strings changed, drawings excepted: their source is not read by anybody."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [mapped(one, change) for one in value]
    if isinstance(value, dict):
        return {name: one if name == DRAWING else mapped(one, change) for name, one in value.items()}
    return value


def is_attached(one: str) -> bool:
    """True for what is drawn on or joins its neighbours: accents, vowel signs, joiners."""
    return unicodedata.category(one)[0] == "M" or one in JOINERS or one in HALF_SIGNS


def bare_squares(text: str) -> str:
    """Nothing can be drawn on a square, nor joined to it."""
    kept: list[str] = []
    for one in text:
        if not (is_attached(one) and kept and kept[-1] == SQUARE):
            kept.append(one)
    return "".join(kept)


def unsigned(text: str, letter: str, spared: str = "") -> str:
    """``letter`` without the signs drawn on it, those of ``spared`` excepted."""
    kept: list[str] = []
    base = ""
    for one in text:
        base = base if is_attached(one) else one
        if not (is_attached(one) and base == letter and one not in spared):
            kept.append(one)
    return "".join(kept)


def only_latin(text: str) -> str:
    """The last resort: everything beyond the Latin letters and our punctuation becomes a square."""
    return "".join(one if one <= LAST_LATIN or one in KEPT else SQUARE for one in text)


def letters_of(value: Any) -> set[str]:
    """Every character of the strings in ``value``."""
    found: set[str] = set()

    def note(text: str) -> str:
        found.update(text)
        return text

    mapped(value, note)
    return found


def changes_for(text: str) -> list[Callable[[str], str]]:
    """What may be changed when ``text`` cannot be displayed.

    Latin letters are always in the fonts: when one is refused, it is for the signs drawn on it, the rare ones first.
    """
    if SQUARE in text:
        return [bare_squares]
    letter = text[0]
    by = "" if all(is_attached(one) for one in text) else SQUARE
    changes: list[Callable[[str], str]] = [lambda one: bare_squares(one.replace(text, by))]
    if letter <= LAST_LATIN:
        return [lambda one: unsigned(one, letter, USUAL_SIGNS), lambda one: unsigned(one, letter), *changes]
    return changes


class Typesetter:
    """Sets one paper, again and again until every character left in it can be displayed."""

    def __init__(self, job: dict[str, Any]) -> None:
        import typst  # here, once the limits are set

        self._typst = typst
        self._template = Path(job["template"]).read_bytes()
        self._timestamp = int(job["timestamp"])
        self._fonts = typst.Fonts(include_system_fonts=False, font_paths=[job["fonts"]])
        self._content = job["content"]
        self._remark = job["content"]["remark"]
        self._altered = False
        self.missing: set[str] = set()

    def set_paper(self) -> bytes:
        """The PDF.

        :raises typst.TypstError: the document cannot be made, for another reason than a missing character.
        """
        for _round in range(ROUNDS):
            try:
                return self._compile()
            except self._typst.TypstError as error:
                text = undisplayable(error.message)
                if not text:
                    raise
                self._replace(text)
        self._take(mapped(self._content, only_latin))
        return self._compile()

    def _compile(self) -> bytes:
        content = {**self._content, "remark": self._remark if self._altered else ""}
        pdf: bytes = self._typst.compile(
            self._template,
            font_paths=self._fonts,
            sys_inputs={"content": json.dumps(content, ensure_ascii=False)},
            pdf_standards=["ua-1", "a-2a"],
            timestamp=self._timestamp,
        )
        return pdf

    def _replace(self, text: str) -> None:
        """Try the changes in turn, the mildest first, until one changes something."""
        for change in changes_for(text):
            content = mapped(self._content, change)
            if content != self._content:
                self._take(content)
                return
        self._take(mapped(self._content, only_latin))

    def _take(self, content: Any) -> None:
        self.missing |= letters_of(self._content) - letters_of(content)
        self._content = content
        self._altered = True


def main() -> int:
    """One paper, in the memory given on the command line; the exit code is 0, or 3 when the document is refused."""
    limit_oneself(int(sys.argv[1]))
    typesetter = Typesetter(json.loads(sys.stdin.buffer.read()))
    try:
        pdf = typesetter.set_paper()
    except typesetter._typst.TypstError:  # noqa: SLF001 - its message may hold what people wrote: it goes nowhere
        return REFUSED
    missing = sorted(f"U+{ord(one):04X}" for one in typesetter.missing)
    sys.stdout.buffer.write(json.dumps({"missing": missing}).encode() + b"\n" + pdf)
    return 0


if __name__ == "__main__":
    sys.exit(main())
