"""The rules an authorisation request must follow, provider by provider."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from connectors.sandbox.identity.people import Person
from connectors.sandbox.identity.profiles import Profile

CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
SIRET = re.compile(r"\d{14}")


class Refused(Exception):
    """The request is not sent back to the service: the person sees an error page with this code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A request that passed the rules. Empty text = not given."""

    redirect_uri: str
    scope: str
    state: str
    nonce: str
    challenge: str
    prompt: str
    login_hint: str
    levels: tuple[str, ...]
    levels_essential: bool
    amr: bool

    def as_data(self) -> dict[str, Any]:
        """The same, ready to be kept as JSON."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "AuthorizationRequest":
        """Read back what `as_data` made."""
        return cls(**{**data, "levels": tuple(data["levels"])})


def read_request(profile: Profile, given: Mapping[str, Sequence[str]]) -> AuthorizationRequest:
    """Check the parameters of an authorisation request; each has the list of its values.

    Raises:
        Refused: with the provider's code for this mistake.

    """
    repeated = sorted(name for name, values in given.items() if len(values) > 1)
    if repeated:
        raise Refused(profile.malformed_code, f"Paramètre répété : {', '.join(repeated)}.")
    asked = {name: values[0] for name, values in given.items()}
    unknown = sorted(asked.keys() - profile.parameters)
    if unknown:
        raise Refused(profile.malformed_code, f"Paramètre non accepté : {', '.join(unknown)}.")
    _check_client(profile, asked)
    _check_basics(profile, asked)
    _check_hints(profile, asked)
    challenge = _read_challenge(profile, asked)
    levels, essential, amr = _read_levels(profile, asked)
    return AuthorizationRequest(
        redirect_uri=asked["redirect_uri"],
        scope=asked["scope"],
        state=asked["state"],
        nonce=asked["nonce"],
        challenge=challenge,
        prompt=asked.get("prompt", ""),
        login_hint=asked.get("login_hint", ""),
        levels=levels,
        levels_essential=essential,
        amr=amr,
    )


def level_for(profile: Profile, asked: AuthorizationRequest, person: Person) -> str | None:
    """The `acr` this person reaches for this request; None when an essential level is out of reach.

    Among the levels asked for, the strongest one the person has; without a wish, the person's usual one.
    """
    reached = person.levels or profile.levels
    fitting = [level for level in profile.levels if level in reached and level in asked.levels]
    if fitting:
        return fitting[-1]
    return None if asked.levels_essential else reached[0]


def methods_for(level: str) -> list[str]:
    """The `amr` that goes with a level: two factors when the level says so."""
    return ["pwd", "otp", "mfa"] if level.endswith("-mfa") or level in {"eidas2", "eidas3"} else ["pwd"]


def _check_client(profile: Profile, asked: Mapping[str, str]) -> None:
    if asked.get("client_id") != profile.client.id:
        raise Refused(profile.malformed_code, "Service inconnu : « client_id » ne correspond à aucun service.")
    if asked.get("redirect_uri") != profile.redirect_uri:
        raise Refused("Y030031", f"L’adresse de retour n’est pas celle enregistrée : {profile.redirect_uri}")


def _check_basics(profile: Profile, asked: Mapping[str, str]) -> None:
    faults = {
        "« response_type » doit valoir « code ».": asked.get("response_type") != "code",
        "« response_mode » doit valoir « query ».": asked.get("response_mode", "query") != "query",
        "« scope » doit contenir « openid ».": "openid" not in asked.get("scope", "").split(),
        "« scope » contient une valeur inconnue.": bool(set(asked.get("scope", "").split()) - profile.scopes.keys()),
        f"« state » doit avoir au moins {profile.min_state} caractère(s).": (
            len(asked.get("state", "")) < profile.min_state
        ),
        f"« nonce » doit avoir au moins {profile.min_nonce} caractères.": (
            len(asked.get("nonce", "")) < profile.min_nonce
        ),
        "« acr_values » est obligatoire.": profile.level_required and not asked.get("acr_values"),
        "« acr_values » contient un niveau inconnu.": bool(
            set(asked.get("acr_values", "").split()) - {*profile.levels}
        ),
        "« prompt » a une valeur inconnue.": bool(
            set(asked.get("prompt", "").split()) - {"login", "consent", *(() if profile.consent else ("none",))}
        ),
    }
    found = [sentence for sentence, broken in faults.items() if broken]
    if found:
        raise Refused(profile.malformed_code, " ".join(found))


def _check_hints(profile: Profile, asked: Mapping[str, str]) -> None:
    if "idp_hint" in asked and asked["idp_hint"] not in profile.idp_hints:
        raise Refused(profile.idp_hint_code, "« idp_hint » ne nomme aucun fournisseur permis à ce service.")
    if "siret_hint" in asked and not SIRET.fullmatch(asked["siret_hint"]):
        raise Refused(profile.malformed_code, "« siret_hint » doit avoir 14 chiffres.")


def _read_challenge(profile: Profile, asked: Mapping[str, str]) -> str:
    challenge, method = asked.get("code_challenge", ""), asked.get("code_challenge_method", "")
    if not challenge and not method:
        return ""
    if method != "S256" or not CHALLENGE.fullmatch(challenge):
        raise Refused(profile.malformed_code, "« code_challenge » doit être donné avec la méthode « S256 ».")
    return challenge


def _read_levels(profile: Profile, asked: Mapping[str, str]) -> tuple[tuple[str, ...], bool, bool]:
    """Levels wished for, whether they are essential, and whether `amr` is wanted in the id_token."""
    voluntary = tuple(asked.get("acr_values", "").split())
    if "claims" not in asked:
        return voluntary, False, False
    try:
        wanted = json.loads(asked["claims"])["id_token"]
        acr = wanted.get("acr") or {}
        values = tuple(str(value) for value in acr.get("values") or ([acr["value"]] if "value" in acr else ()))
        return values or voluntary, bool(acr.get("essential")) and bool(values), "amr" in wanted
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused(profile.malformed_code, "« claims » doit être un objet JSON avec « id_token ».") from error
