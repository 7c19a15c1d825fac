"""A small OpenID Connect provider over real HTTP, honest by default and wrong on demand."""

import base64
import functools
import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc.jwk import ECKey, RSAKey
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from portal.ground.clock import now

Claims = dict[str, Any]


def new_key(kind: str, kid: str) -> ECKey | RSAKey:
    parameters = {"use": "sig", "kid": kid}
    return ECKey.generate_key("P-256", parameters) if kind == "ES256" else RSAKey.generate_key(2048, parameters)


@functools.cache
def home_key(kind: str) -> ECKey | RSAKey:
    """The key that doubles publish at first: made once, an RSA key takes time."""
    return new_key(kind, "pkcs11:ours:hsm")


def sign(header: Claims | str, claims: Claims | str, key: Any) -> str:
    """A compact JWS, made by hand so that anything may be put in it. ``key``: a key of ours, or bytes for HS256."""
    body = f"{_part(header)}.{_part(claims)}"
    return f"{body}.{encoded(_signature(body.encode(), key))}"


def unsigned(claims: Claims) -> str:
    return f"{_part({'alg': 'none'})}.{_part(claims)}."


def _signature(body: bytes, key: Any) -> bytes:
    if isinstance(key, bytes):
        return hmac.digest(key, body, "sha256")
    private = key.get_op_key("sign")
    if isinstance(key, RSAKey):
        return private.sign(body, padding.PKCS1v15(), hashes.SHA256())
    r, s = decode_dss_signature(private.sign(body, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32) + s.to_bytes(32)


def _part(data: Claims | str) -> str:
    return encoded((data if isinstance(data, str) else json.dumps(data)).encode())


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002  the name is the library's
        """Say nothing."""


@dataclass
class Wrong:
    """How to misbehave; each function receives what would honestly be sent and returns what is."""

    id_claims: Callable[[Claims], Claims] = lambda claims: claims
    id_token: Callable[["Double", Claims, Claims], str] | None = None
    userinfo_claims: Callable[[Claims], Claims] = lambda claims: claims
    userinfo: Callable[["Double", Claims, Claims], Response] | None = None
    token: Callable[[Claims], Response] | None = None
    discovery: Callable[[Claims], Claims] = lambda document: document
    keys: Callable[[Claims], Any] = lambda document: document
    callback: Callable[[dict[str, str]], dict[str, str]] = lambda query: query


@dataclass
class Seen:
    path: str
    headers: dict[str, str]
    form: dict[str, str]


@dataclass
class Double:
    """One provider. ``person`` holds its claims, ``sub`` included."""

    algorithm: str
    client_id: str
    client_secret: str
    person: Claims
    acr: str = "eidas1"
    amr: list[str] = field(default_factory=lambda: ["pwd"])
    pkce: bool = True
    announces_iss: bool = True
    announces_hash: bool = False
    wrong: Wrong = field(default_factory=Wrong)
    seen: list[Seen] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    sent: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.key = home_key(self.algorithm)
        self.published = [self.key]
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=_Quiet)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self.issuer = f"{self.origin}/api/v2"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def calls(self, path: str) -> list[Seen]:
        return [seen for seen in self.seen if seen.path == f"/api/v2{path}"]

    def _answer(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        self.seen.append(
            Seen(request.path, {name.lower(): value for name, value in request.headers.items()}, request.form.to_dict())
        )
        views = {
            "/.well-known/openid-configuration": self._discovery,
            "/jwks": self._jwks,
            "/authorize": self._authorize,
            "/token": self._token,
            "/userinfo": self._userinfo,
            "/session/end": self._end,
        }
        view = views.get(request.path.removeprefix("/api/v2"))
        answer = view(request) if view else Response("?", 404)
        return answer(environ, start_response)

    def _discovery(self, _request: Request) -> Response:
        names = ("authorize", "token", "userinfo", "jwks")
        keys = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
        document: Claims = {
            "issuer": self.issuer,
            **{key: f"{self.issuer}/{name}" for key, name in zip(keys, names, strict=True)},
            "end_session_endpoint": f"{self.issuer}/session/end",
            "code_challenge_methods_supported": ["S256"] if self.pkce else [],
            "authorization_response_iss_parameter_supported": self.announces_iss,
        }
        return _json(self.wrong.discovery(document))

    def _jwks(self, _request: Request) -> Response:
        return _json(self.wrong.keys({"keys": [key.as_dict(private=False) for key in self.published]}))

    def _authorize(self, request: Request) -> Response:
        asked = request.args.to_dict()
        code = secrets.token_urlsafe(24)
        self.codes[code] = asked
        query = {"code": code, "state": asked["state"]} | ({"iss": self.issuer} if self.announces_iss else {})
        return _redirect(asked["redirect_uri"], self.wrong.callback(query))

    def _token(self, request: Request) -> Response:
        given = request.form.to_dict()
        asked = self.codes.pop(given.get("code", ""), None)
        if asked is None or asked["redirect_uri"] != given.get("redirect_uri"):
            return self._refuse("invalid_grant")
        if not self._is_client(given):
            return self._refuse("invalid_client", 401)
        if self.pkce:
            digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
            if encoded(digest) != asked.get("code_challenge"):
                return self._refuse("invalid_grant")
        access = secrets.token_urlsafe(24)
        self.tokens.add(access)
        body = {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": 60,
            "id_token": self._id_token(asked, access),
        }
        self.sent.append(body["id_token"])
        return self.wrong.token(body) if self.wrong.token else _json(body)

    def _is_client(self, given: dict[str, str]) -> bool:
        if "client_assertion" in given:
            return True
        return (given.get("client_id"), given.get("client_secret")) == (self.client_id, self.client_secret)

    def _refuse(self, error: str, status: int = 400) -> Response:
        where = "https://docs.example/errors?code=Y049E20B&id=6f1c2b1e-0000-4000-8000-000000000000"
        return _json({"error": error, "error_description": "no", "error_uri": where}, status)

    def _id_token(self, asked: dict[str, str], access: str) -> str:
        header = {"alg": self.algorithm, "kid": self.key.kid, "typ": "JWT"}
        claims = {
            **self._times(),
            "sub": self.person["sub"],
            "nonce": asked["nonce"],
            "acr": self.acr,
            "amr": self.amr,
        }
        if self.announces_hash:
            claims["at_hash"] = encoded(hashlib.sha256(access.encode()).digest()[:16])
        claims = self.wrong.id_claims(claims)
        return self.wrong.id_token(self, header, claims) if self.wrong.id_token else sign(header, claims, self.key)

    def _userinfo(self, request: Request) -> Response:
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return _json({"error": "invalid_token"}, 401)
        header = {"alg": self.algorithm, "kid": self.key.kid}
        claims = self.wrong.userinfo_claims({**self.person, **self._times()})
        if self.wrong.userinfo:
            return self.wrong.userinfo(self, header, claims)
        return as_jwt(sign(header, claims, self.key))

    def _times(self) -> Claims:
        at = now()
        return {
            "iss": self.issuer,
            "aud": self.client_id,
            "iat": int(at.timestamp()),
            "exp": int((at + timedelta(seconds=60)).timestamp()),
        }

    def _end(self, request: Request) -> Response:
        asked = request.args.to_dict()
        return _redirect(asked["post_logout_redirect_uri"], {"state": asked["state"]})


def _json(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type="application/json; charset=utf-8")


def _redirect(address: str, query: dict[str, str]) -> Response:
    return Response(status=303, headers={"Location": f"{address}?{urlencode(query)}"})


def as_jwt(token: str) -> Response:
    return Response(token, 200, content_type="application/jwt")


def as_json(body: Any, status: int = 200) -> Response:
    return _json(body, status)


def query_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(address.partition("?")[2], keep_blank_values=True).items()}
