"""The pages of the journey. Ballots, results and the agents' pages stand in modules of their own."""

from datetime import date
from functools import cache

from flask import Blueprint, Flask
from flask.sansio.blueprints import BlueprintSetupState
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from journeys.participation import ballots, desk, results, wording
from journeys.participation.enums import Phase
from journeys.participation.forms import ballot_form
from journeys.participation.journey import JOURNEY
from journeys.participation.queries import read_home
from journeys.participation.service import find_guest_vote, find_own_vote, find_published
from journeys.participation.shapes import PollView
from journeys.participation.showing import show_poll
from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.interchange import read_document
from portal.casework.catalogue.journeys import journey_documents
from portal.ground import web
from portal.ground.web.access import public

blueprint = Blueprint("participation", __name__, url_prefix=f"/{JOURNEY.slug}", template_folder="templates")


@cache
def own_documents() -> dict[str, ProcedureDocument]:
    """The procedures that this journey brings, by slug."""
    return {document.slug: document for document in map(read_document, journey_documents(JOURNEY))}


@blueprint.get("")
@public
def home() -> Response:
    """What is asked now, what was answered, and what else one can do."""
    polls, open_slugs = read_home(web.unit(), own_documents())
    return web.page(
        "participation/home.html",
        title=str(JOURNEY.title),
        journey=JOURNEY,
        current=sorted((one for one in polls if one.phase is Phase.OPEN), key=lambda one: one.closes_at),
        upcoming=[one for one in polls if one.phase is Phase.UPCOMING],
        over=[one for one in polls if one.phase in {Phase.COUNTING, Phase.COUNTED}],
        procedures=[own_documents()[slug] for slug in sorted(open_slugs)],
        words=wording,
        trail=[(_("Accueil"), "/"), (str(JOURNEY.title), None)],
    )


@blueprint.get("/<slug>")
@public
def show(slug: str) -> Response:
    """A poll as it stands: announced, to be answered, being counted, or its results."""
    poll = find_published(web.unit(), slug)
    if poll.phase is Phase.COUNTED:
        return results.show_results(poll, 1)
    if poll.phase is not Phase.OPEN:
        return show_poll(poll, poll.phase.value)
    who = web.actor()
    if not poll.is_open_to_all and not who.is_resident:
        return show_poll(poll, "door")
    day = _day_of_vote(poll)
    if day is not None:
        return show_poll(poll, "voted", day=day)
    return show_poll(poll, "form", form=ballot_form(poll.terms))


def _day_of_vote(poll: PollView) -> date | None:
    if not poll.is_open_to_all:
        return find_own_vote(web.unit(), poll, web.actor())
    token = ballots.device_token()
    return find_guest_vote(web.unit(), poll, token) if token else None


def _with_desk(state: BlueprintSetupState) -> None:
    """The agents' pages come with those of the journey, at an address of their own."""
    if isinstance(state.app, Flask):
        state.app.register_blueprint(desk.blueprint)


ballots.register(blueprint)
results.register(blueprint)
blueprint.record_once(_with_desk)
