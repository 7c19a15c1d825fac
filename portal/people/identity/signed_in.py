"""Who makes a request: Flask-Login's current user and the immutable actor, both read from the session table.

Nothing is kept in Flask's own session, and nobody is ever remembered beyond the server-side session.
"""

from flask import Request, request
from flask_login import LoginManager, current_user

from portal.ground.errors import Busy
from portal.ground.logs import get_logger
from portal.ground.permissions import ANONYMOUS, ROLE_PERMISSIONS, Actor, ActorKind, required_acr, strongest_acr
from portal.ground.web import background_unit, settings, unit
from portal.ground.web.context import SAFE_METHODS
from portal.people.identity.cookies import read_session_cookie
from portal.people.identity.enums import Realm
from portal.people.identity.policy import contradicts_level, realm_of_path
from portal.people.identity.service import SessionView, is_touch_due, resolve_session, touch_session

log = get_logger("identity")


class SignedIn:
    """The current user of Flask-Login: a live session and nothing more."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, session: SessionView) -> None:
        self.session = session

    def get_id(self) -> str:
        """The session's id: Flask-Login's own cookies, which would hold it, are not used."""
        return str(self.session.id)


def make_login_manager() -> LoginManager:
    """A manager that looks at the session table and at nothing else."""
    manager = LoginManager()
    manager.session_protection = None
    manager.request_loader(load_signed_in)
    return manager


def load_signed_in(_request: Request) -> SignedIn | None:
    """The user of this request, by the cookie of the realm that its address belongs to."""
    found = find_session(realm_of_path(request.path))
    if found is None:
        return None
    if is_touch_due(found):
        _touch(found)
    return SignedIn(found)


def find_session(realm: Realm) -> SessionView | None:
    """The live session of this browser behind one door."""
    cookie = read_session_cookie(realm)
    return resolve_session(unit(), cookie, realm) if cookie else None


def resolve_actor() -> Actor:
    """The actor of the request: rights are read anew each time, so that a change takes effect at the next click."""
    if not current_user.is_authenticated:
        return ANONYMOUS
    return actor_of(current_user.session)


def actor_of(found: SessionView) -> Actor:
    """The actor behind a live session. A level that the methods told contradict is worth nothing to an agent."""
    if found.agent is not None:
        required = strongest_acr(settings().agent.acr, required_acr(found.agent.role))
        doubtful = contradicts_level(required, found.acr, found.amr)
        return Actor(
            kind=ActorKind.AGENT,
            id=found.agent.id,
            permissions=ROLE_PERMISSIONS[found.agent.role],
            department_ids=found.agent.department_ids,
            label=found.agent.display_name,
            acr="" if doubtful else found.acr,
            required_acr=required,
        )
    return Actor(
        kind=ActorKind.RESIDENT, id=found.account_id, subject=found.person_id, label=found.label, acr=found.acr
    )


def _touch(found: SessionView) -> None:
    """At most once a minute. A busy database must not refuse a page for it: the next page notes it."""
    if request.method not in SAFE_METHODS:
        touch_session(unit(), found)
        return
    try:
        with background_unit() as session:
            touch_session(session, found)
    except Busy:
        log.warning("session_touch_postponed", realm=found.realm.value)
