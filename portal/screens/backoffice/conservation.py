"""« Conservation » : for operators, what comes to its end and what was erased. Counts alone, nothing of anybody."""

from collections.abc import Mapping
from datetime import timedelta

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from werkzeug.wrappers import Response

from portal.engine.retention.service import count_waiting
from portal.ground import clock, web
from portal.ground.audit.service import count_acts
from portal.ground.permissions import Permission
from portal.ground.web.access import agent_only

SHOWN = timedelta(days=30)
THINGS: Mapping[str, LazyString] = {
    "request": _l("Demandes"),
    "document": _l("Documents gardés sans demande"),
    "account": _l("Comptes inutilisés"),
}
ACTS: Mapping[str, LazyString] = {
    "retention_noticed": _l("Avis donnés avant un effacement"),
    "request_erased": _l("Demandes effacées"),
    "account_erased": _l("Comptes effacés"),
    "data_export_made": _l("Copies de données préparées"),
    "data_export_taken": _l("Copies de données téléchargées"),
}


def conservation() -> Response:
    """What will be erased within 30 days, and what was done in the last 30."""
    return web.page(
        "backoffice/conservation.html",
        title=_("Conservation"),
        service=_("Agents"),
        waiting=count_waiting(web.unit()),
        things=THINGS,
        acts=ACTS,
        counts=count_acts(web.unit(), tuple(ACTS), since=clock.now() - SHOWN),
    )


def register(blueprint: Blueprint) -> None:
    """Add the view to the agents' blueprint."""
    blueprint.get("/conservation", endpoint="conservation")(agent_only(Permission.RETENTION_READ)(conservation))
