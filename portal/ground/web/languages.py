"""In which words the texts of data are read: plain French, or its simplified twin where there is one.

The choice is the person's, kept in a cookie of their browser that says nothing else and is set only when they ask. Both
are French: ``lang`` stays « fr ». Agents and papers keep the full text, which is the one that binds.
Messages that tell of something follow what the person chose with their notices.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, NamedTuple
from urllib.parse import urlencode

from flask import g, has_request_context, request
from flask_babel import force_locale
from werkzeug.wrappers import Response

from portal.ground.dictionary.service import FRENCH, SIMPLIFIED, LocalText
from portal.ground.web.context import settings

KEPT_SECONDS = 180 * 24 * 3600
AGENTS = "/agents"
ADDRESS = "/langage"
_SIMPLE, _FULL = "simple", "complet"
_written: Final[ContextVar[str | None]] = ContextVar("written_in", default=None)


class Choice(NamedTuple):
    """What the head of a page offers: whether simplified French is being read, and the address of the other."""

    simplified: bool
    other: str


def _cookie_name() -> str:
    prefix = "__Host-" if settings().https else ""
    return f"{prefix}parvis-{settings().instance_id}-langage"


@contextmanager
def written_in(language: str) -> Iterator[None]:
    """Inside the block, texts are in these words whoever reads: a message is written for somebody else."""
    token = _written.set(language)
    try:
        with force_locale(language):
            yield
    finally:
        _written.reset(token)


def reading_language() -> str:
    """``fr@falc`` for a person who asked for simplified French, else ``fr``."""
    if (chosen := _written.get()) is not None:
        return chosen
    if not has_request_context():
        return FRENCH
    if "reading_language" not in g:  # asked for at each text of a page
        simplified = not request.path.startswith(AGENTS) and request.cookies.get(_cookie_name()) == _SIMPLE
        g.reading_language = SIMPLIFIED if simplified else FRENCH
    return str(g.reading_language)


def reading_choice() -> Choice:
    """The choice as it stands, with the way to the other and back to the page being read."""
    simplified = reading_language() == SIMPLIFIED
    asked = request.method == "GET" and request.query_string
    back = request.full_path if asked else request.path
    return Choice(simplified, f"{ADDRESS}?{urlencode({'choix': _FULL if simplified else _SIMPLE, 'suite': back})}")


def wants_simplified(choice: str | None) -> bool:
    """What the address of the choice asked for; the full text for anything else than « simple »."""
    return choice == _SIMPLE


def read_text(value: object) -> object:
    """A text of data in the words of whoever reads, any other value untouched: what templates do with all they show."""
    return value.get(reading_language()) if isinstance(value, LocalText) else value


def choose_language(response: Response, *, simplified: bool) -> None:
    """Keep the choice in the browser for six months, or forget it."""
    if not simplified:
        response.delete_cookie(_cookie_name(), secure=settings().https, httponly=True, samesite="Lax")
        return
    response.set_cookie(
        _cookie_name(),
        _SIMPLE,
        max_age=KEPT_SECONDS,
        secure=settings().https,
        httponly=True,
        samesite="Lax",
    )
