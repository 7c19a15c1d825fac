"""From what a provider sends to what the portal keeps. A provider is trusted to vouch, not to write safe text. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from portal.people.accounts.service import AgentClaims, ResidentClaims, is_birthdate
from portal.people.identity.errors import SignInFailed

MAX_TEXT = 300
_COMMUNE = re.compile(r"\d[\dAB]\d{3}")
_COUNTRY = re.compile(r"\d{5}")
_EMAIL = re.compile(r"[^\s@<>,;]{1,64}@[^\s@<>,;]{1,185}")
# Format and control characters, among which the ones that reverse the direction of a text; joiners inside names remain.
_JOINERS = frozenset("\u200c\u200d")


def clean_text(value: Any) -> str:
    """A string without control or direction characters, in NFC, single-spaced, at most 300 characters; else empty."""
    if not isinstance(value, str):
        return ""
    visible = (
        character
        if character in _JOINERS or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
        else " "
        for character in value
    )
    return " ".join(unicodedata.normalize("NFC", "".join(visible)).split())[:MAX_TEXT].rstrip()


def read_resident(claims: Mapping[str, Any]) -> ResidentClaims:
    """The pivot identity (FranceConnect v2 names). A claim of another shape than announced is left out.

    :raises SignInFailed: neither a family name nor a given name came.
    """
    parts = claims.get("given_name_array")
    if isinstance(parts, list):
        given = [clean_text(part) for part in parts]
    else:
        given = clean_text(claims.get("given_name")).split()
    family_name = clean_text(claims.get("family_name"))
    if not family_name and not any(given):
        raise SignInFailed("identity_incomplete")
    birthdate, gender = clean_text(claims.get("birthdate")), clean_text(claims.get("gender"))
    return ResidentClaims(
        family_name=family_name,
        given_names=tuple(part for part in given[:20] if part),
        preferred_name=clean_text(claims.get("preferred_username")),
        birthdate=birthdate if is_birthdate(birthdate) else "",
        gender=gender if gender in {"male", "female"} else "",
        birth_place=_code(claims.get("birthplace"), _COMMUNE),
        birth_country=_code(claims.get("birthcountry"), _COUNTRY),
        email=_address(claims.get("email")),
    )


def read_agent(claims: Mapping[str, Any]) -> AgentClaims:
    """The professional identity (ProConnect names)."""
    return AgentClaims(
        siret=clean_text(claims.get("siret")).replace(" ", ""),
        email=_address(claims.get("email")),
        given_name=clean_text(claims.get("given_name")),
        usual_name=clean_text(claims.get("usual_name")),
    )


def read_acr(value: Any) -> str:
    """A level of assurance, as a short code; empty when it is nothing that could be kept or compared."""
    return value if isinstance(value, str) and len(value) <= 100 and value.isascii() and value.isprintable() else ""


def read_amr(value: Any) -> tuple[str, ...]:
    """Authentication methods, as a few short codes."""
    if not isinstance(value, list):
        return ()
    return tuple(text[:20] for text in (clean_text(item) for item in value[:10]) if text)


def _code(value: Any, shape: re.Pattern[str]) -> str:
    text = clean_text(value)
    return text if shape.fullmatch(text) else ""


def _address(value: Any) -> str:
    text = clean_text(value)
    return text if _EMAIL.fullmatch(text) else ""
