"""What the mappings of partners share: reading declared concepts, and what a partner writes. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from connectors.sdk.errors import PermanentError

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def required(payload: Mapping[str, Any], concept: str) -> Any:
    """The value of a concept that the partner cannot do without.

    Raises PermanentError ``payload_incomplete``: a person must look at the request.
    """
    value = payload.get(concept)
    if value in (None, "", []):
        raise PermanentError("payload_incomplete")
    return value


def first_names(value: Any) -> list[str]:
    """Civil status order. Given as a list, or as one line separated by commas if there are any, else by spaces."""
    if isinstance(value, list):
        return [str(name) for name in value]
    text = str(value)
    names = text.split(",") if "," in text else text.split()
    return [name.strip() for name in names if name.strip()]


def without_empty(part: Mapping[str, Any]) -> dict[str, Any]:
    """The same part, without what is not known."""
    return {name: value for name, value in part.items() if value is not None and value not in ("", [], {})}


def one_line(text: str, longest: int) -> str:
    """A text of the partner's, which is not trusted: on one line, without control characters, bounded."""
    return " ".join(_CONTROL.sub(" ", text).split())[:longest]
