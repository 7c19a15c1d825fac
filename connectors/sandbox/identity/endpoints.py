"""What the portal's program calls: discovery, keys, token, userinfo."""

import hmac
import uuid
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, make_response, request
from flask.typing import ResponseReturnValue

from connectors.sandbox.identity.profiles import Profile
from connectors.sandbox.identity.tokens import make_id_token, pkce_matches, sign
from connectors.sandbox.incidents.answers import exposed
from connectors.sandbox.incidents.scenarios import Stage
from connectors.sandbox.world import world

# The support code FranceConnect shows for a refused grant; the other ones are this sandbox's own.
SUPPORT_CODES = {"invalid_grant": "Y049E20B"}


def add_endpoints(blueprint: Blueprint) -> None:
    """Give a provider's blueprint the routes of this module."""
    blueprint.add_url_rule("/.well-known/openid-configuration", view_func=discovery)
    blueprint.add_url_rule("/jwks", view_func=jwks)
    blueprint.add_url_rule("/token", view_func=token, methods=["POST"])
    blueprint.add_url_rule("/userinfo", view_func=userinfo, methods=["GET", "POST"])


def current_profile() -> Profile:
    """The provider whose address is being asked."""
    return world().profiles[str(request.blueprint)]


@exposed()
def discovery() -> ResponseReturnValue:
    """The discovery document (OpenID Connect Discovery 1.0, 3)."""
    profile = current_profile()
    document: dict[str, Any] = {
        "issuer": profile.issuer,
        "authorization_endpoint": f"{profile.issuer}/authorize",
        "token_endpoint": f"{profile.issuer}/token",
        "userinfo_endpoint": f"{profile.issuer}/userinfo",
        "jwks_uri": f"{profile.issuer}/jwks",
        "end_session_endpoint": f"{profile.issuer}/session/end",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["pairwise"],
        "scopes_supported": list(profile.scopes),
        "claims_supported": sorted({"sub", "acr", "auth_time", "iss", *sum(profile.scopes.values(), ())}),
        "acr_values_supported": list(profile.levels),
        "claims_parameter_supported": True,
        "request_parameter_supported": False,
        "authorization_response_iss_parameter_supported": True,
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
        "id_token_signing_alg_values_supported": [profile.algorithm],
        "userinfo_signing_alg_values_supported": [profile.algorithm],
    }
    if profile.pkce:
        document["code_challenge_methods_supported"] = ["S256"]
    return jsonify(document)


@exposed()
def jwks() -> ResponseReturnValue:
    """The published keys."""
    return jsonify({"keys": world().keys[current_profile().name].published()})


@exposed()
def token() -> ResponseReturnValue:
    """Exchange a code, once, for an access token and an id_token (OpenID Connect Core 1.0, 3.1.3)."""
    profile = current_profile()
    if request.authorization is not None or not _is_client(profile):
        return _oauth_error(401, "invalid_client", "client_id et client_secret sont attendus dans le corps, exacts")
    if request.form.get("grant_type") != "authorization_code":
        return _oauth_error(400, "unsupported_grant_type", "grant_type doit valoir authorization_code")
    if world().board.take(profile.name, Stage.TOKEN) == "token_error":
        return _oauth_error(400, "invalid_grant", "le fournisseur simulé refuse ce code")
    code = request.form.get("code", "")
    grant = world().tickets.use("code", profile.name, code)
    if grant is None:
        world().tickets.withdraw_issued_for(code)
        return _oauth_error(400, "invalid_grant", "code inconnu, expiré ou déjà utilisé")
    if request.form.get("redirect_uri") != grant["redirect_uri"]:
        return _oauth_error(400, "invalid_grant", "redirect_uri différente de celle de la demande")
    if not pkce_matches(grant["challenge"], request.form.get("code_verifier", "")):
        return _oauth_error(400, "invalid_grant", "code_verifier ne correspond pas")
    return jsonify(_issue_tokens(profile, code, grant))


@exposed()
def userinfo() -> ResponseReturnValue:
    """The claims opened by the access token, as a signed JWT."""
    profile = current_profile()
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    access = world().tickets.read("access", profile.name, bearer) if scheme.lower() == "bearer" else None
    if access is None:
        refusal = _oauth_error(401, "invalid_token", "jeton d’accès inconnu ou expiré")
        refusal.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
        return refusal
    scenario = world().board.take(profile.name, Stage.USERINFO)
    person = profile.people[access["person"]]
    claims = {
        "sub": access["sub"],
        **profile.claims_for(person, access["scope"]),
        **_envelope(profile),
    }
    if scenario == "userinfo_sub_mismatch":
        claims["sub"] = "0" * 8 + claims["sub"][8:]
    if scenario == "userinfo_unsigned":
        return jsonify(claims)
    ring = world().keys[profile.name]
    if scenario == "userinfo_wrong_signature":
        text = sign(ring, ring.stranger, claims, kid=str(ring.signing.kid))
    else:
        text = sign(ring, ring.signing, claims)
    answer = make_response(text)
    answer.content_type = "application/jwt"
    return answer


def _issue_tokens(profile: Profile, code: str, grant: dict[str, Any]) -> dict[str, Any]:
    person = profile.people[grant["person"]]
    subject = profile.subject(person, profile.client.id)
    access = world().tickets.issue(
        "access",
        profile.name,
        {"person": person.id, "sub": subject, "scope": grant["scope"], "code": code},
        seconds=profile.token_seconds,
    )
    claims = {
        "sub": subject,
        "auth_time": grant["auth_time"],
        "acr": grant["acr"],
        "nonce": grant["nonce"],
        **_envelope(profile),
    }
    if grant["amr"]:
        claims["amr"] = grant["amr"]
    scenario = world().board.take(profile.name, Stage.ID_TOKEN)
    return {
        "access_token": access,
        "token_type": "Bearer",
        "expires_in": profile.token_seconds,
        "scope": grant["scope"],
        "id_token": make_id_token(world().keys[profile.name], claims, scenario),
    }


def _envelope(profile: Profile) -> dict[str, Any]:
    issued = int(world().now())
    return {"iss": profile.issuer, "aud": profile.client.id, "iat": issued, "exp": issued + profile.token_seconds}


def _is_client(profile: Profile) -> bool:
    told = (request.form.get("client_id", ""), request.form.get("client_secret", ""))
    expected = (profile.client.id, profile.client.secret)
    return hmac.compare_digest("\0".join(told).encode(), "\0".join(expected).encode())


def _oauth_error(status: int, error: str, description: str) -> Response:
    code = SUPPORT_CODES.get(error, f"BAC-{error}")
    where = urlencode({"code": code, "id": str(uuid.uuid4())})
    body = {
        "error": error,
        "error_description": description,
        "error_uri": f"{current_profile().issuer}/erreur?{where}",
    }
    answer = jsonify(body)
    answer.status_code = status
    return answer
