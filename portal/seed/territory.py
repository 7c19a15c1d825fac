"""The ground of the sample commune: its neighbours and its places. None of them exists."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from portal.records.territory.service import PlaceKind, import_communes, record_place

COMMUNES: Final[tuple[Mapping[str, Any], ...]] = tuple(
    {"code": code, "nom": name, "codesPostaux": [code], "codeDepartement": "38"}
    for code, name in (
        ("38999", "Valmont-sur-Iselle"),
        ("38998", "Saint-Aubin-sur-Iselle"),
        ("38997", "Les Granges-d’Iselle"),
        ("38996", "Rocheclaire-en-Valmont"),
    )
)
_OFFICE = "Lundi au vendredi, 8 h 30 à 17 h\nSamedi, 9 h à 12 h"
_WEDNESDAY, _AFTERNOONS = "Mercredi, 9 h à 12 h", "Mercredi et samedi, 14 h à 18 h"
_NURSERY, _CARE = "Lundi au vendredi, 7 h 30 à 18 h 30", "Lundi au samedi, 8 h à 19 h"
_LIBRARY = "Mardi au vendredi, 10 h à 18 h 30\nSamedi, 10 h à 17 h"
# Kind, name, number and street, latitude, longitude, opening hours in French (empty when they vary).
PLACES: Final = (
    (PlaceKind.TOWN_HALL, "Mairie", "2 place du Parvis", 45.2050, 5.7002, _OFFICE),
    (PlaceKind.TOWN_HALL, "Mairie annexe des Vignes-Hautes", "6 chemin des Vignes-Hautes", 45.2092, 5.7063, _WEDNESDAY),
    (PlaceKind.HELP, "Maison France Services", "14 rue du Four-à-Pain", 45.2067, 5.7019, _OFFICE),
    (PlaceKind.LIBRARY, "Médiathèque de l’Iselle", "1 quai des Tisserands", 45.2001, 5.6968, _LIBRARY),
    (PlaceKind.LIBRARY, "Bibliothèque de la Gare", "2 place de la Gare", 45.2104, 5.7020, _AFTERNOONS),
    (PlaceKind.SCHOOL, "École maternelle des Tilleuls", "3 allée des Tilleuls", 45.2107, 5.6961, ""),
    (PlaceKind.SCHOOL, "École Simone-Veil", "22 rue Simone-Veil", 45.2045, 5.6959, ""),
    (PlaceKind.SCHOOL, "École élémentaire du Vieux-Moulin", "5 rue du Vieux-Moulin", 45.2058, 5.7030, ""),
    (PlaceKind.SCHOOL, "École des Deux-Rives", "18 rue des Deux-Rives", 45.2063, 5.6956, ""),
    (PlaceKind.NURSERY, "Crèche des Hirondelles", "7 rue des Hirondelles", 45.2012, 5.6980, _NURSERY),
    (PlaceKind.CLINIC, "Maison de santé du Bassin", "11 square du Bassin", 45.1981, 5.7042, _CARE),
    (PlaceKind.MARKET, "Marché des Halles", "Place des Halles", 45.2002, 5.7036, "Mercredi et samedi, 7 h à 13 h"),
    (PlaceKind.MARKET, "Marché de la Gare", "Place de la Gare", 45.2103, 5.7019, "Vendredi, 15 h à 19 h"),
    (PlaceKind.SPORT, "Piscine et stade", "30 avenue des Sports", 45.2034, 5.6898, "Tous les jours, 9 h à 20 h"),
)  # fmt: skip
# Stations of shared bikes: the same as those that the sandbox's operator publishes.
STOPS: Final = (
    ("Place du Parvis", 45.2050, 5.7001), ("Gare de Valmont", 45.2103, 5.7019), ("Halles", 45.2002, 5.7036),
    ("Médiathèque de l’Iselle", 45.1999, 5.6967), ("Quai des Moulins", 45.2102, 5.6976),
    ("École Simone-Veil", 45.2045, 5.6963), ("École des Deux-Rives", 45.2062, 5.6959),
    ("Maison France Services", 45.2066, 5.7018), ("Piscine et stade", 45.2034, 5.6902),
    ("Parc du Bassin", 45.1982, 5.7041), ("Coteau des Vignes-Hautes", 45.2090, 5.7060),
    ("Pont-Neuf (travaux)", 45.2073, 5.7010),
)  # fmt: skip


def settle_territory(session: Session) -> None:
    """Record the commune, its neighbours and its places; again changes nothing."""
    import_communes(session, COMMUNES)
    for kind, name, line, latitude, longitude, hours in PLACES:
        opening = {"fr": hours} if hours else {}
        record_place(session, kind=kind, name=name, line=line, latitude=latitude, longitude=longitude, opening=opening)
    for name, latitude, longitude in STOPS:
        record_place(session, kind=PlaceKind.STOP, name=name, line="Vél’Iselle", latitude=latitude, longitude=longitude)
