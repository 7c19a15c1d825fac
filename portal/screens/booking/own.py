"""« Mes rendez-vous » : those to come and those that are over, in the space of who is signed in."""

from typing import Final
from uuid import UUID

from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.appointments import service as appointments
from portal.ground.web import actor, page, unit
from portal.ground.web.access import resident_only
from portal.screens.booking import acts, wording
from portal.screens.booking.acts import Door
from portal.screens.booking.blueprint import blueprint
from portal.screens.booking.choosing import ADDRESS

OWN: Final = "/mon-espace/rendez-vous"
LISTED: Final = 20


@blueprint.get(OWN)
@resident_only
def list_own() -> Response:
    """Those to come first, the soonest first."""
    found = appointments.list_own(unit(), actor(), limit=LISTED)
    here = _("Mes rendez-vous")
    return page(
        "booking/own.html",
        title=here,
        service=_("Mon espace"),
        coming=[one for one in found if wording.is_coming(one)],
        over=[one for one in found if not wording.is_coming(one)],
        words=wording,
        address=OWN,
        choose=ADDRESS,
        trail=[(_("Accueil"), "/"), (_("Mon espace"), "/mon-espace"), (here, None)],
    )


def _door(appointment_id: UUID) -> Door:
    return Door(actor(), appointment_id, f"{OWN}/{appointment_id}", has_account=True)


acts.open_pages(f"{OWN}/<uuid:appointment_id>", "own", resident_only, _door)
