"""Bodies larger than a form: only on the addresses that take files, only for a signed-in person unless said."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, request
from werkzeug.wrappers import Response

from portal.ground.web.access import back_address
from portal.ground.web.context import SAFE_METHODS, actor, settle_unit
from portal.ground.web.pages import redirect_to_path

V = TypeVar("V", bound=Callable[..., Any])
MARK = "__parvis_upload__"


def takes_file(limit: int, *, from_anyone: bool = False) -> Callable[[V], V]:
    """The view reads a body of ``limit`` bytes at most, where others read one megabyte.

    :param from_anyone: nobody needs to be signed in; the view counts what each network sends.
    """

    def mark(view: V) -> V:
        setattr(view, MARK, (limit, from_anyone))
        return view

    return mark


def make_room() -> Response | None:
    """Called before the body is read. A file sent after the session ended leads to the sign-in, unread.

    The unit in which the person was recognised ends here: no lock of the database is held while a file travels.
    """
    found = getattr(current_app.view_functions[request.endpoint or ""], MARK, None)
    if found is None or request.method in SAFE_METHODS:
        return None
    limit, from_anyone = found
    recognised = from_anyone or actor().is_resident or actor().is_agent
    settle_unit(commit=False)
    if recognised:
        request.max_content_length = limit
        return None
    if (request.content_length or 0) > (request.max_content_length or 0):
        door = "/agents/connexion" if request.path.startswith("/agents/") else "/connexion"
        return redirect_to_path(door, suite=back_address())
    return None
