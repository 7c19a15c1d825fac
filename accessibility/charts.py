"""Charts drawn by us: one structure gives the drawing, the table beside it and the file. Pure.

Lengths are in rem and widths in percentages, so that the words of a drawing keep the size of the page's. The macros of
``components/charts.html`` show them. Words are given by the caller, in the language of the page.
"""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

__all__ = [
    "BarChart",
    "Drawing",
    "Line",
    "Piece",
    "StackedChart",
    "Value",
    "Words",
    "piece",
    "rem",
    "shares",
    "write_words",
]

# A line of words that fits in a drawing 18 rem wide: a phone of 320 pixels.
LINE_LENGTH: Final = 32
LINE: Final = 1.375
BAR: Final = 1.5
GAP: Final = 1.25
# The fills of a stacked bar, in order: full, drawn, or empty, so that they differ without colour.
FILLS: Final = ("s1", "s2", "s3", "s4", "s5", "s6")


def shares(counts: Sequence[int]) -> tuple[int, ...]:
    """Whole percentages whose sum is 100, each at most one away from the exact one (largest remainders first).

    All zeros when there is nothing to share.
    """
    total = sum(counts)
    if not total:
        return tuple(0 for _ in counts)
    exact = [count * 100 for count in counts]
    whole = [value // total for value in exact]
    largest = sorted(range(len(counts)), key=lambda place: (-(exact[place] % total), place))
    for place in largest[: 100 - sum(whole)]:
        whole[place] += 1
    return tuple(whole)


@dataclass(frozen=True, slots=True)
class Value:
    """A number of the chart. ``said`` is what is written at its bar: « 41 %, 521 réponses »."""

    label: str
    count: int
    share: int
    said: str

    @property
    def cells(self) -> tuple[str, str, str]:
        """Its line in the table and in the file."""
        return self.label, str(self.count), f"{self.share}\xa0%"


@dataclass(frozen=True, slots=True)
class Words:
    """A line of words in a drawing: its text and the place of its base."""

    text: str
    y: str
    kind: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A rectangle: where it starts and how wide it is, in percentages; ``fill`` is a class."""

    x: str
    y: str
    width: str
    fill: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a macro has to put down. ``height`` is in rem."""

    words: tuple[Words, ...]
    pieces: tuple[Piece, ...]
    height: str


@dataclass(frozen=True, slots=True)
class BarChart:
    """Horizontal bars. ``title`` names it, ``conclusion`` says in words what it shows; ``aside`` is drawn in grey.

    ``head``: titles of the three columns of the table.
    """

    id: str
    title: str
    conclusion: str
    head: tuple[str, str, str]
    values: tuple[Value, ...]
    aside: str = ""

    @property
    def described(self) -> str:
        """Every number, in a sentence."""
        return " ".join(f"{value.label}\xa0: {value.said}." for value in self.values)

    @property
    def lines(self) -> list[tuple[str, ...]]:
        """The lines of the table."""
        return [value.cells for value in self.values]

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """The table as a file has it, its titles first."""
        return [self.head, *self.lines]

    def draw(self) -> Drawing:
        """One bar below its words, then its number."""
        words: list[Words] = []
        pieces: list[Piece] = []
        y = 0.0
        for value in self.values:
            y = write_words(words, value.label, y, "")
            bar = "bar other" if value.label == self.aside else "bar"
            pieces += [piece(0, y, 100, "bed"), piece(0, y, value.share, bar)]
            y = write_words(words, value.said, y + BAR, "v") + GAP
        return Drawing(tuple(words), tuple(pieces), rem(y))


@dataclass(frozen=True, slots=True)
class Line:
    """One stacked bar: its label, and one value for each of the chart's segments."""

    label: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class StackedChart:
    """Stacked bars, each of 100 %. ``segments``: their names, in order; ``corner``: the title of the first column."""

    id: str
    title: str
    conclusion: str
    corner: str
    segments: tuple[str, ...]
    bars: tuple[Line, ...]

    @property
    def described(self) -> str:
        """Every number, a sentence for each bar."""
        return " ".join(f"{line.label}\xa0: {', '.join(map(_named, line.values))}." for line in self.bars)

    @property
    def legend(self) -> list[tuple[str, str]]:
        """(class, name) of each segment."""
        return list(zip(FILLS, self.segments, strict=False))

    @property
    def head(self) -> tuple[str, ...]:
        """The titles of the columns."""
        return (self.corner, *self.segments)

    @property
    def lines(self) -> list[tuple[str, ...]]:
        """The lines of the table."""
        return [(line.label, *(str(value.count) for value in line.values)) for line in self.bars]

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """The table as a file has it, its titles first."""
        return [self.head, *self.lines]

    def draw(self) -> Drawing:
        """One bar below its words, its segments end to end, then what each of them is."""
        words: list[Words] = []
        pieces: list[Piece] = []
        y = 0.0
        for line in self.bars:
            y = write_words(words, line.label, y, "")
            pieces.append(piece(0, y, 100, "bed"))
            start = 0
            for fill, value in zip(FILLS, line.values, strict=False):
                if value.share:
                    pieces.append(piece(start, y, value.share, fill))
                start += value.share
            y = write_words(words, ", ".join(map(_named, line.values)), y + BAR, "v") + GAP
        return Drawing(tuple(words), tuple(pieces), rem(y))


def _named(value: Value) -> str:
    """« En voiture 22 % », which stays on one line where it fits."""
    said = f"{value.label} {value.share}\xa0%"
    return said.replace(" ", "\xa0") if len(said) < LINE_LENGTH else said


def write_words(words: list[Words], text: str, y: float, kind: str, length: int = LINE_LENGTH) -> float:
    """Add a text below ``y``, cut in lines; return where what follows begins."""
    for line in _cut(text, length):
        y += LINE
        words.append(Words(line, rem(y - 0.25), kind))
    return y + 0.125


def _cut(text: str, length: int) -> Iterator[str]:
    yield from textwrap.wrap(text, length, break_on_hyphens=False) or [""]


def piece(x: float, y: float, width: float, fill: str) -> Piece:
    """A bar: its place and its width in percentages, its top in rem."""
    return Piece(f"{x}%", rem(y), f"{width}%", fill)


def rem(value: float) -> str:
    """A length."""
    return f"{value:g}rem"
