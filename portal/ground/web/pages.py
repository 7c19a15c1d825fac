"""Answering: whole pages, redirections, safe return addresses."""

from typing import Any
from urllib.parse import urlencode

from flask import current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response


def page(template: str, *, title: str, status: int = 200, **context: Any) -> Response:
    """A whole page. ``title`` is its own part of the title; the shell adds the service and the authority.

    ``errors`` in the context makes the title start with « Erreur : ».
    """
    response = make_response(render_template(template, page_title=title, **context), status)
    response.headers["Vary"] = "Cookie, HX-Request"
    return response


def is_fragment() -> bool:
    """True when htmx asks for a part of the page. Never used to authorise anything."""
    return request.headers.get("HX-Request") == "true"


def redirect_to(endpoint: str, **values: Any) -> Response:
    """See Other (303): after a form, the browser asks for the next page with GET."""
    return redirect(url_for(endpoint, **values), code=303)


def redirect_to_path(path: str, **query: str) -> Response:
    """Like :func:`redirect_to` for one of our own fixed addresses."""
    return redirect(f"{path}?{urlencode(query)}" if query else path, code=303)


def safe_next(value: str | None, default: str) -> str:
    """``value`` when it is a path of this site, else ``default``: no open redirection."""
    if not value or not value.startswith("/") or value.startswith(("//", "/\\")) or len(value) > 2_000:
        return default
    if "\\" in value or any(ord(char) < 32 or ord(char) == 127 for char in value):
        return default
    return value


def static_url(path: str) -> str:
    """The address of a static file, with its content hash in the name."""
    manifest: dict[str, str] = current_app.config["PARVIS_ASSETS"]
    return f"/static/{manifest[path]}"
