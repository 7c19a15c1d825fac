"""« Mes appels et courriers » : what agents noted of a person's calls, visits and letters, and what was answered."""

from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.contacts.service import list_for_person
from portal.casework.contacts.wording import MEDIA, REPLIED, STATES
from portal.ground.errors import Forbidden
from portal.ground.web import actor, page, unit
from portal.ground.web.access import resident_only
from portal.people.accounts.service import list_departments, person_ids_of
from portal.screens.myspace.blueprint import blueprint


@blueprint.get("/mon-espace/echanges")
@resident_only
def exchanges() -> Response:
    """The latest thirty, those that wait for an answer said so."""
    who = actor()
    if who.id is None or who.subject is None:
        raise Forbidden("resident_needed")
    here = _("Mes appels et courriers")
    return page(
        "myspace/exchanges.html",
        title=here,
        service=_("Mon espace"),
        exchanges=list_for_person(unit(), who, person_ids_of(unit(), who.id)),
        departments={one.id: one.name for one in list_departments(unit())},
        media=MEDIA,
        states=STATES,
        replied=REPLIED,
        trail=[(_("Accueil"), "/"), (_("Mon espace"), "/mon-espace"), (here, None)],
    )
