"""The return from a provider: checked from end to end before a session is opened. One callback per provider."""

from flask import redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.ground.audit.service import record
from portal.ground.errors import Forbidden
from portal.ground.permissions import Actor, ActorKind
from portal.ground.web import background_unit, settings, unit
from portal.ground.web.access import public
from portal.people.accounts.service import (
    AccountView,
    AgentClaims,
    AgentView,
    allowed_sirets,
    ask_relink,
    link_agent,
    link_resident,
)
from portal.people.identity.claims import read_agent, read_resident
from portal.people.identity.cookies import (
    browser_cookie_name,
    forget_cookie,
    give_session_cookie,
    read_browser_cookie,
    read_session_cookie,
)
from portal.people.identity.enums import Realm
from portal.people.identity.errands import run_errand
from portal.people.identity.errors import ProviderUnavailable, SignInFailed
from portal.people.identity.policy import browser_family, system_family
from portal.people.identity.provider import SignIn
from portal.people.identity.providers import HOMES, provider
from portal.people.identity.service import (
    Evidence,
    Return,
    find_attempt,
    is_browser_awaited,
    open_session,
    release_stashes,
    use_attempt,
)
from portal.people.identity.signed_in import find_session
from portal.people.identity.views.blueprint import blueprint
from portal.people.identity.views.problems import show_cancelled, show_problem
from portal.people.identity.views.sign_in import wished_page

MAX_CODE = 2_000


class _Moved(Exception):
    """The agent is known under another sign-in: the unit is rolled back, then the claim is noted in one of its own."""

    def __init__(self, signed: SignIn, claims: AgentClaims) -> None:
        super().__init__()
        self.signed, self.claims = signed, claims


@blueprint.get("/connexion/usager/retour")
@public
def back_as_resident() -> Response:
    """Back from the residents' provider."""
    return _come_back(Realm.RESIDENT)


@blueprint.get("/connexion/agent/retour")
@public
def back_as_agent() -> Response:
    """Back from the agents' provider."""
    return _come_back(Realm.AGENT)


def _come_back(realm: Realm) -> Response:
    """One seat from end to end: without one, the attempt stays unused, and reloading the page tries again."""
    try:
        with provider(realm).seat():
            return _come_back_seated(realm)
    except ProviderUnavailable as error:
        return show_problem(realm, error, suite=HOMES[realm])


def _come_back_seated(realm: Realm) -> Response:
    state = request.args.get("state", "")
    try:
        _check_single()
        with background_unit() as session:
            attempt = use_attempt(session, realm=realm, state=state, browser=read_browser_cookie())
    except SignInFailed as error:
        return _home_if_done(realm, state, error) or show_problem(realm, error, suite=HOMES[realm])
    suite = wished_page(attempt.suite, realm)
    try:
        if _is_cancelled(realm):
            return show_cancelled(realm, suite=suite, level=attempt.acr)
        signed = _complete(realm, attempt)
        cookie, who = _open(realm, attempt, signed)
    except (SignInFailed, Forbidden) as error:
        return show_problem(realm, error, suite=suite, level=attempt.acr)
    except _Moved as moved:
        with background_unit() as session:
            ask_relink(session, issuer=moved.signed.issuer, sub=moved.signed.sub, claims=moved.claims)
        return show_problem(realm, Forbidden("agent_moved"), suite=suite, level=attempt.acr)
    if attempt.errand is not None:
        run_errand(attempt.errand, who, signed.access_token)
    response = redirect(suite, code=303)
    give_session_cookie(response, realm, cookie)
    if not is_browser_awaited(unit(), attempt.browser_hash):
        forget_cookie(response, browser_cookie_name(settings()))
    return response


def _check_single() -> None:
    """A parameter given twice has no meaning that two programs would agree on."""
    if any(len(values) > 1 for _name, values in request.args.lists()):
        raise SignInFailed("callback_parameters")


def _home_if_done(realm: Realm, state: str, error: SignInFailed) -> Response | None:
    """The page was reloaded by the browser that this very attempt has just signed in: nothing to blame anyone for."""
    if error.code != "attempt_replayed":
        return None
    known, live = find_attempt(unit(), realm=realm, state=state), find_session(realm)
    if known is None or live is None or live.attempt_id != known[0]:
        return None
    return redirect(wished_page(known[1], realm), code=303)


def _is_cancelled(realm: Realm) -> bool:
    """True when the person turned back.

    :raises SignInFailed: the provider reports an error of its own, or the answer comes from another provider.
    """
    error = request.args.get("error")
    if error is None:
        provider(realm).check_issuer(request.args.get("iss"))
        return False
    if "iss" in request.args:
        provider(realm).check_issuer(request.args["iss"])
    if error == "access_denied":
        return True
    status = 503 if error in {"server_error", "temporarily_unavailable"} else 400
    known = error if error.replace("_", "").isalnum() and error.isascii() else "unreadable"
    raise SignInFailed("provider_error", status=status, detail=known[:60])


def _complete(realm: Realm, attempt: Return) -> SignIn:
    code = request.args.get("code", "")
    if not 0 < len(code) <= MAX_CODE or not code.isascii() or not code.isprintable():
        raise SignInFailed("callback_code")
    return provider(realm).complete(code, nonce=attempt.nonce, code_verifier=attempt.code_verifier, acr=attempt.acr)


def _open(realm: Realm, attempt: Return, signed: SignIn) -> tuple[str, Actor]:
    """Find who it is, open the session, journal it: one transaction. The session's cookie, and who acts."""
    user_agent = request.headers.get("User-Agent", "")
    evidence = Evidence(
        attempt_id=attempt.id,
        id_token=signed.id_token,
        acr=signed.acr,
        amr=signed.amr,
        browser_family=browser_family(user_agent),
        system_family=system_family(user_agent),
    )
    with background_unit() as session:
        who: AccountView | AgentView
        if realm is Realm.RESIDENT:
            who = link_resident(session, issuer=signed.issuer, sub=signed.sub, claims=read_resident(signed.claims))
            actor = Actor(kind=ActorKind.RESIDENT, id=who.id, subject=who.person_id)
        else:
            who = _find_agent(session, signed)
            actor = Actor(kind=ActorKind.AGENT, id=who.id)
        release_stashes(session, browser_hash=attempt.browser_hash, owner_id=who.id)
        cookie = open_session(session, who=who, evidence=evidence, previous_cookie=read_session_cookie(realm))
        details = {"realm": realm.value, "acr": signed.acr}
        details |= {"browser": evidence.browser_family, "system": evidence.system_family}
        record(session, actor, "signed_in", details=details)
    return cookie, actor


def _find_agent(session: Session, signed: SignIn) -> AgentView:
    """The agent who signed in.

    :raises Forbidden: their organisation is not admitted, nobody invited them, or their access is closed.
    """
    claims, sirets = read_agent(signed.claims), allowed_sirets(session, settings().agent_sirets)
    try:
        return link_agent(session, issuer=signed.issuer, sub=signed.sub, claims=claims, allowed_sirets=sirets)
    except Forbidden as error:
        if error.code == "agent_moved":
            raise _Moved(signed, claims) from None
        raise
