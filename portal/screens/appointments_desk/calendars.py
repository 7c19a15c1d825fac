"""The calendar of a place in an agent’s own diary: an address to copy once, that can be stopped. It names nobody."""

from urllib.parse import urlsplit
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.appointments import service as appointments
from portal.ground.errors import NotFound
from portal.ground.web import actor, page, redirect_to, settings, unit
from portal.ground.web.access import public
from portal.ground.web.calendars import MEDIA_TYPE
from portal.ground.web.downloads import as_download
from portal.people.accounts.service import get_agent
from portal.screens.appointments_desk.blueprint import HOME, blueprint, may_keep
from portal.screens.appointments_desk.typed import read_id

FEEDS = f"{HOME}/agenda-externe"
FEED = "/rendez-vous/agenda"


@blueprint.get(FEEDS)
@may_keep
def feeds() -> Response:
    """The calendars that this agent opened, and the places of which another may be."""
    return _show()


def _show(address: str = "") -> Response:
    places = {one.id: one.name for one in appointments.list_places(unit(), actor())}
    return page(
        "appointments_desk/feeds.html",
        title=_("Rendez-vous dans votre agenda"),
        service=_("Agents"),
        feeds=appointments.list_feeds(unit(), actor()),
        places=[(str(one), name) for one, name in places.items()],
        names=places,
        address=address,
        base=FEEDS,
        done=request.args.get("fait", ""),
        trail=[(_("Rendez-vous"), HOME), (_("Dans votre agenda"), None)],
    )


@blueprint.post(FEEDS)
@may_keep
def open_feed() -> Response:
    """Make an address; it is shown once, here, and kept nowhere. The former one of this place stops."""
    place_id = read_id(request.form.get("place", ""))
    if place_id is None:
        raise NotFound("place_unknown")
    made = appointments.open_feed(unit(), actor(), place_id)
    return _show(f"{settings().public_url.rstrip('/')}{FEED}/{made.token}.ics")


@blueprint.post(f"{FEEDS}/<uuid:feed_id>/arreter")
@may_keep
def stop_feed(feed_id: UUID) -> Response:
    """Stop an address, at once."""
    appointments.revoke_feed(unit(), actor(), feed_id)
    return redirect_to("appointments_desk.feeds", fait="arret")


@blueprint.get(f"{FEED}/<token>.ics")
@public
def read_feed(token: str) -> Response:
    """The calendar, for a program that has no session: times and kinds, nothing of anybody."""
    host = urlsplit(settings().public_url).hostname or "parvis"
    name, content = appointments.read_feed(unit(), token, host=host, is_working=_is_working)
    return as_download(content, MEDIA_TYPE, name, "ics")


def _is_working(agent_id: UUID) -> bool:
    try:
        return get_agent(unit(), agent_id).active
    except NotFound:
        return False
