"""Pages a person reads, and the headers every answer carries."""

from typing import Any
from urllib.parse import urlsplit

from flask import Response, make_response, render_template, request

from connectors.sandbox.world import world

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def page(template: str, *, title: str, status: int = 200, **values: Any) -> Response:
    """A whole page; its title is completed by the shell, and starts with « Erreur » when `error` is given."""
    return make_response(render_template(template, title=title, status=status, **values), status)


def add_headers(answer: Response) -> Response:
    """Give every answer the headers that keep it inert, private and in its own frame."""
    # Coming back to the portal after a form is a redirection: browsers check it against form-action too.
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {origin(world().settings.portal_url)}"
    )
    answer.headers.setdefault("Content-Security-Policy", policy)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = "same-origin"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if request.endpoint != "site.style":
        answer.headers["Cache-Control"] = "no-store"
    return answer


def refuse_foreign_forms() -> Response | None:
    """Refuse a change asked by another site's page; a program or our own page sends no such mark."""
    foreign = request.headers.get("Sec-Fetch-Site") == "cross-site"
    if request.method in SAFE_METHODS or not foreign or (request.endpoint or "").endswith(".authorize"):
        return None
    return page(
        "bac/message.html",
        title="Demande refusée",
        status=403,
        text="Cette demande vient d’un autre site. Revenez à l’accueil du bac à sable et recommencez.",
    )


def origin(address: str) -> str:
    """The scheme, host and port of an address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
