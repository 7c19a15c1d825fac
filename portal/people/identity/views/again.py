"""An act that asks for a sign-in of a moment ago: the person is asked again, and comes back where they were."""

from flask import redirect
from werkzeug.wrappers import Response

from portal.ground.web import actor, unit
from portal.ground.web.context import settle_unit
from portal.people.identity.cookies import read_session_cookie
from portal.people.identity.enums import Realm
from portal.people.identity.service import end_session
from portal.people.identity.views.problems import way_to_door
from portal.people.identity.views.sign_out import forget_session


def sign_in_again(back: str) -> Response:
    """End this session and send the resident to their door; ``back`` is where they go on afterwards.

    Nothing of the act itself is done or kept: it is asked again, by somebody who has just proved who they are.
    """
    level = actor().acr  # asking for it makes the provider ask the person, and not answer with a session of its own
    end_session(unit(), read_session_cookie(Realm.RESIDENT), Realm.RESIDENT)
    settle_unit(commit=True)
    response = redirect(way_to_door(Realm.RESIDENT, back, level), code=303)
    forget_session(response, Realm.RESIDENT)
    return response
