"""Error pages: what happened in plain words, what to do next, and a reference for the mairie."""

import secrets

from flask import Flask, current_app, request
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wrappers import Response

from portal.ground.errors import Busy, ParvisError
from portal.ground.logs import get_logger, where_raised
from portal.ground.permissions import ANONYMOUS
from portal.ground.web.context import refuse, settle_unit
from portal.ground.web.pages import page

log = get_logger("web")
DATABASE_BUSY = "database_busy"

TITLES = {
    400: _l("Cette demande n’a pas pu être lue"),
    403: _l("Cette page ne vous est pas ouverte"),
    404: _l("Cette page n’existe pas"),
    405: _l("Cette adresse ne s’utilise pas ainsi"),
    409: _l("Quelqu’un a changé ces informations avant vous"),
    413: _l("Ce que vous envoyez est trop volumineux"),
    422: _l("Une information n’a pas pu être acceptée"),
    429: _l("Trop d’essais en peu de temps"),
    500: _l("Le service a rencontré une difficulté"),
    503: _l("Le service est momentanément indisponible"),
}


def _answer(status: int, code: str, retry_after: int | None = None, *, database_down: bool = False) -> Response:
    refuse()
    known = status if status in TITLES else (400 if status < 500 else 500)
    incident = secrets.token_hex(4)
    level = log.error if known >= 500 else log.info
    level("request_refused", status=known, code=code, incident=incident, endpoint=request.endpoint)
    response = _bare_page(known, incident, code) if database_down else _page(known, incident, code)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _page(known: int, incident: str, code: str) -> Response:
    """The page, with the commune's name and menu; without them when the database cannot say even that."""
    try:
        return page(f"errors/{known}.html", title=str(TITLES[known]), status=known, incident=incident, code=code)
    except (SQLAlchemyError, ParvisError):
        settle_unit(commit=False)
        return _bare_page(known, incident, code)


def _bare_page(known: int, incident: str, code: str) -> Response:
    """The page made without asking anything of the rooms above, who would ask the database."""
    html = current_app.jinja_env.get_template(f"errors/{known}.html").render(
        page_title=str(TITLES[known]), incident=incident, code=code, authority=None, menu=[], current_actor=ANONYMOUS
    )
    return Response(html, status=known, content_type="text/html; charset=utf-8")


def _on_designed(error: ParvisError) -> Response:
    if error.code == DATABASE_BUSY:
        return _answer(503, error.code, retry_after=10, database_down=True)
    return _answer(error.status, error.code, error.retry_after if isinstance(error, Busy) else None)


def _on_form_token(_error: CSRFError) -> Response:
    return _answer(400, "form_token")


def _on_http(error: HTTPException) -> Response:
    if error.code is not None and error.code < 400:
        return Response(status=error.code, headers=error.get_headers())
    response = _answer(error.code or 500, "http")
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))  # RFC 9110 §15.5.6
    return response


def _on_unavailable(error: OperationalError | PoolTimeout) -> Response:
    cause = getattr(error, "orig", None) or error
    log.error("database_unavailable", error_type=type(cause).__name__, where=where_raised(error))
    return _answer(503, "database", retry_after=10, database_down=True)


def _on_unforeseen(error: Exception) -> Response:
    log.error("unforeseen_error", error_type=type(error).__name__, where=where_raised(error))
    return _answer(500, "unforeseen")


def register_failures(app: Flask) -> None:
    """Register the pages. In tests (``PROPAGATE_EXCEPTIONS``) an unforeseen error still surfaces."""
    app.register_error_handler(ParvisError, _on_designed)
    app.register_error_handler(CSRFError, _on_form_token)
    app.register_error_handler(HTTPException, _on_http)
    app.register_error_handler(OperationalError, _on_unavailable)
    app.register_error_handler(PoolTimeout, _on_unavailable)
    if not app.config.get("PROPAGATE_EXCEPTIONS"):
        app.register_error_handler(Exception, _on_unforeseen)
