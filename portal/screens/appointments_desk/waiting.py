"""Who waits, counted by place and kind: where hours are missing. Nobody is named."""

from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.appointments import service as appointments
from portal.ground.web import actor, page, unit
from portal.screens.appointments_desk.blueprint import HOME, blueprint, may_keep


@blueprint.get(f"{HOME}/attente")
@may_keep
def waiting() -> Response:
    """How many people wait for any time, and how many for an earlier one."""
    title = _("Qui attend une heure")
    return page(
        "appointments_desk/waiting.html",
        title=title,
        service=_("Agents"),
        lines=appointments.list_waiting(unit(), actor()),
        trail=[(_("Rendez-vous"), HOME), (title, None)],
    )
