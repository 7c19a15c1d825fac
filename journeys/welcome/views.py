"""The page of the journey: what it is for, and the questions; the list itself is the kit's."""

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from journeys.welcome.journey import JOURNEY
from portal.engine.journey_kit.checklists.pages import ChecklistPages
from portal.engine.journey_kit.journeys import unmet_needs
from portal.ground.web import page
from portal.ground.web.access import public

blueprint = Blueprint("welcome", __name__, url_prefix=f"/{JOURNEY.slug}", template_folder="templates")
pages = ChecklistPages(JOURNEY)
pages.register(blueprint)


@blueprint.get("")
@public
def home() -> Response:
    """The questions at once: nobody has to look for them."""
    return page(
        "welcome/home.html",
        title=_("Bienvenue : par quoi commencer quand on arrive"),
        journey=JOURNEY,
        missing=unmet_needs(JOURNEY),
        lead=str(pages.definition.lead),
        erased=request.args.get("efface") == "oui",
        trail=[(_("Accueil"), "/"), (str(JOURNEY.title), None)],
        **pages.questions(),
    )
