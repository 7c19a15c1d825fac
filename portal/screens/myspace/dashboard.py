"""« Mon espace » : what to do first, what moves, what is over."""

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.requests import service as requests
from portal.casework.requests.policy import DRAFT_NOTICE
from portal.ground.clock import now
from portal.ground.errors import Forbidden
from portal.ground.web import actor, page, unit
from portal.ground.web.access import resident_only
from portal.screens.myspace import wording
from portal.screens.myspace.blueprint import blueprint
from portal.screens.myspace.doors import journey_doors, places_of
from portal.screens.myspace.lists import lists_of
from portal.screens.myspace.paging import page_of
from portal.screens.myspace.queries.messages import latest_received
from portal.screens.myspace.queries.requests import MOVING, WAITING, home_requests, requests_of
from portal.screens.myspace.tasks import tasks_of

DRAFTS_SHOWN = 4
LISTS_SHOWN = 3


@blueprint.get("/mon-espace")
@resident_only
def home() -> Response:
    """Everything of one person, the most pressing first; what does not fit has its own page."""
    who = actor()
    if who.id is None:
        raise Forbidden("resident_needed")
    mine = home_requests(unit(), who.id)
    drafts = requests.list_drafts(unit(), who)
    ending = [one for one in drafts if one.purge_after - DRAFT_NOTICE <= now()]
    kept = [one for one in drafts if one not in ending]
    lists = lists_of(unit(), who)
    received, unread = latest_received(unit(), who.id)
    waiting, moving = mine.totals[WAITING], mine.totals[MOVING]
    return page(
        "myspace/home.html",
        title=_("Mon espace"),
        lead=wording.greeting(waiting, waiting + moving, len(drafts)),
        joined=request.args.get("rattache") == "oui",
        saved=request.args.get("enregistre") == "oui",
        mine=mine,
        tasks=tasks_of(mine.waiting, ending[:DRAFTS_SHOWN]),
        drafts=kept[:DRAFTS_SHOWN],
        more_drafts=max(len(ending) - DRAFTS_SHOWN, 0) + max(len(kept) - DRAFTS_SHOWN, 0),
        lists=lists[:LISTS_SHOWN],
        received=received,
        unread=unread,
        delays=mine.delays,
        places=places_of(journey_doors()),
        words=wording,
    )


@blueprint.get("/mon-espace/demandes")
@resident_only
def every_request() -> Response:
    """Every request of the person, a page at a time."""
    account_id = actor().id
    if account_id is None:
        raise Forbidden("resident_needed")
    shown, here = page_of(
        "/mon-espace/demandes", lambda skip, limit: requests_of(unit(), account_id, skip=skip, limit=limit)
    )
    return page(
        "myspace/requests.html",
        title=_("Toutes mes demandes"),
        service=_("Mon espace"),
        requests=shown,
        here=here,
        words=wording,
        trail=[(_("Accueil"), "/"), (_("Mon espace"), "/mon-espace"), (_("Toutes mes demandes"), None)],
    )
