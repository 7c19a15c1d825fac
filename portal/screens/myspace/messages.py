"""« Mes messages » : those of every request, and whether each was read."""

from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.ground.errors import Forbidden
from portal.ground.web import actor, page, unit
from portal.ground.web.access import resident_only
from portal.screens.myspace import wording
from portal.screens.myspace.blueprint import blueprint
from portal.screens.myspace.paging import page_of
from portal.screens.myspace.queries.messages import messages_of


@blueprint.get("/mon-espace/messages")
@resident_only
def messages() -> Response:
    """Messages of every request from both sides, the newest first. Their words are on the page of the request."""
    who = actor()
    account_id = who.id
    if account_id is None:
        raise Forbidden("resident_needed")
    shown, here = page_of(
        "/mon-espace/messages", lambda skip, limit: messages_of(unit(), account_id, skip=skip, limit=limit)
    )
    return page(
        "myspace/messages.html",
        title=_("Mes messages"),
        service=_("Mon espace"),
        messages=shown,
        here=here,
        words=wording,
        trail=[(_("Accueil"), "/"), (_("Mon espace"), "/mon-espace"), (_("Mes messages"), None)],
    )
