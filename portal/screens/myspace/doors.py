"""The doors of « Mon espace » : every page that is not about one request, in three groups."""

from collections.abc import Iterable
from typing import Final

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from portal.engine.journey_kit.journeys import current_journeys

Door = tuple[str, LazyString | str]
Place = tuple[str, LazyString, tuple[Door, ...]]
# The id of the group in the page, its title, its doors: address and words.
PLACES: Final[tuple[Place, ...]] = (
    (
        "infos",
        _l("Vos informations"),
        (
            ("/mon-espace/informations", _l("Mes informations : ce que nous savons de vous, et d’où cela vient")),
            ("/mon-espace/foyer", _l("Mon foyer")),
            ("/mon-espace/adresses", _l("Mes adresses")),
            ("/mon-espace/documents", _l("Mes documents : les pièces que vous avez fournies")),
        ),
    ),
    (
        "courriers",
        _l("Vos échanges"),
        (
            ("/mon-espace/messages", _l("Mes messages")),
            ("/mon-espace/courriers", _l("Mes courriers et décisions")),
            ("/mon-espace/rendez-vous", _l("Mes rendez-vous")),
        ),
    ),
    (
        "regards",
        _l("Qui sait quoi, et votre compte"),
        (
            ("/mon-espace/consultations", _l("Qui a consulté mon dossier")),
            ("/mon-espace/administrations", _l("Ce que chaque administration sait de moi")),
            (
                "/mon-espace/autorisations",
                _l("Mes autorisations : ce que vous nous avez permis de demander à d’autres services"),
            ),
            ("/mon-espace/mandats", _l("Mes mandats : qui agit en votre nom")),
            ("/mon-espace/connexion", _l("Ma connexion : mes appareils, me déconnecter partout")),
            ("/mon-espace/rattachement", _l("Il manque des demandes ? Retrouver un autre compte")),
            (
                "/mon-espace/mes-donnees",
                _l("Mes données : en emporter une copie, voir ce qui va être effacé, tout effacer"),
            ),
        ),
    ),
)


def journey_doors() -> list[Door]:
    """What the journeys that are open put in the space."""
    return [(f"/{one.slug}", one.in_space) for one in current_journeys() if one.in_space]


def places_of(journeys: Iterable[Door]) -> list[Place]:
    """Every group; the pages of journeys come first in the first one."""
    (first, title, doors), *others = PLACES
    return [(first, title, (*journeys, *doors)), *others]
