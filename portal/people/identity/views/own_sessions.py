"""« Ma connexion » : one's own sessions and last sign-ins; close one, or all of them."""

from uuid import UUID

from flask import redirect, request
from flask import session as form_session
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from portal.ground.audit.service import list_acts, record
from portal.ground.errors import Forbidden, NotFound
from portal.ground.web import actor, page, unit
from portal.ground.web.access import agent_only, resident_only
from portal.ground.web.context import settle_unit
from portal.ground.web.pages import redirect_to_path
from portal.people.identity.cookies import read_session_cookie
from portal.people.identity.enums import Realm
from portal.people.identity.providers import HOMES, NAMES
from portal.people.identity.service import end_all_sessions, end_own_session, end_session, list_sessions
from portal.people.identity.views.blueprint import blueprint
from portal.people.identity.views.sign_out import DOORWAYS, forget_session, leave_provider
from portal.people.identity.wording import say_device

ADDRESSES = {Realm.RESIDENT: "/mon-espace/connexion", Realm.AGENT: "/agents/ma-connexion"}
EVERYWHERE = "toutes"
SESSIONS_SHOWN = 8
SIGN_INS_SHOWN = 10


@blueprint.get(ADDRESSES[Realm.RESIDENT])
@resident_only
def resident_sessions() -> Response:
    """The sessions of a resident."""
    return _show(Realm.RESIDENT)


@blueprint.get(ADDRESSES[Realm.AGENT])
@agent_only(None)
def agent_sessions() -> Response:
    """The sessions of an agent."""
    return _show(Realm.AGENT)


@blueprint.post(ADDRESSES[Realm.RESIDENT])
@resident_only
def close_resident_sessions() -> Response:
    """Close one session of a resident, or all."""
    return _close(Realm.RESIDENT)


@blueprint.post(ADDRESSES[Realm.AGENT])
@agent_only(None)
def close_agent_sessions() -> Response:
    """Close one session of an agent, or all."""
    return _close(Realm.AGENT)


def _owner(realm: Realm) -> dict[str, UUID]:
    who = actor().id
    if who is None:
        raise Forbidden("session_needed")
    return {"agent_id" if realm is Realm.AGENT else "account_id": who}


def _show(realm: Realm, *, status: int = 200, gone: bool = False) -> Response:
    owner = _owner(realm)
    (who,) = owner.values()
    current = current_user.session.id
    sessions = sorted(list_sessions(unit(), **owner), key=lambda one: one.id != current)
    trail = [(_("Accueil"), "/"), (_("Mon espace"), HOMES[realm]), (_("Ma connexion"), None)]
    return page(
        "identity/sessions.html",
        title=_("Ma connexion"),
        status=status,
        service=_("Agents") if realm is Realm.AGENT else _("Mon espace"),
        sessions=sessions[:SESSIONS_SHOWN],
        others=max(len(sessions) - SESSIONS_SHOWN, 0),
        current=current,
        sign_ins=list_acts(unit(), who, "signed_in", limit=SIGN_INS_SHOWN),
        provider=NAMES[realm],
        action=ADDRESSES[realm],
        everywhere=EVERYWHERE,
        sign_out=DOORWAYS[realm],
        closed=request.args.get("fermee") == "oui",
        gone=gone,
        say_device=say_device,
        realm=realm.value,
        trail=trail if realm is Realm.RESIDENT else None,
    )


def _close(realm: Realm) -> Response:
    chosen = request.form.get("session", "")
    if chosen in {EVERYWHERE, str(current_user.session.id)}:
        return _leave(realm, everywhere=chosen == EVERYWHERE)
    try:
        end_own_session(unit(), UUID(chosen), **_owner(realm))
    except (ValueError, NotFound):
        return _show(realm, status=404, gone=True)
    record(unit(), actor(), "session_closed", details={"realm": realm.value})
    return redirect_to_path(ADDRESSES[realm], fermee="oui")


def _leave(realm: Realm, *, everywhere: bool) -> Response:
    """Close this session, and with ``everywhere`` the others too; then the provider's, as any sign-out does.

    All is committed before the provider is asked where its sign-out is: it may be slow, or down.
    """
    id_token = end_session(unit(), read_session_cookie(realm), realm)
    others = end_all_sessions(unit(), **_owner(realm)) if everywhere else 0
    if everywhere:
        record(unit(), actor(), "sessions_closed", details={"realm": realm.value, "others": str(others)})
    settle_unit(commit=True)
    form_session.clear()
    response = leave_provider(realm, id_token) if id_token else None
    response = response or redirect(DOORWAYS[realm], code=303)
    forget_session(response, realm)
    return response
