"""Routes whose use leaves no trace of when: a vote, which nobody must be able to place in time afterwards.

No line is written for such a request, and it is given no correlation id. What goes wrong before it is served (a token
that does not fit, too many attempts) is still told: nothing was then done in anybody's name.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask

V = TypeVar("V", bound=Callable[..., Any])
MARK = "__parvis_discreet__"


def discreet(view: V) -> V:
    """Leave the requests of this view out of the log."""
    setattr(view, MARK, True)
    return view


def is_discreet(app: Flask, endpoint: str | None) -> bool:
    """True when the view of this endpoint was declared so."""
    return endpoint is not None and getattr(app.view_functions.get(endpoint), MARK, False)
