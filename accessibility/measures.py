"""Charts of measures: bars with whatever columns their table needs, and lines over time. Pure, like ``charts``.

One structure gives the drawing, the table beside it and the file. What is not shown (None) is not drawn either: its bar
is empty, its line is interrupted, and its words say why.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from accessibility.charts import BAR, GAP, Drawing, Piece, Words, piece, rem, write_words

__all__ = ["Dot", "LineChart", "Measure", "MeasureChart", "Series", "Stroke", "Trace"]

HEIGHT: Final = 11.0
# Labels are bold: fewer letters fit in the width of a phone.
LABEL_LENGTH: Final = 28
# Room on both sides for the words of the first and of the last point.
LEFT, RIGHT = 2, 98


@dataclass(frozen=True, slots=True)
class Measure:
    """One bar. ``value``: its length, None when it is not shown; ``cells``: its line in the table after ``label``."""

    label: str
    value: float | None
    said: str
    cells: tuple[str, ...]
    aside: bool = False


@dataclass(frozen=True, slots=True)
class MeasureChart:
    """Horizontal bars, the longest as wide as the drawing; or, with ``most``, as a part of it."""

    id: str
    title: str
    conclusion: str
    head: tuple[str, ...]
    values: tuple[Measure, ...]
    most: float = 0

    @property
    def is_told(self) -> bool:
        """Whether one bar at least may be shown: without any, a sentence says more than a drawing."""
        return any(one.value is not None for one in self.values)

    @property
    def described(self) -> str:
        """Every number, in a sentence."""
        return " ".join(f"{one.label}\xa0: {one.said}." for one in self.values)

    @property
    def lines(self) -> list[tuple[str, ...]]:
        """The lines of the table."""
        return [(one.label, *one.cells) for one in self.values]

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """The table as a file has it, its titles first."""
        return [self.head, *self.lines]

    def draw(self) -> Drawing:
        """One bar below its words, then its number."""
        most = self.most or max((one.value or 0 for one in self.values), default=0) or 1
        words: list[Words] = []
        pieces: list[Piece] = []
        y = 0.0
        for one in self.values:
            y = write_words(words, one.label, y, "", LABEL_LENGTH)
            pieces.append(piece(0, y, 100, "bed"))
            if one.value:
                width = round(100 * min(one.value / most, 1), 1)
                pieces.append(piece(0, y, width, "bar other" if one.aside else "bar"))
            y = write_words(words, one.said, y + BAR, "v") + GAP
        return Drawing(tuple(words), tuple(pieces), rem(y))


@dataclass(frozen=True, slots=True)
class Series:
    """One line: its name, and a number for each point in time, None where it is not shown."""

    name: str
    values: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Stroke:
    """A piece of a line between two points."""

    x1: str
    y1: str
    x2: str
    y2: str
    kind: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A point that no line reaches."""

    x: str
    y: str
    kind: str


@dataclass(frozen=True, slots=True)
class Trace:
    """What a macro has to put down for lines. ``ticks``: (place, class, words) under the drawing."""

    strokes: tuple[Stroke, ...]
    dots: tuple[Dot, ...]
    base: str
    words_at: str
    height: str
    ticks: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class LineChart:
    """Lines over time, from zero. ``moments``: the name of each point; ``said``: the numbers as the table says them.

    ``said`` has one line for each moment: what is not shown is a word there.
    """

    id: str
    title: str
    conclusion: str
    corner: str
    moments: tuple[str, ...]
    series: tuple[Series, ...]
    said: tuple[tuple[str, ...], ...]

    @property
    def described(self) -> str:
        """Every number, a sentence for each moment."""
        names = [one.name for one in self.series]
        return " ".join(
            f"{moment}\xa0: {', '.join(f'{name} {word}' for name, word in zip(names, words, strict=True))}."
            for moment, words in zip(self.moments, self.said, strict=True)
        )

    @property
    def head(self) -> tuple[str, ...]:
        """The titles of the columns."""
        return (self.corner, *(one.name for one in self.series))

    @property
    def lines(self) -> list[tuple[str, ...]]:
        """The lines of the table."""
        return [(moment, *words) for moment, words in zip(self.moments, self.said, strict=True)]

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """The table as a file has it, its titles first."""
        return [self.head, *self.lines]

    @property
    def legend(self) -> list[tuple[str, str]]:
        """(class, name) of each line."""
        return [(f"l{place}", one.name) for place, one in enumerate(self.series, start=1)]

    def draw(self) -> Trace:
        """The lines, joined point by point where both are shown."""
        most = max((value or 0 for one in self.series for value in one.values), default=0) or 1
        strokes: list[Stroke] = []
        dots: list[Dot] = []
        for place, one in enumerate(self.series, start=1):
            points = [self._point(at, value, most) for at, value in enumerate(one.values)]
            for here, there in pairwise(points):
                if here is not None and there is not None:
                    strokes.append(Stroke(*here, *there, f"l{place}"))
            dots += [Dot(*point, f"l{place}") for point in points if point is not None]
        return Trace(tuple(strokes), tuple(dots), rem(HEIGHT), rem(HEIGHT + 1.25), rem(HEIGHT + 1.75), self._ticks())

    def _point(self, at: int, value: int | None, most: int) -> tuple[str, str] | None:
        if value is None:
            return None
        return f"{self._across(at)}%", rem(round(HEIGHT - (HEIGHT - 0.5) * value / most, 2))

    def _across(self, at: int) -> float:
        last = len(self.moments) - 1
        return round(LEFT + (RIGHT - LEFT) * (at / last if last else 0), 1)

    def _ticks(self) -> tuple[tuple[str, str, str], ...]:
        """The first and the last moment are named; those between are in the table."""
        if not self.moments:
            return ()
        first = ("0", "from", self.moments[0])
        return (first,) if len(self.moments) == 1 else (first, ("100%", "to", self.moments[-1]))
