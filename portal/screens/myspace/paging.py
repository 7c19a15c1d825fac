"""Long lists of one person, a page at a time. The page is in the address: it can be kept and gone back to."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from flask import request

PAGE: Final = 12
MOST: Final = 10_000
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the page stands in its list: addresses of the beginning and of what follows, empty where there is none."""

    first: str
    next: str
    number: int


def page_of(address: str, read: Callable[[int, int], list[T]], size: int = PAGE) -> tuple[list[T], Place]:
    """A page of what ``read(skip, limit)`` gives, and its place in the list."""
    text = request.args.get("page", "")
    number = min(max(int(text), 1), MOST) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    rows = read((number - 1) * size, size + 1)
    following = f"{address}?page={number + 1}" if len(rows) > size else ""
    return rows[:size], Place(address if number > 1 else "", following, number)
