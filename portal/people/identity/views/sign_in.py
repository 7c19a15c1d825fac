"""The two doors and the departure towards each provider."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from flask import redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.ground.permissions import LEVELS, satisfies_acr
from portal.ground.web import background_unit, page, safe_next, settings, take, unit
from portal.ground.web.access import public
from portal.ground.web.limits import client_network
from portal.people.identity.cookies import give_browser_cookie, read_browser_cookie
from portal.people.identity.enums import Realm
from portal.people.identity.errors import SignInFailed
from portal.people.identity.providers import HOMES, provider
from portal.people.identity.service import begin_attempt, is_stash_waiting
from portal.people.identity.signed_in import actor_of, find_session
from portal.people.identity.views.blueprint import blueprint
from portal.people.identity.views.problems import show_problem

PER = timedelta(minutes=5)
LOOPING = ("/agents/connexion/", "/agents/deconnexion/", "/connexion/", "/deconnexion/")


def wished_page(value: str | None, realm: Realm) -> str:
    """Where to go after the sign-in: a page of ours, and not one of sign-in or sign-out, which would go round."""
    wished = safe_next(value, HOMES[realm])
    path = urlsplit(wished).path
    return HOMES[realm] if f"{path}/".startswith(LOOPING) else wished


def wished_level(value: str | None) -> str:
    """The level of assurance asked for; empty for anything that is not one: the page behind checks it in any case."""
    return value if value in LEVELS else ""


@blueprint.get("/connexion")
@public
def resident_door() -> Response:
    """The residents' door."""
    suite = wished_page(request.args.get("suite"), Realm.RESIDENT)
    return _door(Realm.RESIDENT, "identity/resident_door.html", _("Se connecter"), suite)


@blueprint.get("/agents/connexion")
@public
def agent_door() -> Response:
    """The agents' door."""
    suite = wished_page(request.args.get("suite"), Realm.AGENT)
    return _door(Realm.AGENT, "identity/agent_door.html", _("Connexion des agents"), suite)


def _door(realm: Realm, template: str, title: str, suite: str) -> Response:
    """The door of a realm; whoever is in already, with the level asked for, goes straight through."""
    level, found = wished_level(request.args.get("niveau")), find_session(realm)
    if found is not None and satisfies_acr(level, actor_of(found).acr):
        return redirect(suite, code=303)
    asked = parse_qs(urlsplit(suite).query).get("reprise", [""])[0]
    return page(
        template,
        title=title if found is None else _("Une identification plus sûre"),
        suite=suite,
        level=level,
        is_stepping_up=found is not None,
        is_open=provider(realm).settings.configured,
        is_form_waiting=bool(asked) and is_stash_waiting(unit(), asked, read_browser_cookie()),
    )


@blueprint.post("/connexion/usager")
@public
def leave_as_resident() -> Response:
    """Leave for the residents' provider."""
    return _leave(Realm.RESIDENT)


@blueprint.post("/connexion/agent")
@public
def leave_as_agent() -> Response:
    """Leave for the agents' provider."""
    return _leave(Realm.AGENT)


def _leave(realm: Realm) -> Response:
    suite, level = wished_page(request.form.get("suite"), realm), wished_level(request.form.get("niveau"))
    return _depart(realm, suite, level=level)


def leave_on_errand(errand: UUID, *, scope: str, suite: str) -> Response:
    """Leave for the residents' provider again, asking for one more scope; to be called outside any unit.

    :param errand: what waits for the return, see :mod:`portal.people.identity.errands`.
    :param suite: where the person goes on, whatever comes of it.
    """
    return _depart(Realm.RESIDENT, suite, scope=scope, errand=errand)


def _depart(realm: Realm, suite: str, *, level: str = "", scope: str = "", errand: UUID | None = None) -> Response:
    """The provider is asked for its addresses before the writing unit is opened, which must never wait for anybody."""
    with background_unit() as session:
        take(session, "login", client_network(request.remote_addr), limit=settings().sign_in_limit, per=PER)
    try:
        provider(realm).metadata()
    except SignInFailed as error:
        return show_problem(realm, error, suite=suite, level=level)
    departure = begin_attempt(unit(), realm=realm, suite=suite, browser=read_browser_cookie(), acr=level, errand=errand)
    response = redirect(provider(realm).authorization_url(departure, scope=scope), code=303)
    give_browser_cookie(response, departure.browser)
    return response
