"""The door of the journey: what it does, and the person's moves."""

from flask_babel import gettext as _
from werkzeug.wrappers import Response

from journeys.moving_house import children, facts, file, line
from journeys.moving_house.blueprint import BASE, blueprint
from journeys.moving_house.journey import JOURNEY, declaration
from portal.casework.life_events import service as life_events
from portal.ground.web import actor, page, unit
from portal.ground.web.access import public

__all__ = ["blueprint", "children", "facts", "file", "home", "line"]


@blueprint.get("")
@public
def home() -> Response:
    """What the journey does for a person, and where they left theirs."""
    mine = life_events.list_events(unit(), actor(), declaration().kind) if actor().is_resident else []
    return page(
        "moving_house/home.html",
        title=str(JOURNEY.title),
        journey=JOURNEY,
        base=BASE,
        mine=mine,
        organisations=declaration().organisations,
        trail=[(_("Accueil"), "/"), (str(JOURNEY.title), None)],
    )
