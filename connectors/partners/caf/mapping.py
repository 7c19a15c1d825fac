"""Between the dictionary's concepts and the parameters of API Particulier. Pure: no input, no output, no clock."""

import re
from collections.abc import Mapping
from typing import Any

from connectors.partners.caf.wire import FamilyQuotient
from connectors.sdk import EntitlementAnswer, PermanentError

QUOTIENT = "caf.family_quotient"
FRANCE = "99100"
MOST_NAMES = 3
_SEXES = {"female": "F", "male": "M"}
_COUNTRY = re.compile(r"[0-9]{5}")
_COMMUNE = re.compile(r"[0-9]{5}|2[AB][0-9]{3}")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
Parameters = list[tuple[str, str]]


def to_parameters(payload: Mapping[str, Any]) -> Parameters:
    """The query that names one person. ``payload`` holds declared concepts only.

    Raises PermanentError ``identity_incomplete``: what the partner needs to find anybody is missing or unreadable.
    """
    country = _matching(_COUNTRY, payload.get("person.birth_country"))
    parameters = [
        ("nomNaissance", _text(payload.get("person.family_name"))),
        *(("prenoms[]", name) for name in _first_names(payload.get("person.given_names"))),
        ("sexeEtatCivil", _SEXES.get(str(payload.get("person.gender")), "")),
        ("codeCogInseePaysNaissance", country),
    ]
    if country == FRANCE:
        parameters.append(("codeCogInseeCommuneNaissance", _matching(_COMMUNE, payload.get("person.birth_place"))))
    if not all(value for _name, value in parameters):
        raise PermanentError("identity_incomplete")
    return parameters + _birthdate(payload.get("person.birthdate"))


def _birthdate(value: Any) -> Parameters:
    """Year, month and day as far as they are known: some people have no day of birth, or only a year."""
    parts = _DATE.fullmatch(str(value or ""))
    known: Parameters = []
    for name, part in zip(
        ("anneeDateNaissance", "moisDateNaissance", "jourDateNaissance"), parts.groups() if parts else (), strict=False
    ):
        if int(part) == 0:
            break
        known.append((name, str(int(part))))
    return known


def _first_names(value: Any) -> list[str]:
    """The first three, in the order of the civil status; one empty name when there is none."""
    names = value if isinstance(value, list | tuple) else str(value or "").split()
    return [_text(name) for name in names if _text(name)][:MOST_NAMES] or [""]


def _text(value: Any) -> str:
    return " ".join(str(value or "").split())


def _matching(shape: re.Pattern[str], value: Any) -> str:
    text = str(value or "")
    return text if shape.fullmatch(text) else ""


def to_answer(quotient: FamilyQuotient, *, fresh_for: int | None = None) -> EntitlementAnswer:
    """What is told of somebody who is known: zero is a value like another."""
    return EntitlementAnswer(
        found=True,
        values={QUOTIENT: str(quotient.valeur)},
        source=quotient.fournisseur,
        period=f"{quotient.annee:04d}-{quotient.mois:02d}",
        fresh_for=fresh_for,
    )
