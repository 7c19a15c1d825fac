"""Contrast of colours, and themes that keep it.

A commune changes the tokens of the first block of the style sheet, in light and in dark. :func:`check_theme` measures
every pair of tokens that meet on a screen; :func:`require_theme` refuses a theme as soon as one falls short
(RGAA 3.2: 4.5 to 1 for text; RGAA 3.3 and 10.7: 3 to 1 for borders, icons and the focus ring).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

__all__ = [
    "COLOURS",
    "PAIRS",
    "SIZES",
    "Pair",
    "Shortfall",
    "ThemeRefused",
    "check_theme",
    "ratio",
    "read_themes",
    "require_theme",
]

TEXT = 4.5
INTERFACE = 3.0

HEXADECIMAL = re.compile(r"^#(?:[0-9a-f]{3}|[0-9a-f]{6})$", re.IGNORECASE)
DECLARATION = re.compile(r"--([a-z-]+)\s*:\s*([^;}]+)")
SIZE = re.compile(r"^\d*\.?\d+(rem|em|px)$|^0$")
FONT = re.compile(r"^[\w ,\"'()-]+$")
ROOT = re.compile(r":root\s*\{([^}]*)\}")
DARK = re.compile(r"prefers-color-scheme:\s*dark\)\s*\{\s*:root\s*\{([^}]*)\}")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two tokens that meet, the ratio they need, and where they meet."""

    front: str
    back: str
    needed: float
    where: str


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A token that cannot be read, or a pair under its ratio. ``code``: missing, unknown, unreadable, contrast."""

    code: str
    token: str
    against: str = ""
    measured: float = 0
    needed: float = 0
    where: str = ""


class ThemeRefused(ValueError):
    """A theme that falls short; ``shortfalls`` says by what."""

    def __init__(self, shortfalls: list[Shortfall]) -> None:
        super().__init__(", ".join(f"{one.code}:{one.token}/{one.against}" for one in shortfalls))
        self.shortfalls = shortfalls


def _pairs(needed: float, where: str, front: str, *backs: str) -> list[Pair]:
    return [Pair(front, back, needed, where) for back in backs]


PAIRS: tuple[Pair, ...] = tuple(
    chain(
        _pairs(TEXT, "text", "ink", "paper", "stone", "brand-soft", "wait-soft", "bad-soft"),
        _pairs(TEXT, "hints and dates", "ink-soft", "paper", "stone", "brand-soft", "wait-soft"),
        _pairs(TEXT, "links", "brand", "paper", "stone", "wait-soft"),
        _pairs(TEXT, "links pointed at", "brand-strong", "paper", "stone", "wait-soft", "brand-soft"),
        _pairs(TEXT, "links followed", "visited", "paper", "stone", "wait-soft"),
        _pairs(TEXT, "buttons", "on-brand", "brand", "brand-strong"),
        _pairs(TEXT, "states", "ok", "paper", "stone"),
        _pairs(TEXT, "states", "wait", "paper", "stone"),
        _pairs(TEXT, "states, errors", "bad", "paper", "stone", "bad-soft"),
        _pairs(TEXT, "states", "info", "paper", "stone"),
        _pairs(INTERFACE, "borders of fields", "edge", "paper", "stone"),
        _pairs(INTERFACE, "border of the question of the home page", "brand", "brand-soft"),
        _pairs(INTERFACE, "focus", "focus", "paper", "stone", "brand-soft", "wait-soft", "bad-soft", "focus-ring"),
    )
)
COLOURS = frozenset(chain.from_iterable((pair.front, pair.back) for pair in PAIRS)) | {"line", "accent", "tile"}
SIZES = frozenset({"radius", "page", "measure"})
FONTS = frozenset({"font", "font-title"})


def _channel(value: int) -> float:
    part = value / 255
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _luminance(colour: str) -> float:
    """Relative luminance of ``#rgb`` or ``#rrggbb`` (WCAG 2.1, « relative luminance »)."""
    if not HEXADECIMAL.match(colour):
        raise ValueError(f"not a hexadecimal colour: {colour!r}")
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    red, green, blue = (_channel(int(digits[place : place + 2], 16)) for place in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    """Contrast ratio of two opaque colours, from 1 to 21 (WCAG 2.1, « contrast ratio »).

    :raises ValueError: when one is not ``#rgb`` or ``#rrggbb``.
    """
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _is_readable(token: str, value: str) -> bool:
    if token in COLOURS:
        return bool(HEXADECIMAL.match(value))
    return bool((SIZE if token in SIZES else FONT).match(value))


def check_theme(tokens: Mapping[str, str]) -> list[Shortfall]:
    """What keeps these tokens from being a theme: colours missing or unreadable first, then pairs under their ratio.

    ``tokens``: name without its dashes → value, as in the first block of the style sheet. Sizes and fonts may be left
    out.
    """
    known = COLOURS | SIZES | FONTS
    found = [Shortfall("missing", token) for token in sorted(COLOURS - set(tokens))]
    found += [Shortfall("unknown", token) for token in sorted(set(tokens) - known)]
    found += [
        Shortfall("unreadable", token)
        for token, value in sorted(tokens.items())
        if token in known and not _is_readable(token, value)
    ]
    unusable = {one.token for one in found}
    for pair in PAIRS:
        if unusable & {pair.front, pair.back}:
            continue
        measured = ratio(tokens[pair.front], tokens[pair.back])
        if measured < pair.needed:
            found.append(Shortfall("contrast", pair.front, pair.back, round(measured, 2), pair.needed, pair.where))
    return found


def require_theme(tokens: Mapping[str, str]) -> None:
    """Accept a theme, or not.

    :raises ThemeRefused: naming every shortfall.
    """
    shortfalls = check_theme(tokens)
    if shortfalls:
        raise ThemeRefused(shortfalls)


def read_themes(css: str) -> dict[str, dict[str, str]]:
    """The tokens that a style sheet declares: ``light`` (its first ``:root``), and ``dark`` (what changes, over light).

    :raises ValueError: when either block is not there.
    """
    light, dark = ROOT.search(css), DARK.search(css)
    if light is None or dark is None:
        raise ValueError("no :root block, or none under prefers-color-scheme: dark")
    day = _declared(light.group(1))
    return {"light": day, "dark": day | _declared(dark.group(1))}


def _declared(block: str) -> dict[str, str]:
    return {name: value.strip() for name, value in DECLARATION.findall(block)}
