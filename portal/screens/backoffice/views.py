"""The blueprint of the agents' screens; its views stand in modules, by subject."""

from flask import Blueprint
from werkzeug.wrappers import Response

from portal.ground import web
from portal.ground.permissions import Permission
from portal.ground.web.access import agent_only
from portal.screens.backoffice import (
    casefile,
    decisions,
    joining,
    letters,
    moving,
    operations,
    opinions,
    papers,
    worklist,
)

blueprint = Blueprint("backoffice", __name__, url_prefix="/agents")


@blueprint.get("/")
@agent_only(None)
def home() -> Response:
    """Where an agent starts: the queue, or the connections for who runs them."""
    if web.actor().can(Permission.REQUESTS_READ):
        return web.redirect_to("backoffice.queue")
    return web.redirect_to("backoffice.connections")


worklist.register(blueprint)
casefile.register(blueprint)
decisions.register(blueprint)
moving.register(blueprint)
opinions.register(blueprint)
papers.register(blueprint)
joining.register(blueprint)
letters.register(blueprint)
operations.register(blueprint)
