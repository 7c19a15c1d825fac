"""Access by inventory: every route carries exactly one declaration, or the application refuses to start."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, current_app, request
from werkzeug.wrappers import Response

from portal.ground.errors import Forbidden, SettingsError, StepUpNeeded
from portal.ground.permissions import LEVELS, Permission, satisfies_acr
from portal.ground.settings import Settings
from portal.ground.web.context import SAFE_METHODS, actor, hooks, settings
from portal.ground.web.pages import redirect_to_path

V = TypeVar("V", bound=Callable[..., Any])
MARK = "__parvis_access__"


@dataclass(frozen=True, slots=True)
class Access:
    """One declaration: ``public``, ``resident``, ``agent`` (with a permission, or any agent) or ``partner``."""

    kind: str
    permission: Permission | None = None


def _declare(access: Access) -> Callable[[V], V]:
    def mark(view: V) -> V:
        if hasattr(view, MARK):
            raise TypeError(f"{view.__name__} carries two access declarations")
        setattr(view, MARK, access)
        return view

    return mark


def public(view: V) -> V:
    """Anyone may open this."""
    return _declare(Access("public"))(view)


def resident_only(view: V) -> V:
    """A signed-in resident; others are sent to sign in. Rows are scoped by owner in the query, not here."""
    return _declare(Access("resident"))(view)


def agent_only(permission: Permission | None) -> Callable[[V], V]:
    """A signed-in agent holding ``permission``; ``None`` = any agent."""
    return _declare(Access("agent", permission))


def partner_hook(view: V) -> V:
    """A partner's software: the view itself checks a signature. Exempt from the forms' token."""
    return _declare(Access("partner"))(view)


def access_of(app: Flask, endpoint: str) -> Access | None:
    """The declaration of an endpoint, or None."""
    return getattr(app.view_functions[endpoint], MARK, None)


def check_inventory(app: Flask) -> None:
    """:raises RuntimeError: a route carries no declaration."""
    missing = sorted({rule.endpoint for rule in app.url_map.iter_rules() if access_of(app, rule.endpoint) is None})
    if missing:
        raise RuntimeError(f"routes without an access declaration: {', '.join(missing)}")


def enforce() -> Response | None:
    """Called before each view: let in, send to sign in, or refuse."""
    if request.endpoint is None:
        return None
    access = access_of(current_app, request.endpoint)
    if access is None:
        raise Forbidden("undeclared")
    if access.kind in {"public", "partner"}:
        return None
    who = actor()
    if access.kind == "resident":
        return None if who.is_resident else _ask_to_sign_in("/connexion")
    if not who.is_agent:
        return _ask_to_sign_in("/agents/connexion")
    if access.permission is not None and not who.can(access.permission):
        raise Forbidden("permission")
    require_level(who.required_acr)
    if access.permission is not None:
        require_level(settings().step_up.get(access.permission.value, ""))
    return None


def require_level(acr: str) -> None:
    """Let whoever signed in with at least this level of assurance go on; an empty one asks for nothing.

    :raises StepUpNeeded: the sign-in was weaker: the edge sends the person to sign in again, and back to this page.
    """
    if not satisfies_acr(acr, actor().acr):
        raise StepUpNeeded(acr)


def check_step_up(known: Settings) -> None:
    """:raises SettingsError: ``step_up`` names a permission or a level that does not exist."""
    for name, level in known.step_up.items():
        if name not in set(Permission):
            raise SettingsError(f"Le droit {name}, cité par step_up, n’existe pas.")
        if level not in LEVELS:
            raise SettingsError(f"Le niveau {level}, cité par step_up pour {name}, n’existe pas.")


def back_address() -> str:
    """Where to come back after the sign-in: this page, or the one that holds the form that was sent."""
    if request.method in SAFE_METHODS:
        return request.full_path.rstrip("?")
    urls, path = current_app.create_url_adapter(request), request.path
    while urls is not None and path and not urls.test(path, method="GET"):
        path = path.rpartition("/")[0]
    return path or "/"


def _ask_to_sign_in(door: str) -> Response:
    expired = hooks().expired_form
    if request.method not in SAFE_METHODS and expired is not None:
        return expired()
    return redirect_to_path(door, suite=back_address())
