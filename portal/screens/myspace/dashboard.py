"""« Mon espace » : what to do first, what moves, what is over."""

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.requests import service as requests
from portal.casework.requests.policy import DRAFT_NOTICE
from portal.engine.journey_kit.journeys import current_journeys
from portal.engine.prefill.service import identity_facts
from portal.ground.clock import now
from portal.ground.errors import Forbidden
from portal.ground.web import actor, page, unit
from portal.ground.web.access import resident_only
from portal.screens.myspace import wording
from portal.screens.myspace.blueprint import blueprint
from portal.screens.myspace.lists import lists_of
from portal.screens.myspace.queries import latest_received

SHOWN = 5


@blueprint.get("/mon-espace")
@resident_only
def home() -> Response:
    """Everything of one person, the most pressing first."""
    who = actor()
    if who.id is None:
        raise Forbidden("resident_needed")
    all_requests = requests.list_requests(unit(), who)
    waiting = [one for one in all_requests if one.waiting_for_me]
    moving = [one for one in all_requests if one.status not in wording.ENDED and not one.waiting_for_me]
    ended = [one for one in all_requests if one.status in wording.ENDED]
    drafts = requests.list_drafts(unit(), who)
    received, unread = latest_received(unit(), who.id)
    whole = request.args.get("liste") == "entiere"
    return page(
        "myspace/home.html",
        title=_("Mon espace"),
        lead=wording.greeting(len(waiting), len(waiting) + len(moving), len(drafts)),
        joined=request.args.get("rattache") == "oui",
        saved=request.args.get("enregistre") == "oui",
        waiting=waiting,
        moving=moving if whole else moving[:SHOWN],
        ended=ended if whole else ended[:SHOWN],
        hidden=0 if whole else max(len(moving) - SHOWN, 0) + max(len(ended) - SHOWN, 0),
        drafts=drafts,
        ending={one.id for one in drafts if one.purge_after - DRAFT_NOTICE <= now()},
        lists=lists_of(unit(), who),
        received=received,
        unread=unread,
        by_id={one.id: one for one in all_requests},
        known=identity_facts(unit(), who),
        journeys=current_journeys(),
        words=wording,
    )
