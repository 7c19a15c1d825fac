"""Four made-up communes and the names of their streets. None of them exists."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Town:
    """A commune: its code, which is its postcode too, and the point of its town hall in degrees."""

    code: str
    name: str
    latitude: float
    longitude: float
    population: int
    streets: tuple[str, ...]


def _along(kind: str, *names: str) -> tuple[str, ...]:
    return tuple(f"{kind} {name}" for name in names)


_VALMONT = (
    "Place du Parvis",
    *_along(
        "Rue",
        "des Tanneurs", "des Tisserands", "du Four-à-Pain", "Simone-Veil", "du Lac", "de la Fontaine-Froide",
        "des Lavandières", "du Vieux-Moulin", "des Deux-Rives", "de l’Œuvre", "du Pont-Neuf", "des Cordeliers",
        "de la Tannerie-Haute", "des Chapeliers", "du Puits-Salé", "des Noyers", "de la République", "Olympe-de-Gouges",
        "Joséphine-Baker", "des Cerisiers", "du Grenier-à-Sel", "de l’Ancienne-Poste", "des Bateliers",
        "du Clos-Fleuri",
        "de la Filature", "des Frères-Lumière", "du Muguet", "des Hirondelles", "de l’Horloge", "des Jardins-Ouvriers",
        "du Kiosque", "de la Laiterie", "du Marché-aux-Grains", "Marie-Curie", "des Mésanges", "de la Minoterie",
        "du Onze-Novembre", "des Orfèvres", "de la Passerelle", "du Petit-Pré", "des Quatre-Vents", "de la Résistance",
        "du Ruisseau", "des Sablons", "de la Soierie", "du Théâtre", "des Trois-Épis", "de l’Usine-à-Gaz", "du Verger",
        "des Vignerons", "Victor-Hugo", "de la Voûte", "du Quatre-Septembre",
    ),
    *_along("Avenue", "de la Gare", "des Alpes", "du Vercors-Bleu", "Aimé-Césaire", "de l’Europe", "des Sports"),
    *_along("Quai", "de l’Iselle", "des Moulins", "des Tisserands", "Nord", "des Brumes"),
    *_along("Place", "des Halles", "de la Gare", "du Vieux-Chêne", "aux Herbes", "de l’Église", "des Tilleuls"),
    *_along("Chemin", "des Vignes-Hautes", "de Halage", "du Coteau", "de la Source", "des Écoliers", "du Bois-Joli"),
    *_along("Impasse", "du Lavoir", "des Glycines", "du Tilleul", "de la Forge", "des Merles"),
    *_along("Allée", "des Tilleuls", "des Érables", "du Parc", "des Platanes", "de la Roseraie"),
    *_along("Montée", "de la Tour", "des Remparts", "du Château-d’Eau"),
    *_along("Passage", "des Halles", "du Cadran", "de l’Imprimerie"),
    *_along("Boulevard", "de Ceinture", "de la Libération", "des Sœurs-Nardal"),
    *_along("Cours", "de l’Iselle", "des Maraîchers"),
    *_along("Square", "Suzanne-Noël", "du Bassin"),
)  # fmt: skip
_SAINT_AUBIN = (
    "Place de la Mairie", "Rue de l’Église", "Rue du Bac", "Rue des Écoles", "Rue de la Cure", "Rue du Stade",
    "Chemin des Prés", "Chemin du Gué", "Route de Valmont", "Route des Granges", "Impasse des Saules",
    "Allée des Peupliers", "Rue du Lavoir", "Rue du Lac", "Rue Haute",
)  # fmt: skip
_GRANGES = (
    "Place du Four", "Rue de la Grange-Neuve", "Rue des Battoirs", "Rue du Pressoir", "Rue des Blés", "Rue Basse",
    "Chemin de la Combe", "Chemin des Foins", "Route de l’Iselle", "Impasse du Hangar", "Rue de l’École",
    "Rue de la Mairie", "Montée du Belvédère",
)  # fmt: skip
_ROCHE = (
    "Place du Belvédère", "Rue de la Falaise", "Rue du Calvaire", "Rue des Grimpeurs", "Rue de la Carrière",
    "Chemin du Col", "Chemin des Chamois", "Route du Tunnel", "Impasse de la Grotte", "Rue de la Mairie",
    "Rue des Écoles", "Allée des Pins",
)  # fmt: skip

TOWNS: tuple[Town, ...] = (
    Town("38999", "Valmont-sur-Iselle", 45.2050, 5.7000, 11_840, _VALMONT),
    Town("38998", "Saint-Aubin-sur-Iselle", 45.2290, 5.7190, 2_310, _SAINT_AUBIN),
    Town("38997", "Les Granges-d’Iselle", 45.1840, 5.6720, 1_475, _GRANGES),
    Town("38996", "Rocheclaire-en-Valmont", 45.2010, 5.7480, 930, _ROCHE),
)
BY_CODE: Mapping[str, Town] = {town.code: town for town in TOWNS}
