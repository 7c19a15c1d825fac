"""The declaration of the journey; its procedures are data, in ``procedures/``."""

from typing import Final

from flask_babel import lazy_gettext as _l

from portal.casework.catalogue.journeys import Journey, Need

JOURNEY: Final = Journey(
    slug="quotidien",
    title=_l("Au quotidien"),
    summary=_l("L’école, la crèche, la rue, la médiathèque, l’aide au numérique."),
    owner="france-services",
    package="journeys.daily_services",
    order=20,
    in_menu=True,
    categories=(_l("Adresse électronique de qui suit un signalement"), _l("Lieu d’un problème dans la rue")),
    retention=_l("Aussi longtemps que le signalement, dont la durée est celle de sa démarche."),
    pages=(
        (_l("Signalements dans la rue"), "/quotidien/signalements"),
        (_l("Signaler un problème, sans compte"), "/quotidien/signalements/nouveau"),
        (_l("Vélos partagés"), "/quotidien/velos"),
    ),
    needs=(
        Need(
            "locates_vehicles",
            without=_l("La commune n’est reliée à aucun réseau de vélos partagés : nous ignorons où ils sont."),
        ),
        Need(
            "finds_places",
            without=_l("Sans base d’adresses, les vélos se cherchent seulement autour des lieux de la commune."),
        ),
    ),
)
