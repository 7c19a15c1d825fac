"""The declaration of the journey; its procedures are data, in ``procedures/``."""

from typing import Final

from flask_babel import lazy_gettext as _l

from portal.casework.catalogue.journeys import DeskEntry, Journey
from portal.ground.permissions import Permission

JOURNEY: Final = Journey(
    slug="participer",
    title=_l("Participer"),
    summary=_l("Donnez votre avis, votez, lisez les résultats."),
    owner="france-services",
    package="journeys.participation",
    order=40,
    categories=(
        _l("le jour où vous avez répondu à un sondage, sous une empreinte"),
        _l("les bulletins, chiffrés et sans nom"),
    ),
    retention=_l("Deux mois après la fin de chaque sondage ; les résultats restent publiés."),
    desk=(DeskEntry(_l("Sondages"), "/agents/sondages", Permission.PARTICIPATION_MANAGE),),
)
