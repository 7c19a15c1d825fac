"""The pages of a move; its views stand in modules, by moment."""

from uuid import UUID

from flask import Blueprint
from flask_babel import gettext as _

from journeys.moving_house.journey import JOURNEY, declaration
from portal.casework.life_events import service as life_events
from portal.casework.life_events.shapes import EventView
from portal.ground.web import actor, unit
from portal.ground.web.formats import format_date

__all__ = ["BASE", "Trail", "blueprint", "read", "trail_of"]

BASE = f"/{JOURNEY.slug}"
Trail = list[tuple[str, str | None]]
blueprint = Blueprint("moving_house", __name__, url_prefix=BASE, template_folder="templates")


def read(event_id: UUID) -> EventView:
    """The move at this address, if it is the person's.

    :raises NotFound: none, or somebody else's.
    """
    return life_events.read_event(unit(), actor(), declaration(), event_id)


def trail_of(view: EventView | None, here: str | None = None) -> Trail:
    """Where the person is."""
    start: Trail = [(_("Accueil"), "/"), (str(JOURNEY.title), BASE)]
    if view is None:
        return [*start, (here or "", None)]
    name = _("Déménagement du %(day)s", day=format_date(view.happens_on))
    if here is None:
        return [*start, (name, None)]
    return [*start, (name, f"{BASE}/{view.id}"), (here, None)]
