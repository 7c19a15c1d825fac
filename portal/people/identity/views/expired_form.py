"""A form sent after the session ended: what was typed is put aside, and the person is asked to sign in again."""

from urllib.parse import urlencode

from flask import redirect, request
from werkzeug.wrappers import Response

from portal.ground.web import unit
from portal.ground.web.access import back_address
from portal.ground.web.context import settle_unit
from portal.people.identity.cookies import give_browser_cookie, read_browser_cookie, read_session_cookie
from portal.people.identity.enums import Realm
from portal.people.identity.policy import realm_of_path
from portal.people.identity.service import adopt_browser, owner_of_ended_session, stash_form
from portal.people.identity.views.problems import way_to_door


def answer_expired_form() -> Response:
    """Keep the typed fields (never files), and send to the door with the way back to the same page.

    Called before the view, when the request's unit is already open for writing; the answer ends it.
    """
    session, realm = unit(), realm_of_path(request.path)
    owner = owner_of_ended_session(session, read_session_cookie(realm), realm)
    if owner is None:
        return redirect(way_to_door(realm, back_address()), code=303)
    browser = adopt_browser(session, read_browser_cookie())
    whose = {"account_id": owner} if realm is Realm.RESIDENT else {"agent_id": owner}
    token = stash_form(session, path=request.path, fields=dict(request.form.lists()), browser=browser, **whose)
    settle_unit(commit=True)
    if token is None:
        return redirect(way_to_door(realm, back_address()), code=303)
    response = redirect(way_to_door(realm, f"{back_address()}?{urlencode({'reprise': token})}"), code=303)
    give_browser_cookie(response, browser)
    return response
