"""Whom the simulated CAF and MSA know. Every case is made up, for the people of the sandbox."""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

CASES = Path(__file__).parent / "cases.json"
FRANCE = "99100"


@dataclass(frozen=True, slots=True)
class Case:
    """One person with what their fund computed. ``value`` in euros; ``children``: names, birth date, sex."""

    person: str
    note: str
    names: Sequence[str]
    family_name: str
    sex: str
    country: str
    commune: str
    birthdate: str
    provider: str
    value: int
    children: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """The person that a question names; parts of the birth date that were not given are 0."""

    family_name: str
    first_names: Sequence[str]
    sex: str
    country: str
    commune: str
    birth: tuple[int, int, int]


def load_cases() -> Sequence[Case]:
    """The cases, in the order of the file."""
    found: list[dict[str, Any]] = json.loads(CASES.read_text(encoding="utf-8"))
    return [Case(**entry) for entry in found]


def find_case(cases: Sequence[Case], asked: Asked) -> Case | None:
    """The case that a question is about: names without accents nor case, then birth as far as it is given."""
    return next((case for case in cases if _is(case, asked)), None)


def _is(case: Case, asked: Asked) -> bool:
    year, month, day = (int(part) for part in case.birthdate.split("-"))
    return (
        fold(case.family_name) == fold(asked.family_name)
        and fold(case.names[0]) in [fold(name) for name in asked.first_names]
        and case.sex == asked.sex
        and case.country == asked.country
        and (case.country != FRANCE or case.commune == asked.commune)
        and all(given in {0, known} for given, known in zip(asked.birth, (year, month, day), strict=True))
    )


def fold(text: str) -> str:
    """Letters and digits alone, in upper case, without accents."""
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "OE"))
    return "".join(character for character in plain.upper() if character.isalnum())


def describe(case: Case, today: date) -> Mapping[str, Any]:
    """The answer about a case, whole, as a service with every scope gives it."""
    holder = {
        "nom_naissance": case.family_name,
        "nom_usage": None,
        "prenoms": " ".join(case.names),
        "date_naissance": case.birthdate,
        "sexe": case.sex,
    }
    children = [
        {"nom_naissance": case.family_name, "nom_usage": None, "prenoms": names, "date_naissance": born, "sexe": sex}
        for names, born, sex in case.children
    ]
    address = {
        "destinataire": f"{'Madame' if case.sex == 'F' else 'Monsieur'} {case.family_name}",
        "complement_information": None,
        "complement_information_geographique": None,
        "numero_libelle_voie": "4 RUE DES TANNEURS",
        "lieu_dit": None,
        "code_postal_ville": "38999 VALMONT-SUR-ISELLE",
        "pays": "FRANCE",
    }
    quotient = {
        "fournisseur": case.provider,
        "valeur": case.value,
        "annee": today.year,
        "mois": today.month,
        "annee_calcul": today.year,
        "mois_calcul": today.month,
    }
    data = {"allocataires": [holder], "enfants": children, "adresse": address, "quotient_familial": quotient}
    return {"data": data, "links": {}, "meta": {}}
