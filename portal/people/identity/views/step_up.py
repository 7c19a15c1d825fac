"""A page that asks for a safer sign-in: the person goes and comes back to it, with what they had typed."""

from urllib.parse import urlencode

from flask import redirect, request
from werkzeug.wrappers import Response

from portal.ground.errors import StepUpNeeded
from portal.ground.web import actor, background_unit
from portal.ground.web.access import back_address
from portal.ground.web.context import SAFE_METHODS, settle_unit
from portal.people.identity.cookies import give_browser_cookie, read_browser_cookie
from portal.people.identity.policy import realm_of_path
from portal.people.identity.service import adopt_browser, stash_form
from portal.people.identity.views.problems import way_to_door


def answer_step_up(error: StepUpNeeded) -> Response:
    """To the door, which asks for the level that is missing. Nothing of the refused act is kept but what was typed.

    What was typed is put aside as for a session that ended.
    """
    settle_unit(commit=False)
    realm, who = realm_of_path(request.path), actor()
    if request.method in SAFE_METHODS or who.id is None:
        return redirect(way_to_door(realm, back_address(), error.acr), code=303)
    with background_unit() as session:
        browser = adopt_browser(session, read_browser_cookie())
        fields = dict(request.form.lists())
        whose = {"account_id": who.id} if who.is_resident else {"agent_id": who.id}
        token = stash_form(session, path=request.path, fields=fields, browser=browser, **whose)
    back = f"{back_address()}?{urlencode({'reprise': token})}" if token else back_address()
    response = redirect(way_to_door(realm, back, error.acr), code=303)
    give_browser_cookie(response, browser)
    return response
