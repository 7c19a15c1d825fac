"""The plan beside the list: numbered dots at their distance from each other, and a scale. Pure.

No background map is asked from anybody. The list says the same in words: only reports whose place is in the list are
drawn.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from journeys.daily_services.reports.policy import METRES_PER_DEGREE
from journeys.daily_services.reports.shapes import ReportLine

WIDTH: Final = 640
HEIGHT: Final = 320
MARGIN: Final = 28
SCALES: Final = (20, 50, 100, 200, 500, 1_000, 2_000, 5_000)


@dataclass(frozen=True, slots=True)
class Dot:
    """One report: its number in the list, and where it is on the drawing."""

    number: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A drawing of ``WIDTH`` by ``HEIGHT``; ``scale_width`` is the length that ``scale_metres`` has on it."""

    dots: tuple[Dot, ...]
    scale_metres: int
    scale_width: int
    width: int = WIDTH
    height: int = HEIGHT


def draw_plan(lines: Sequence[ReportLine]) -> Plan | None:
    """The plan of a page of the list; None when fewer than two of its reports have a known place."""
    placed = [(number, line.point) for number, line in enumerate(lines, start=1) if line.point and line.place]
    points = [(number, point) for number, point in placed if point is not None]
    if len(points) < 2:
        return None
    south = min(point.latitude for _number, point in points)
    west = min(point.longitude for _number, point in points)
    shrink = math.cos(math.radians(south))
    metres = [
        (number, (p.longitude - west) * METRES_PER_DEGREE * shrink, (p.latitude - south) * METRES_PER_DEGREE)
        for number, p in points
    ]
    widest, highest = max(east for _n, east, _north in metres), max(north for _n, _east, north in metres)
    ratio = min((WIDTH - 2 * MARGIN) / max(widest, 1.0), (HEIGHT - 3 * MARGIN) / max(highest, 1.0), 4.0)
    dots = tuple(
        Dot(number, round(MARGIN + east * ratio), round(HEIGHT - 2 * MARGIN - north * ratio))
        for number, east, north in metres
    )
    scale = max((one for one in SCALES if one * ratio <= WIDTH / 3), default=SCALES[0])
    return Plan(dots, scale, round(scale * ratio))
