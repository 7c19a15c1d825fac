"""Checking what a provider signs (OpenID Connect Core 1.0 §3.1.3.7, §5.3.2; RFC 8725). Pure: keys and time are given.

The algorithm is the one agreed with the provider and set here, never the one a token announces; a key is one the
provider publishes, never one that a token carries or points to.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode

from portal.people.identity.errors import SignInFailed

LEEWAY = 30  # seconds
MAX_LENGTH = 64 * 1024
KEY_TYPES = {"ES256": "EC", "RS256": "RSA"}
MIN_RSA_BITS = 2048  # RFC 7518 §3.3
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
# Header parameters that bring a key, or ask for processing that is not done here.
FORBIDDEN_HEADERS = frozenset({"jku", "jwk", "x5u", "x5c", "crit", "b64", "zip", "enc"})


class UnknownKey(SignInFailed):
    """The token names a key that is not among those given: they may have been renewed."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token must say. ``prefix`` opens the codes of refusals: ``id_token`` or ``userinfo``."""

    prefix: str
    algorithm: str
    issuer: str
    client_id: str
    at: datetime

    def refuse(self, why: str) -> SignInFailed:
        """The refusal to raise."""
        return SignInFailed(f"{self.prefix}_{why}")


def verify_id_token(
    token: str, keys: KeySet, expected: Expected, *, nonce: str, access_token: str = ""
) -> dict[str, Any]:
    """The claims of an id_token, all checked, except the level of assurance.

    ``access_token`` came with it: where the id_token tells its hash, it must be that one's (§3.1.3.8).

    :raises UnknownKey: its key is not among ``keys``.
    :raises SignInFailed: ``id_token_<what is wrong>``.
    """
    claims = _verified(token, keys, expected)
    _check_origin(claims, expected)
    _check_time(claims, expected, required=True)
    given = claims.get("nonce")
    if not isinstance(given, str) or not given.isascii() or not hmac.compare_digest(given, nonce):
        raise expected.refuse("nonce")
    if claims.get("at_hash") not in {None, _half_hash(access_token)}:
        raise expected.refuse("at_hash")
    return claims


def verify_userinfo(token: str, keys: KeySet, expected: Expected) -> dict[str, Any]:
    """The claims of a signed userinfo answer.

    :raises UnknownKey: its key is not among ``keys``.
    :raises SignInFailed: ``userinfo_<what is wrong>``.
    """
    claims = _verified(token, keys, expected)
    _check_origin(claims, expected)
    _check_time(claims, expected, required=False)
    return claims


def check_subject(id_claims: Mapping[str, Any], userinfo: Mapping[str, Any]) -> str:
    """The ``sub`` that both give.

    :raises SignInFailed: it is missing, or they differ (§5.3.2: the answer must then not be used).
    """
    sub = id_claims.get("sub")
    if not isinstance(sub, str) or not 0 < len(sub) <= 255 or not sub.isascii() or not sub.isprintable():
        raise SignInFailed("id_token_sub")
    if userinfo.get("sub") != sub:
        raise SignInFailed("userinfo_sub")
    return sub


def _verified(token: str, keys: KeySet, expected: Expected) -> dict[str, Any]:
    header = _header(token, expected)
    if header.get("alg") != expected.algorithm:
        raise expected.refuse("algorithm")
    if FORBIDDEN_HEADERS & header.keys():
        raise expected.refuse("header")
    if str(header.get("typ", "")).lower().endswith("+jwt"):  # made for another purpose (RFC 8725 §3.11)
        raise expected.refuse("type")
    key = _key(header, keys, expected)
    registry = JWSRegistry(algorithms=[expected.algorithm], strict_check_header=False)
    try:
        verified = jws.deserialize_compact(token.encode(), key, algorithms=[expected.algorithm], registry=registry)
    except (JoseError, ValueError, TypeError):
        raise expected.refuse("signature") from None
    return _read_object(verified.payload, expected.refuse("payload"))


def _header(token: str, expected: Expected) -> dict[str, Any]:
    """The header, read but not believed: it serves to refuse early and to choose among published keys."""
    if len(token) > MAX_LENGTH or not _COMPACT.fullmatch(token):
        raise expected.refuse("shape")
    try:
        text = urlsafe_b64decode(token.split(".", 1)[0].encode())
    except ValueError:
        raise expected.refuse("shape") from None
    return _read_object(text, expected.refuse("shape"))


def _read_object(text: bytes, refusal: SignInFailed) -> dict[str, Any]:
    """A JSON object in which no name comes twice: two programs would not read the same one (RFC 7519 §4)."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError
        return found

    try:
        read = json.loads(text, object_pairs_hook=once)
    except (ValueError, RecursionError):
        raise refusal from None
    if not isinstance(read, dict):
        raise refusal
    return read


def _key(header: Mapping[str, Any], keys: KeySet, expected: Expected) -> ECKey | RSAKey:
    """The published signing key of the agreed kind that the token names; without a name, the only one there is."""
    usable = [
        key
        for key in keys
        if isinstance(key, ECKey | RSAKey)
        and key.key_type == KEY_TYPES[expected.algorithm]
        and _is_strong(key)
        and key.get("use") in {None, "sig"}
        and key.get("alg") in {None, expected.algorithm}
    ]
    kid = header.get("kid")
    if kid is None and len(usable) == 1:
        return usable[0]
    for key in usable:
        if kid is not None and key.kid == kid:
            return key
    raise UnknownKey(f"{expected.prefix}_key")


def _is_strong(key: ECKey | RSAKey) -> bool:
    """True for the curve of ES256, and for an RSA key that is long enough."""
    return key.curve_name == "P-256" if isinstance(key, ECKey) else key.public_key.key_size >= MIN_RSA_BITS


def _half_hash(access_token: str) -> str:
    """The left half of the token's SHA-256, which both agreed algorithms are built on."""
    return base64.urlsafe_b64encode(hashlib.sha256(access_token.encode()).digest()[:16]).rstrip(b"=").decode()


def _check_origin(claims: Mapping[str, Any], expected: Expected) -> None:
    if claims.get("iss") != expected.issuer:
        raise expected.refuse("issuer")
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    if not isinstance(audiences, list) or expected.client_id not in audiences:
        raise expected.refuse("audience")
    azp = claims.get("azp")
    if (azp is not None or len(audiences) > 1) and azp != expected.client_id:
        raise expected.refuse("audience")


def _check_time(claims: Mapping[str, Any], expected: Expected, *, required: bool) -> None:
    at = expected.at.timestamp()
    for name in ("exp", "iat", "nbf"):
        value = claims.get(name)
        if value is None:
            if required and name != "nbf":
                raise expected.refuse(name)
            continue
        if isinstance(value, bool) or not isinstance(value, int | float) or not _is_date(value):
            raise expected.refuse(name)
        if (value + LEEWAY <= at) if name == "exp" else (value - LEEWAY > at):
            raise expected.refuse("expired" if name == "exp" else "early")


def _is_date(value: float) -> bool:
    """True for a number of seconds that some year could have; an endless integer cannot even be compared."""
    return abs(value) < 2**53
