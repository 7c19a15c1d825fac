"""Signed tokens, and the flawed ones the incidents ask for."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError

from connectors.sandbox.identity.keys import Key, KeyRing

Claims = dict[str, Any]
ELSEWHERE = "https://autre-fournisseur.example/api/v2"

FLAWED_CLAIMS: Mapping[str, Callable[[Claims], Claims]] = {
    "wrong_iss": lambda claims: {**claims, "iss": ELSEWHERE},
    "wrong_aud": lambda claims: {**claims, "aud": "un-autre-service"},
    "expired_id_token": lambda claims: {**claims, "iat": claims["iat"] - 3600, "exp": claims["iat"] - 3000},
    "wrong_nonce": lambda claims: {**claims, "nonce": "n" * len(str(claims["nonce"]))},
    "missing_nonce": lambda claims: _without(claims, "nonce"),
    "low_acr": lambda claims: {**claims, "acr": "eidas0"},
    "missing_acr": lambda claims: _without(claims, "acr"),
}


def make_id_token(ring: KeyRing, claims: Claims, scenario: str) -> str:
    """The id_token of these claims, with the flaw of the scenario if it has one here."""
    claims = FLAWED_CLAIMS.get(scenario, dict)(claims)
    key = ring.signing
    match scenario:
        case "alg_none":
            return unsigned(claims)
        case "hs256_with_public_key":
            return signed_by_public_key(key, claims)
        case "unknown_kid":
            return sign(ring, ring.stranger, claims)
        case "wrong_signature":
            return sign(ring, ring.stranger, claims, kid=str(key.kid))
    return sign(ring, key, claims)


def sign(ring: KeyRing, key: Key, claims: Claims, *, kid: str | None = None) -> str:
    """A compact JWS; `kid` lets a key pass for another."""
    header = {"alg": ring.algorithm, "typ": "JWT", "kid": kid or str(key.kid)}
    return jwt.encode(header, claims, key, algorithms=[ring.algorithm])


def unsigned(claims: Claims) -> str:
    """A token that says it needs no signature."""
    return ".".join([_part({"alg": "none", "typ": "JWT"}), _part(claims), ""])


def signed_by_public_key(key: Key, claims: Claims) -> str:
    """A token whose HMAC secret is the published key: the classic confusion of algorithms."""
    content = ".".join([_part({"alg": "HS256", "typ": "JWT", "kid": str(key.kid)}), _part(claims)])
    secret = key.as_pem(private=False)
    return f"{content}.{_base64url(hmac.new(secret, content.encode(), hashlib.sha256).digest())}"


def read_hint(ring: KeyRing, token: str, issuer: str, audience: str) -> Claims | None:
    """The claims of an id_token of ours, however old; None when it is not ours."""
    try:
        kid = json.loads(_unpad(token.split(".")[0])).get("kid", "")
        key = ring.known(str(kid))
        if key is None:
            return None
        claims = jwt.decode(token, key, algorithms=[ring.algorithm]).claims
    except (JoseError, ValueError, AttributeError):
        return None
    return claims if (claims.get("iss"), claims.get("aud")) == (issuer, audience) else None


def pkce_matches(challenge: str, verifier: str) -> bool:
    """Whether a verifier is the one behind an S256 challenge (RFC 7636, 4.6); no challenge goes with no verifier."""
    if not challenge or not verifier:
        return challenge == verifier
    made = _base64url(hashlib.sha256(verifier.encode()).digest())
    return hmac.compare_digest(made, challenge)


def _without(claims: Claims, name: str) -> Claims:
    return {key: value for key, value in claims.items() if key != name}


def _part(value: Claims) -> str:
    return _base64url(json.dumps(value, separators=(",", ":")).encode())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unpad(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
