"""Ways for a provider, or for somebody who plays it, to answer wrongly; each one prepares a double."""

from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Response

from portal.people.identity.enums import Realm
from tests.portal.people.provider_double import Claims, Double, new_key, sign, unsigned

Doubles = dict[Realm, Double]
Spoil = Callable[[Double, Double], None]
OTHER = {"ES256": "RS256", "RS256": "ES256"}


def id_claims(**changes: Any) -> Spoil:
    """Honestly signed, with other claims; None takes one away."""

    def spoil(double: Double, _other: Double) -> None:
        double.wrong.id_claims = lambda claims: {k: v for k, v in {**claims, **changes}.items() if v is not None}

    return spoil


def id_shift(**seconds: int) -> Spoil:
    """Times moved."""

    def spoil(double: Double, _other: Double) -> None:
        double.wrong.id_claims = lambda claims: (
            claims | {name: claims.get(name, claims["iat"]) + by for name, by in seconds.items()}
        )

    return spoil


def id_token(make: Callable[[Double, Claims, Claims], str]) -> Spoil:
    def spoil(double: Double, _other: Double) -> None:
        double.wrong.id_token = make

    return spoil


def userinfo_claims(**changes: Any) -> Spoil:
    def spoil(double: Double, _other: Double) -> None:
        double.wrong.userinfo_claims = lambda claims: {k: v for k, v in {**claims, **changes}.items() if v is not None}

    return spoil


def userinfo(make: Callable[[Double, Claims, Claims], Response]) -> Spoil:
    def spoil(double: Double, _other: Double) -> None:
        double.wrong.userinfo = make

    return spoil


def token(answer: Callable[[Claims], Response]) -> Spoil:
    def spoil(double: Double, _other: Double) -> None:
        double.wrong.token = answer

    return spoil


def callback(**changes: str | None) -> Spoil:
    def spoil(double: Double, _other: Double) -> None:
        double.wrong.callback = lambda query: {k: v for k, v in {**query, **changes}.items() if v is not None}

    return spoil


def public_pem(double: Double) -> bytes:
    return double.key.as_pem(private=False)


def with_attacker_key(double: Double, header: Claims, claims: Claims) -> str:
    return sign(header, claims, new_key(double.algorithm, header["kid"]))


def with_embedded_key(double: Double, header: Claims, claims: Claims) -> str:
    mine = new_key(double.algorithm, "mine")
    return sign({**header, "jwk": mine.as_dict(private=False), "kid": "mine"}, claims, mine)


def with_altered_body(double: Double, header: Claims, claims: Claims) -> str:
    honest, forged = sign(header, claims, double.key), unsigned({**claims, "sub": "somebody-else"})
    return ".".join([honest.split(".")[0], forged.split(".")[1], honest.split(".")[2]])


def with_other_algorithm(double: Double, header: Claims, claims: Claims) -> str:
    """Honestly signed by a key the provider publishes, with an algorithm that was not agreed."""
    key = new_key(OTHER[double.algorithm], "other-kind")
    double.published = [*double.published, key]
    return sign({**header, "alg": OTHER[double.algorithm], "kid": "other-kind"}, claims, key)


def from_the_other_provider(double: Double, other: Double) -> None:
    """A token of the other provider, for the other client, brought to this callback."""
    double.wrong.id_token = lambda _double, _header, claims: sign(
        {"alg": other.algorithm, "kid": other.key.kid},
        {**claims, "iss": other.issuer, "aud": other.client_id},
        other.key,
    )


def relabelled_from_the_other_provider(double: Double, other: Double) -> None:
    """The same, pretending to be from here."""
    double.wrong.id_token = lambda _double, _header, claims: sign(
        {"alg": other.algorithm, "kid": double.key.kid}, claims, other.key
    )
