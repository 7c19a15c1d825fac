"""Regular expressions written by people: RE2, whose time grows with the text and never more. Pure."""

from functools import lru_cache
from typing import Any

import re2

MAX_PATTERN = 200
MAX_TEXT = 1000
MAX_MEMORY = 1 << 20


@lru_cache(maxsize=500)
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.max_mem = MAX_MEMORY
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error:
        return None


def is_pattern(pattern: str) -> bool:
    """Whether this is an expression that can be used."""
    return len(pattern) <= MAX_PATTERN and _compiled(pattern) is not None


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text is as the pattern says; an expression that cannot be used forbids nothing."""
    if len(text) > MAX_TEXT:
        return False
    found = _compiled(pattern) if len(pattern) <= MAX_PATTERN else None
    return found is None or found.fullmatch(text) is not None
