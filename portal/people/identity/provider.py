"""One OpenID Connect provider: leaving for it, coming back, ending its session. No database here, and no page."""

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from authlib.common.urls import add_params_to_uri
from joserfc.jwk import KeySet

from connectors.sdk import EgressPolicy
from portal.ground.clock import now
from portal.ground.permissions import TWO_FACTORS
from portal.ground.permissions.levels import accepted_acrs, satisfies_acr, strongest_acr
from portal.ground.settings import ProviderSettings
from portal.people.identity.claims import read_acr, read_amr
from portal.people.identity.enums import Realm
from portal.people.identity.errors import ProviderUnavailable, SignInFailed
from portal.people.identity.exchange import answering, open_exchange, read_json
from portal.people.identity.policy import contradicts_level
from portal.people.identity.published import Metadata, Published
from portal.people.identity.service import Departure
from portal.people.identity.tokens import Expected, UnknownKey, check_subject, verify_id_token, verify_userinfo

_BEARER = re.compile(r"[A-Za-z0-9._~+/-]+=*")  # RFC 6750 §2.1: what may stand in the header


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in checked from end to end. ``claims`` are the provider's words, to be cleaned before use.

    ``access_token`` is good for a minute, for what the person left to fetch; it is never kept.
    """

    issuer: str
    sub: str
    claims: Mapping[str, Any]
    id_token: str
    acr: str
    amr: tuple[str, ...]
    access_token: str = field(default="", repr=False)


# Sign-ins that may wait for one provider at a time in this process: a slow provider then holds this many threads of the
# portal, and the others go on serving everybody else.
SEATS = 4


class Provider:
    """A provider as registered in the settings."""

    def __init__(self, realm: Realm, settings: ProviderSettings, *, redirect_uri: str, policy: EgressPolicy) -> None:
        self.realm = realm
        self.settings = settings
        self.redirect_uri = redirect_uri
        self._policy = policy
        self._published = Published(settings.issuer, self._fetch)
        self._seats = threading.BoundedSemaphore(SEATS)

    @contextmanager
    def seat(self) -> Iterator[None]:
        """Hold one of the seats from which the provider is called, for the length of the block.

        :raises ProviderUnavailable: ``provider_busy``, all of them are taken: the provider is slow, and one more would
            only wait longer.
        """
        if not self._seats.acquire(blocking=False):
            raise ProviderUnavailable("provider_busy")
        try:
            yield
        finally:
            self._seats.release()

    def metadata(self) -> Metadata:
        """What the provider publishes.

        :raises ProviderUnavailable: none is configured, or it does not answer as it should.
        """
        if not self.settings.configured:
            raise ProviderUnavailable("provider_missing")
        return self._published.metadata()

    def authorization_url(self, departure: Departure, *, scope: str = "") -> str:
        """Where to send the browser; ``scope`` is asked for beside the usual ones.

        FranceConnect is asked for a level by ``acr_values``, ProConnect by ``claims``. Where nothing more is required,
        two factors are asked of ProConnect as a wish: roles that need them then seldom have to sign in twice.
        """
        metadata = self.metadata()
        extra = {"nonce": departure.nonce}
        if scope:
            extra["scope"] = f"{self.settings.scopes} {scope}"
        acr = strongest_acr(self.settings.acr, departure.acr)
        if acr and self.realm is Realm.RESIDENT:
            extra["acr_values"] = acr
        elif self.realm is Realm.AGENT:
            extra["claims"] = _acr_claim(acr or TWO_FACTORS, essential=bool(acr))
        if departure.acr and self.realm is Realm.RESIDENT:
            extra["prompt"] = "login consent"  # else a session of the provider's would answer with its own level
        with self._open(pkce=metadata.takes_pkce) as client:
            url, _state = client.create_authorization_url(
                metadata.authorization_endpoint,
                state=departure.state,
                code_verifier=departure.code_verifier,
                **extra,
            )
        return str(url)

    def check_issuer(self, iss: str | None) -> None:
        """The callback's ``iss``, against the mixing of two providers (RFC 9207 §2.4).

        :raises SignInFailed: it names another provider, or is missing where this provider promises it.
        """
        metadata = self.metadata()
        if iss is None and not metadata.authorization_response_iss_parameter_supported:
            return
        if iss != metadata.issuer:
            raise SignInFailed("callback_issuer")

    def complete(self, code: str, *, nonce: str, code_verifier: str, acr: str = "") -> SignIn:
        """Exchange the code, check every token, read the identity. ``acr``: the level asked beyond the usual one.

        :raises SignInFailed: anything is not as it should be; nothing of the identity may then be used.
        """
        metadata = self.metadata()
        id_token, access_token = self._exchange(metadata, code, code_verifier if metadata.takes_pkce else None)
        expected = self._expected("id_token", self.settings.signing_alg)
        claims = self._with_keys(
            lambda keys: verify_id_token(id_token, keys, expected, nonce=nonce, access_token=access_token)
        )
        given, amr = read_acr(claims.get("acr")), read_amr(claims.get("amr"))
        for required in (self.settings.acr, acr):
            _check_level(required, given, amr)
        userinfo = self._userinfo(metadata, access_token)
        sub = check_subject(claims, userinfo)
        return SignIn(metadata.issuer, sub, userinfo, id_token, given, amr, access_token)

    def logout_url(self, *, id_token: str, state: str, return_to: str) -> str | None:
        """Where to end the provider's own session (RP-Initiated Logout 1.0 §2); None when it has no such address.

        :raises ProviderUnavailable: see :meth:`metadata`.
        """
        address = self.settings.logout_url or self.metadata().end_session_endpoint
        if not address:
            return None
        query = [("id_token_hint", id_token), ("state", state), ("post_logout_redirect_uri", return_to)]
        return str(add_params_to_uri(address, query))

    def _exchange(self, metadata: Metadata, code: str, code_verifier: str | None) -> tuple[str, str]:
        proof = {"code_verifier": code_verifier} if code_verifier else {}
        with self._open() as client, answering("token"):
            token = client.fetch_token(
                metadata.token_endpoint,
                grant_type="authorization_code",
                code=code,
                redirect_uri=self.redirect_uri,
                **proof,
            )
        id_token, access_token, kind = (token.get(name) for name in ("id_token", "access_token", "token_type"))
        if not isinstance(id_token, str) or not isinstance(access_token, str) or not _BEARER.fullmatch(access_token):
            raise ProviderUnavailable("token_nonsense")
        if not isinstance(kind, str) or kind.lower() != "bearer":  # OpenID Connect Core 1.0 §3.1.3.3
            raise ProviderUnavailable("token_nonsense")
        return id_token, access_token

    def _userinfo(self, metadata: Metadata, access_token: str) -> dict[str, Any]:
        """The identity: signed, or in plain JSON when the settings say so (it comes straight from the provider)."""
        headers = {"Authorization": f"Bearer {access_token}", "Accept": "application/jwt, application/json"}
        with self._open() as client, answering("userinfo"):
            response = client.request("GET", metadata.userinfo_endpoint, headers=headers, withhold_token=True)
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if response.status_code != 200:
            raise ProviderUnavailable("userinfo_status", detail=str(response.status_code))
        if self.settings.userinfo_alg == "none":
            claims = read_json(response, "userinfo") if kind == "application/json" else None
            if not isinstance(claims, dict):
                raise SignInFailed("userinfo_shape")
            return claims
        if kind != "application/jwt":
            raise SignInFailed("userinfo_unsigned")
        expected = self._expected("userinfo", self.settings.userinfo_alg)
        return self._with_keys(lambda keys: verify_userinfo(response.text.strip(), keys, expected))

    def _with_keys(self, verify: Callable[[KeySet], dict[str, Any]]) -> dict[str, Any]:
        """Verify with the known keys and, when the token names another one, once more with renewed ones."""
        try:
            return verify(self._published.keys())
        except UnknownKey:
            return verify(self._published.keys(renewed=True))

    def _fetch(self, address: str, what: str) -> Any:
        with self._open() as client, answering(what):
            response = client.request("GET", address, headers={"Accept": "application/json"}, withhold_token=True)
        return read_json(response, what)

    def _expected(self, prefix: str, algorithm: str) -> Expected:
        return Expected(prefix, algorithm, self.settings.issuer, self.settings.client_id, now())

    def _open(self, *, pkce: bool = False) -> Any:
        return open_exchange(self.settings, self._policy, redirect_uri=self.redirect_uri, pkce=pkce)


def _check_level(required: str, given: str, methods: tuple[str, ...]) -> None:
    if not satisfies_acr(required, given):
        raise SignInFailed("acr_insufficient", status=403)
    if contradicts_level(required, given, methods):
        raise SignInFailed("amr_insufficient", status=403)


def _acr_claim(wanted: str, *, essential: bool) -> str:
    """The ``claims`` parameter that asks for a level of assurance, in compact JSON; a wish when not ``essential``."""
    acr: dict[str, Any] = {"essential": True} if essential else {}
    asked = {"id_token": {"acr": {**acr, "values": accepted_acrs(wanted)}, "amr": {"essential": True}}}
    return json.dumps(asked, separators=(",", ":"))
