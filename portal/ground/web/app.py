"""The Flask application before any room is registered with it."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
import structlog
from flask import Flask, current_app, g, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect, generate_csrf
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

import accessibility
from portal.ground.db import Database, new_id
from portal.ground.errors import Forbidden
from portal.ground.logs import get_logger
from portal.ground.settings import Settings
from portal.ground.web.access import MARK, Access, access_of, check_step_up, enforce
from portal.ground.web.assets import serve
from portal.ground.web.context import EXTENSION, SAFE_METHODS, Hooks, actor, hooks, settle_unit
from portal.ground.web.discreet import is_discreet
from portal.ground.web.failures import register_failures
from portal.ground.web.formats import FORMATS
from portal.ground.web.headers import add_headers, nonce, origin_of
from portal.ground.web.languages import read_text, reading_choice, reading_language
from portal.ground.web.pages import static_url
from portal.ground.web.uploads import make_room
from portal.ground.web.words import set_up_words

PORTAL = Path(__file__).resolve().parents[2]
MAX_FIELDS = 200
MAX_BODY = 1024 * 1024


class PortalApp(Flask):
    """Flask with one unit of work per request: a view that returns is committed, one that raises is rolled back."""

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the view, then commit before the answer leaves."""
        try:
            answer = super().dispatch_request()
        except BaseException:
            settle_unit(commit=False)
            raise
        settle_unit(commit=True)
        return answer


def open_app(settings: Settings, database: Database, *, propagate: bool = False) -> PortalApp:
    """Build the edge. ``propagate`` lets unforeseen errors surface, for tests.

    Rooms are registered afterwards by the composition root, which ends with ``access.check_inventory``.
    """
    check_step_up(settings)
    app = PortalApp("portal", template_folder=str(PORTAL / "templates"), static_folder=None)
    app.extensions[EXTENSION] = Hooks(settings, database)
    prefix = "__Host-" if settings.https else ""
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        SESSION_COOKIE_NAME=f"{prefix}parvis-{settings.instance_id}-formulaire",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        WTF_CSRF_TIME_LIMIT=None,  # bound to the browser's cookie: a form left open for a day must still be accepted
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_SSL_STRICT=False,  # some people hide the page they come from; the origin is checked by _check_origin
        MAX_CONTENT_LENGTH=MAX_BODY,
        MAX_FORM_MEMORY_SIZE=MAX_BODY,
        MAX_FORM_PARTS=MAX_FIELDS,
        TRUSTED_HOSTS=[urlsplit(settings.public_url).hostname],
        BABEL_DEFAULT_LOCALE="fr",
        BABEL_TRANSLATION_DIRECTORIES=str(PORTAL.parent / "translations"),
        PROPAGATE_EXCEPTIONS=propagate,
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]  # documented way
    serve(app, PORTAL / "static", settings.data_dir / "assets", https=settings.https)
    set_up_words(app, reading_language)
    app.extensions["parvis_csrf"] = CSRFProtect(app)
    _set_up_templates(app)
    app.before_request(_begin)
    app.before_request(_guard)
    app.after_request(add_headers)
    app.after_request(_log_request)
    app.teardown_request(_end)
    register_failures(app)
    return app


def _set_up_templates(app: Flask) -> None:
    app.jinja_env.autoescape = True
    app.jinja_env.undefined = jinja2.StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_loader = jinja2.ChoiceLoader(
        [jinja2.FileSystemLoader(str(PORTAL / "templates")), accessibility.components_loader()]
    )
    app.jinja_env.finalize = read_text
    app.jinja_env.filters.update(FORMATS)
    app.jinja_env.globals.update(
        static=static_url,
        nonce=nonce,
        csrf_token=generate_csrf,
        reading_choice=reading_choice,
        **{f"format_{k}": v for k, v in FORMATS.items()},
    )

    @app.context_processor
    def shared() -> dict[str, Any]:
        known = hooks(app)
        found: dict[str, Any] = {
            "authority": None,
            "menu": [],
            "current_actor": actor(),
            "sandbox_url": known.settings.sandbox_url,
            "public_url": known.settings.public_url,
        }
        for source in known.context:
            found |= source()
        return found


def _begin() -> None:
    g.started = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    if is_discreet(current_app, request.endpoint):
        return
    g.correlation_id = str(new_id())
    structlog.contextvars.bind_contextvars(correlation_id=g.correlation_id)


def _guard() -> Response | None:
    """Forms' token and origin first, then the access declaration."""
    if request.endpoint is None:
        return None
    unread = make_room()
    if unread is not None:
        return unread
    access = access_of(current_app, request.endpoint)
    if request.method not in SAFE_METHODS and (access is None or access.kind != "partner"):
        _check_origin()
        if sum(map(len, request.form.listvalues())) > MAX_FIELDS:
            raise RequestEntityTooLarge
        current_app.extensions["parvis_csrf"].protect()
    return enforce()


def _check_origin() -> None:
    """The second line behind the token: what the browser itself says of where the form was.

    :raises Forbidden: another site.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in {"same-origin", "none"}:
            raise Forbidden("foreign_origin")
    elif request.headers.get("Origin", "") not in {"", origin_of(hooks().settings.public_url)}:
        raise Forbidden("foreign_origin")


def _log_request(response: Response) -> Response:
    if is_discreet(current_app, request.endpoint):
        return response
    elapsed = round((time.perf_counter() - g.started) * 1000, 1) if "started" in g else 0
    get_logger("web").info(
        "request", endpoint=request.endpoint, method=request.method, status=response.status_code, duration_ms=elapsed
    )
    return response


def _end(_error: BaseException | None) -> None:
    settle_unit(commit=False)


__all__ = ["MARK", "Access", "PortalApp", "open_app"]
