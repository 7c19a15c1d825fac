"""The declaration of the journey; its list is data, in ``checklist.yaml``."""

from typing import Final

from flask_babel import lazy_gettext as _l

from portal.casework.catalogue.journeys import Journey

JOURNEY: Final = Journey(
    slug="bienvenue",
    title=_l("Bienvenue"),
    summary=_l("Vous arrivez : logement, école, services, et par quoi commencer."),
    owner="france-services",
    package="journeys.welcome",
    order=10,
    categories=(_l("date d’arrivée, foyer par tranches d’âge, déplacements et situation, sans aucun nom"),),
    retention=_l("90 jours après la dernière visite, un an si la liste est dans votre espace"),
)
