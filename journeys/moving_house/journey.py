"""The declaration of the journey; its procedures and its organisations are data, in YAML."""

from typing import Final

from flask_babel import lazy_gettext as _l

from portal.casework.catalogue.journeys import Journey
from portal.casework.life_events.declaration import Declaration, load_declaration

JOURNEY: Final = Journey(
    slug="je-demenage",
    title=_l("Je déménage"),
    summary=_l("Prévenez chaque service une seule fois, et voyez qui l’a pris en compte."),
    owner="france-services",
    package="journeys.moving_house",
    order=30,
    in_space=_l("Vos déménagements : qui est prévenu, et de quoi"),
    categories=(
        _l("Anciennes et nouvelles adresses, date"),
        _l("Foyer et enfants concernés"),
        _l("Numéros de client des organismes choisis"),
    ),
    retention=_l("180 jours après la date du déménagement, ou après votre dernier changement"),
)


def declaration() -> Declaration:
    """What a move asks once, and whom it concerns."""
    return load_declaration(JOURNEY.package)
