"""A few invented people whose space is inhabited: those of the simulated provider, so that one may sign in as them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from portal.people.accounts.enums import AddressKind, MemberRelation
from portal.people.accounts.service import ResidentClaims

CHILD, PARTNER, DEPENDANT = MemberRelation.CHILD, MemberRelation.PARTNER, MemberRelation.DEPENDANT
HERE: Final = {"postcode": "38999", "city": "Valmont-sur-Iselle"}
AWAY: Final = {"postcode": "38998", "city": "Saint-Aubin-sur-Iselle"}
# How far a request got, as :meth:`portal.seed.story.Story.tell` takes it.
WAITS, STUDIED, QUESTIONED, DECIDED = 0.05, 0.2, 0.4, 0.7


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: which procedure, how many days ago, how far it got."""

    procedure: str
    days: int
    fate: float


@dataclass(frozen=True, slots=True)
class Family:
    """Somebody, the people and the addresses they declared, what they asked, the form they left unfinished."""

    claims: ResidentClaims
    members: tuple[tuple[MemberRelation, Mapping[str, Any]], ...]
    addresses: tuple[tuple[AddressKind, Mapping[str, Any]], ...]
    asked: tuple[Asked, ...]
    begun: str = ""


FAMILIES: Final = (
    Family(
        ResidentClaims(
            family_name="TESTAMARRE",
            given_names=("Maëlys", "Joséphine"),
            preferred_name="FICTIVE-LENOIR",
            birthdate="1987-03-09",
            gender="female",
            birth_place="44109",
            birth_country="99100",
            email="maelys@usagers.example",
        ),
        (
            (PARTNER, {"given_names": "Gaël", "family_name": "Fictif-Lenoir", "birthdate": "1985-06-02"}),
            (CHILD, {"given_names": "Zoé Lou-Anne", "family_name": "Fictive-Lenoir", "birthdate": "2019-02-11"}),
            (
                CHILD,
                {"given_names": "Ilan", "family_name": "Testamarre", "birthdate": "2014-10-30", "other_home": True},
            ),
        ),
        (
            (AddressKind.FORMER, {"line": "7 rue du Moulin-Sec", **AWAY, "since": "2019-09-01", "until": "2023-06-30"}),
            (AddressKind.CURRENT, {"line": "12 rue des Tanneurs", **HERE, "since": "2023-07-01"}),
        ),
        (
            Asked("carte-mediatheque", 64, DECIDED),
            Asked("enlevement-encombrants", 21, STUDIED),
            Asked("stationnement-demenagement", 9, QUESTIONED),
            Asked("rendez-vous-nouvel-arrivant", 7, QUESTIONED),
        ),
        begun="pret-ordinateur",
    ),
    Family(
        ResidentClaims(
            family_name="DE LA TOUR-D’ESSAI DU BAC-À-SABLE",
            given_names=("Jean-Baptiste", "Marie-Ange"),
            birthdate="1974-11-30",
            gender="male",
            birth_place="35238",
            birth_country="99100",
            email="jean-baptiste@usagers.example",
        ),
        (
            (
                CHILD,
                {
                    "given_names": "Anne-Sophie",
                    "family_name": "De La Tour-D’Essai Du Bac-À-Sable",
                    "birthdate": "2009-01-19",
                },
            ),
            (
                CHILD,
                {"given_names": "Malo", "family_name": "Essai-Keradec", "birthdate": "2015-05-23", "other_home": True},
            ),
            (CHILD, {"given_names": "Yuna", "family_name": "Keradec", "birthdate": "2017-00-00", "other_home": True}),
            (DEPENDANT, {"given_names": "Marie-Ange", "family_name": "D’Essai", "birthdate": "1941-00-00"}),
        ),
        (
            (AddressKind.CURRENT, {"line": "31 chemin des Vignes-Hautes", **HERE}),
            (AddressKind.NEXT, {"line": "4 quai de l’Iselle, bâtiment B", **HERE, "since": "2027-09-01"}),
        ),
        (
            Asked("portage-repas", 40, DECIDED),
            Asked("terrasse", 12, STUDIED),
            Asked("accompagnement-numerique", 8, QUESTIONED),
        ),
    ),
    Family(
        ResidentClaims(
            family_name="EXEMPLEIRA DA SIMULAÇÃO",
            given_names=("Inês", "Beatriz"),
            birthdate="1995-04-25",
            gender="female",
            birth_country="99139",
            email="ines@usagers.example",
        ),
        ((CHILD, {"given_names": "Tomé", "family_name": "Exempleira", "birthdate": "2024-12-03"}),),
        ((AddressKind.CURRENT, {"line": "2 impasse du Lavoir", **HERE, "since": "2026-02-01"}),),
        (
            Asked("rendez-vous-nouvel-arrivant", 30, DECIDED),
            Asked("aide-energie", 6, QUESTIONED),
            Asked("carte-mediatheque", 1, WAITS),
        ),
    ),
    Family(
        ResidentClaims(
            family_name="O’TÈSTÙ-D’ÒRŒUF",
            given_names=("Siobhàn", "Cœlia", "Læticia"),
            birthdate="1983-12-21",
            gender="female",
            birth_place="06088",
            birth_country="99100",
            email="siobhan.o-test@usagers.example",
        ),
        (
            (CHILD, {"given_names": "Œ", "family_name": "O’Tèstù", "birthdate": "2018-08-08"}),
            (CHILD, {"given_names": "", "family_name": "D’Òrœuf", "birthdate": "2021-03-14"}),
        ),
        ((AddressKind.CURRENT, {"line": "19 allée des Tilleuls", **HERE}),),
        (Asked("acte-de-naissance", 33, DECIDED), Asked("pret-ordinateur", 7, QUESTIONED)),
    ),
    Family(
        ResidentClaims(
            family_name="ΠΑΡΆΔΕΙΓΜΑ",
            given_names=("Νίκος", "Δοκιμή"),
            birthdate="1988-07-19",
            gender="male",
            birth_country="99126",
            email="nikos@usagers.example",
        ),
        ((PARTNER, {"given_names": "Δανάη", "family_name": "ΔΟΚΙΜΑΣΊΑ", "birthdate": "1990-00-00"}),),
        ((AddressKind.CURRENT, {"line": "8 montée de la Tour", **HERE, "since": "2026-05-15"}),),
        (Asked("rendez-vous-nouvel-arrivant", 6, QUESTIONED), Asked("carte-mediatheque", 15, DECIDED)),
    ),
)
