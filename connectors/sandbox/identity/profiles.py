"""What makes each provider itself: parameters, scopes, lifetimes, levels, subjects. Facts: the two public contracts."""

import hashlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.identity.keys import Algorithm
from connectors.sandbox.identity.people import Person, load_agents, load_residents
from connectors.sandbox.settings import Client, SandboxSettings

PIVOT = ("given_name", "given_name_array", "family_name", "birthdate", "gender", "birthplace", "birthcountry")

RESIDENT_SCOPES: Mapping[str, tuple[str, ...]] = {
    "openid": (),
    "identite_pivot": PIVOT,
    "profile": ("given_name", "given_name_array", "family_name", "birthdate", "gender", "preferred_username"),
    "birth": ("birthplace", "birthcountry"),
    "cnaf_quotient_familial": (),
    "given_name": ("given_name", "given_name_array"),
    **{
        name: (name,)
        for name in (
            "gender", "birthdate", "birthplace", "birthcountry", "family_name", "preferred_username", "email",
            "idp_birthdate", "amr", "idp_id",
        )
    },
}  # fmt: skip

AGENT_SCOPES: Mapping[str, tuple[str, ...]] = {
    "openid": (),
    **{
        name: (name,)
        for name in ("given_name", "usual_name", "email", "uid", "siret", "idp_id", "roles", "organization_label")
    },
    "phone": ("phone_number",),
}

COMMON = frozenset(
    {"response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "prompt", "claims", "idp_hint"}
)


@dataclass(frozen=True, slots=True)
class Profile:
    """One provider. Durations in seconds; lengths in characters."""

    name: str
    title: str
    people_title: str
    issuer: str
    algorithm: Algorithm
    client: Client
    redirect_uri: str
    signed_out_uri: str
    people: Mapping[str, Person]
    scopes: Mapping[str, tuple[str, ...]]
    parameters: frozenset[str]
    levels: tuple[str, ...]
    level_required: bool
    pkce: bool
    min_state: int
    min_nonce: int
    code_seconds: int
    session_seconds: int
    session_slides: bool
    consent: bool
    cookie: str
    idp_hints: frozenset[str]
    malformed_code: str
    idp_hint_code: str
    subject: Callable[[Person, str], str]
    token_seconds: int = 60
    interaction_seconds: int = 1800

    def claims_for(self, person: Person, scope: str) -> dict[str, Any]:
        """The claims about a person that these scopes open, without `sub`; absent facts are left out."""
        names = {claim for asked in scope.split() for claim in self.scopes[asked]}
        return {name: value for name, value in person.claims.items() if name in names}


def make_profiles(settings: SandboxSettings, address: str) -> Mapping[str, Profile]:
    """Both providers, for a sandbox at `address`."""
    return {profile.name: profile for profile in (_franceconnect(settings, address), _proconnect(settings, address))}


def resident_subject(person: Person, client_id: str) -> str:
    """64 hexadecimal characters then ``v1``: stable for a person, different for each service.

    Made from the pivot identity, the birthplace counting only in France: a change of civil status changes it.
    """
    claims = person.claims
    place = claims["birthplace"] if claims["birthcountry"] == "99100" else ""
    names = ("given_name", "family_name", "birthdate", "gender")
    pivot = "|".join([client_id, *(str(claims[name]) for name in names), place, claims["birthcountry"]])
    return hashlib.sha256(pivot.encode()).hexdigest() + "v1"


def agent_subject(person: Person, client_id: str) -> str:
    """A UUID, different for each pair of home organisation's provider and service."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"bac:{client_id}:{person.claims['idp_id']}:{person.claims['uid']}"))


def _franceconnect(settings: SandboxSettings, address: str) -> Profile:
    return Profile(
        name="franceconnect",
        title="Connexion des usagers",
        people_title="Quel usager êtes-vous ?",
        issuer=f"{address}/franceconnect/api/v2",
        algorithm="ES256",
        client=settings.resident,
        redirect_uri=f"{settings.portal_url}/connexion/usager/retour",
        signed_out_uri=f"{settings.portal_url}/deconnexion/retour",
        people=load_residents(),
        scopes=RESIDENT_SCOPES,
        parameters=COMMON | {"response_mode", "acr_values", "code_challenge", "code_challenge_method"},
        levels=("eidas1",),
        level_required=True,
        pkce=True,
        min_state=1,
        min_nonce=22,
        code_seconds=30,
        session_seconds=1800,
        session_slides=True,
        consent=True,
        cookie="bac_fc",
        idp_hints=frozenset({"bac-fip-1"}),
        malformed_code="030007",
        idp_hint_code="030032",
        subject=resident_subject,
    )


def _proconnect(settings: SandboxSettings, address: str) -> Profile:
    people = load_agents()
    return Profile(
        name="proconnect",
        title="Connexion des agents",
        people_title="Quel agent êtes-vous ?",
        issuer=f"{address}/proconnect/api/v2",
        algorithm="RS256",
        client=settings.agent,
        redirect_uri=f"{settings.portal_url}/connexion/agent/retour",
        signed_out_uri=f"{settings.portal_url}/deconnexion/retour",
        people=people,
        scopes=AGENT_SCOPES,
        parameters=COMMON | {"login_hint", "siret_hint"},
        levels=("eidas0", "eidas0-mfa", "eidas1", "eidas1-mfa", "eidas2", "eidas3"),
        level_required=False,
        pkce=False,
        min_state=32,
        min_nonce=32,
        code_seconds=60,
        session_seconds=12 * 3600,
        session_slides=False,
        consent=False,
        cookie="bac_pc",
        idp_hints=frozenset(str(person.claims["idp_id"]) for person in people.values()),
        malformed_code="Y000400",
        idp_hint_code="Y000400",
        subject=agent_subject,
    )
