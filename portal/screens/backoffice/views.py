"""The blueprint of the agents' screens; its views stand in modules, by subject."""

from flask import Blueprint
from werkzeug.wrappers import Response

from portal.casework.worklists.service import default_query
from portal.ground import web
from portal.ground.permissions import Permission
from portal.ground.web.access import agent_only
from portal.screens.backoffice import (
    between_agents,
    casefile,
    conservation,
    decisions,
    joining,
    letters,
    lists,
    lots,
    moving,
    operations,
    opinions,
    papers,
    routing,
    saved_views,
    shortcuts,
    survey,
    texts,
    worklist,
)

blueprint = Blueprint("backoffice", __name__, url_prefix="/agents")


@blueprint.get("/")
@agent_only(None)
def home() -> Response:
    """Where an agent starts: their view of the queue, or what their role is there for."""
    if web.actor().can(Permission.REQUESTS_READ):
        query = default_query(web.unit(), web.actor())
        return web.redirect_to_path(f"/agents/dossiers?{query}" if query else "/agents/dossiers")
    if web.actor().can(Permission.PROCEDURES_EDIT):
        return web.redirect_to("builder.procedures")
    if web.actor().can(Permission.AGENTS_MANAGE):
        return web.redirect_to("administration.team")
    if web.actor().can(Permission.JOURNAL_READ):
        return web.redirect_to("administration.journal")
    return web.redirect_to("backoffice.connections")


worklist.register(blueprint)
saved_views.register(blueprint)
lots.register(blueprint)
lists.register(blueprint)
between_agents.register(blueprint)
shortcuts.register(blueprint)
routing.register(blueprint)
casefile.register(blueprint)
decisions.register(blueprint)
moving.register(blueprint)
opinions.register(blueprint)
papers.register(blueprint)
survey.register(blueprint)
joining.register(blueprint)
letters.register(blueprint)
texts.register(blueprint)
conservation.register(blueprint)
operations.register(blueprint)
