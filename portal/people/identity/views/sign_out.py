"""Signing out: here first and for certain, then at the provider, whose own session would sign the next person in."""

import hmac
import secrets

from flask import redirect, request
from flask import session as form_session
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.ground.logs import get_logger
from portal.ground.web import background_unit, page, settings
from portal.ground.web.access import public
from portal.people.identity.cookies import (
    forget_cookie,
    give_logout_cookie,
    logout_cookie_name,
    read_logout_cookie,
    read_session_cookie,
    session_cookie_name,
)
from portal.people.identity.enums import Realm
from portal.people.identity.errors import SignInFailed
from portal.people.identity.providers import AFTER_LOGOUT, DOORS, HOMES, NAMES, provider
from portal.people.identity.service import end_session
from portal.people.identity.signed_in import find_session
from portal.people.identity.views.blueprint import blueprint

DOORWAYS = {Realm.RESIDENT: "/deconnexion", Realm.AGENT: "/agents/deconnexion"}

log = get_logger("identity")


@blueprint.get("/deconnexion")
@public
def ask_resident() -> Response:
    """A page with the button, for those who come by a link."""
    return _ask(Realm.RESIDENT)


@blueprint.get("/agents/deconnexion")
@public
def ask_agent() -> Response:
    """The same for agents."""
    return _ask(Realm.AGENT)


@blueprint.post("/deconnexion")
@public
def sign_out_resident() -> Response:
    """End a resident's session."""
    return _sign_out(Realm.RESIDENT)


@blueprint.post("/agents/deconnexion")
@public
def sign_out_agent() -> Response:
    """End an agent's session."""
    return _sign_out(Realm.AGENT)


@blueprint.get("/deconnexion/retour")
@public
def back_from_sign_out() -> Response:
    """Back from the provider; ``state`` proves that it is the end of a sign-out begun here."""
    name, _sep, expected = (read_logout_cookie() or "").partition(".")
    realm = Realm.AGENT if name == Realm.AGENT.value else Realm.RESIDENT
    is_ours = bool(expected) and hmac.compare_digest(expected.encode(), request.args.get("state", "").encode())
    response = _signed_out(
        realm,
        is_provider_closed=is_ours,
        is_here_closed=find_session(realm) is None,
        status=200 if is_ours else 400,
    )
    forget_cookie(response, logout_cookie_name(settings()))
    return response


def _ask(realm: Realm) -> Response:
    found = find_session(realm)
    if found is None:
        return _signed_out(realm, is_provider_closed=False, is_here_closed=True, status=200)
    return page(
        "identity/sign_out.html",
        title=_("Se déconnecter"),
        name=found.label,
        provider=NAMES[realm],
        action=DOORWAYS[realm],
        home=HOMES[realm],
        realm=realm.value,
    )


def _sign_out(realm: Realm) -> Response:
    """End the session here, for certain; then send the browser to end the provider's."""
    with background_unit() as session:
        id_token = end_session(session, read_session_cookie(realm), realm)
    form_session.clear()
    response = leave_provider(realm, id_token) if id_token else None
    if response is None:
        response = _signed_out(realm, is_provider_closed=False, is_here_closed=True, status=200)
    forget_session(response, realm)
    return response


def forget_session(response: Response, realm: Realm) -> None:
    """Have the browser drop the cookie, and what it keeps of the pages seen."""
    forget_cookie(response, session_cookie_name(settings(), realm))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


def leave_provider(realm: Realm, id_token: str) -> Response | None:
    """A redirection to the provider's sign-out; None when it cannot be reached: the person is then told."""
    state = secrets.token_hex(32)
    try:
        address = provider(realm).logout_url(
            id_token=id_token, state=state, return_to=settings().public_url + AFTER_LOGOUT
        )
    except SignInFailed as error:
        log.warning("provider_sign_out_skipped", realm=realm.value, code=error.code)
        return None
    if address is None:
        return None
    response = redirect(address, code=303)
    give_logout_cookie(response, f"{realm.value}.{state}")
    return response


def _signed_out(realm: Realm, *, is_provider_closed: bool, is_here_closed: bool, status: int) -> Response:
    return page(
        "identity/signed_out.html",
        title=_("Votre session est fermée") if is_here_closed else _("Votre session est encore ouverte"),
        status=status,
        provider=NAMES[realm],
        is_provider_closed=is_provider_closed,
        is_here_closed=is_here_closed,
        is_erased=is_here_closed and request.args.get("efface") == "oui",
        door=DOORS[realm],
        action=DOORWAYS[realm],
        realm=realm.value,
    )
