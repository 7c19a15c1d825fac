"""The lines of the table: what was measured, and whether the target is met."""

from dataclasses import dataclass
from enum import Enum


class Way(Enum):
    """Which side of its target a figure must stand on."""

    AT_MOST = "≤"
    AT_LEAST = "≥"


@dataclass(frozen=True, slots=True)
class Line:
    """One figure. Without a target it is told for what it explains."""

    name: str
    figure: float
    unit: str = "×"
    target: float | None = None
    way: Way = Way.AT_MOST
    told: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without a target."""
        if self.target is None:
            return None
        return self.figure <= self.target if self.way is Way.AT_MOST else self.figure >= self.target


def show(title: str, lines: list[Line]) -> None:
    """Print one part of the table as soon as it is known."""
    print(f"\n{title}")
    for line in lines:
        target = "" if line.target is None else f"{line.way.value} {_number(line.target)} {line.unit}"
        said = {True: "met", False: "MISSED", None: ""}[line.met]
        print(f"  {line.name:<52}{_number(line.figure):>9} {line.unit:<7}{target:<14}{said:<8}{line.told}", flush=True)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.2f}"
