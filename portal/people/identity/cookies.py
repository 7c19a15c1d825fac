"""The cookies of sign-in. Their names hold the instance: two portals on one host do not overwrite each other."""

from flask import request
from werkzeug.wrappers import Response

from portal.ground.settings import Settings
from portal.ground.web import settings
from portal.people.identity.enums import Realm
from portal.people.identity.policy import ATTEMPT_LIFE, STASH_LIFE

_SESSION = {Realm.RESIDENT: "usager", Realm.AGENT: "agent"}
BROWSER_LIFE = max(ATTEMPT_LIFE, STASH_LIFE)


def session_cookie_name(known: Settings, realm: Realm) -> str:
    """The name of the cookie that holds a realm's session."""
    return _name(known, _SESSION[realm])


def browser_cookie_name(known: Settings) -> str:
    """The name of the short-lived cookie that ties a return to the browser that left."""
    return _name(known, "connexion")


def logout_cookie_name(known: Settings) -> str:
    """The name of the short-lived cookie that waits for the provider's return after a sign-out."""
    return _name(known, "deconnexion")


def read_session_cookie(realm: Realm) -> str | None:
    """The value of this realm's cookie in the request."""
    return request.cookies.get(session_cookie_name(settings(), realm))


def read_browser_cookie() -> str | None:
    """The value of the short-lived cookie in the request."""
    return request.cookies.get(browser_cookie_name(settings()))


def read_logout_cookie() -> str | None:
    """The value of the sign-out cookie in the request."""
    return request.cookies.get(logout_cookie_name(settings()))


def give_session_cookie(response: Response, realm: Realm, value: str) -> None:
    """Hand a session over: for as long as the browser stays open; the server decides when it is over."""
    _set(response, session_cookie_name(settings(), realm), value, None)


def give_browser_cookie(response: Response, value: str) -> None:
    """Tie what follows to this browser, for half an hour."""
    _set(response, browser_cookie_name(settings()), value, int(BROWSER_LIFE.total_seconds()))


def give_logout_cookie(response: Response, value: str) -> None:
    """Wait for the provider's return, for ten minutes."""
    _set(response, logout_cookie_name(settings()), value, int(ATTEMPT_LIFE.total_seconds()))


def forget_cookie(response: Response, name: str) -> None:
    """Take a cookie back."""
    _set(response, name, "", 0)


def _name(known: Settings, what: str) -> str:
    """``__Host-`` (RFC 6265bis §4.1.3.2) needs Secure, hence https."""
    return f"{'__Host-' if known.https else ''}parvis-{known.instance_id}-{what}"


def _set(response: Response, name: str, value: str, max_age: int | None) -> None:
    response.set_cookie(name, value, max_age=max_age, path="/", secure=settings().https, httponly=True, samesite="Lax")
