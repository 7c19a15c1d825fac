"""« Réglages »: what an agent may set up, gathered for those who have much of it."""

from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.ground import web
from portal.ground.web.access import agent_only
from portal.screens.administration.blueprint import blueprint
from portal.screens.administration.menu import set_up_of


@blueprint.get("/reglages")
@agent_only(None)
def settings() -> Response:
    """The entries of this agent with what each is for; a sentence when there is none."""
    return web.page(
        "administration/settings.html",
        title=_("Réglages"),
        service=_("Agents"),
        entries=set_up_of(web.actor()),
    )
