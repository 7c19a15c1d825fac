"""What a provider publishes and how the portal proves who it is: checked before anything is believed."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from pydantic import SecretStr
from werkzeug.wrappers import Response

from connectors.sdk import EgressPolicy
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.settings import ProviderSettings, Settings
from portal.people.accounts.service import AuthorityView
from portal.people.identity.enums import Realm
from portal.people.identity.errors import ProviderUnavailable, SignInFailed
from portal.people.identity.provider import Provider
from tests.portal.people.conftest import BASE, Browser, build
from tests.portal.people.provider_double import Double, as_json, query_of

Doubles = dict[Realm, Double]
EVIL = "http://169.254.169.254/latest"

DOCUMENTS: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "another issuer": (lambda d: {**d, "issuer": "https://attacker.example"}, "discovery_issuer"),
    "issuer with a slash more": (lambda d: {**d, "issuer": d["issuer"] + "/"}, "discovery_issuer"),
    "no issuer": (lambda d: {k: v for k, v in d.items() if k != "issuer"}, "discovery_nonsense"),
    "token endpoint missing": (lambda d: {k: v for k, v in d.items() if k != "token_endpoint"}, "discovery_nonsense"),
    "a list": (lambda _d: [], "discovery_nonsense"),
    "addresses as numbers": (lambda d: {**d, "jwks_uri": 42}, "discovery_nonsense"),
    "plain http elsewhere": (lambda d: {**d, "token_endpoint": EVIL}, "discovery_address"),
    "script as an address": (lambda d: {**d, "authorization_endpoint": "javascript:alert(1)"}, "discovery_address"),
    "data as an address": (lambda d: {**d, "authorization_endpoint": "data:text/html,x"}, "discovery_address"),
    "relative address": (lambda d: {**d, "userinfo_endpoint": "/userinfo"}, "discovery_address"),
    "password in an address": (lambda d: {**d, "jwks_uri": "https://a:b@attacker.example/jwks"}, "discovery_address"),
    "sign-out over plain http": (lambda d: {**d, "end_session_endpoint": "http://x.example/"}, "discovery_address"),
}


def provider(double: Double, **changes: Any) -> Provider:
    settings = ProviderSettings(
        issuer=double.issuer, client_id=double.client_id, client_secret=SecretStr(double.client_secret), **changes
    )
    return Provider(Realm.RESIDENT, settings, redirect_uri=f"{BASE}/x", policy=EgressPolicy(["127.0.0.0/8"]))


@pytest.mark.parametrize("name", list(DOCUMENTS))
def test_a_document_that_cannot_be_trusted_is_refused(doubles: Doubles, name: str) -> None:
    change, code = DOCUMENTS[name]
    double = doubles[Realm.RESIDENT]
    double.wrong.discovery = change
    with pytest.raises(ProviderUnavailable) as caught:
        provider(double).metadata()
    assert caught.value.code == code


@pytest.mark.parametrize("keys", [[], {}, {"keys": []}, {"keys": "x"}, {"keys": [{}]}, {"keys": [{"kty": "quantum"}]}])
def test_keys_that_cannot_be_read_are_refused(doubles: Doubles, keys: Any) -> None:
    doubles[Realm.RESIDENT].wrong.keys = lambda _document: keys
    with pytest.raises(ProviderUnavailable, match="keys_nonsense"):
        provider(doubles[Realm.RESIDENT])._published.keys()


def test_the_document_is_kept_an_hour(doubles: Doubles) -> None:
    double = doubles[Realm.RESIDENT]
    one = provider(double)
    for _ in range(3):
        one.metadata()
    assert len(double.calls("/.well-known/openid-configuration")) == 1
    with clock.shifted(timedelta(minutes=61)):
        one.metadata()
    assert len(double.calls("/.well-known/openid-configuration")) == 2


def test_a_provider_where_the_portal_may_not_go_is_unreachable(doubles: Doubles) -> None:
    double = doubles[Realm.RESIDENT]
    settings = ProviderSettings(issuer=double.issuer, client_id="x")
    closed = Provider(Realm.RESIDENT, settings, redirect_uri=BASE, policy=EgressPolicy(()))
    with pytest.raises(ProviderUnavailable) as caught:
        closed.metadata()
    assert (caught.value.code, caught.value.detail) == ("discovery_unreachable", "egress_address_refused")
    assert double.seen == []


def test_a_provider_that_is_down_gives_a_calm_page(
    known: Settings, database: Database, authority: AuthorityView, doubles: Doubles
) -> None:
    doubles[Realm.RESIDENT].close()
    browser = Browser(build(known, database).test_client())
    answer = browser.post("/connexion/usager", {"suite": "/qui"})
    assert answer.status_code == 503
    assert "FranceConnect ne répond pas pour le moment" in answer.text
    assert "/connexion?suite=%2Fqui" in answer.text
    doubles[Realm.RESIDENT]._server.server_close()


def test_without_a_provider_the_door_says_so(known: Settings, database: Database, authority: AuthorityView) -> None:
    bare = known.model_copy(update={"resident": ProviderSettings(), "agent": ProviderSettings()})
    browser = Browser(build(bare, database).test_client())
    for path in ("/connexion", "/agents/connexion"):
        page = browser.get(path)
        assert page.status_code == 200
        assert "S’identifier avec" not in page.text
    assert browser.post("/connexion/usager").status_code == 503


def test_an_empty_level_is_neither_asked_nor_checked(
    known: Settings, database: Database, authority: AuthorityView, doubles: Doubles
) -> None:
    empty = known.model_copy(update={"resident": known.resident.model_copy(update={"acr": ""})})
    doubles[Realm.RESIDENT].wrong.id_claims = lambda claims: {k: v for k, v in claims.items() if k != "acr"}
    browser = Browser(build(empty, database).test_client())
    address = browser.leave(Realm.RESIDENT)
    assert not {"acr_values", "claims"} & query_of(address).keys()
    assert browser.get(browser.at_provider(address)).status_code == 303


def test_plain_userinfo_is_read_when_the_settings_say_so(
    known: Settings, database: Database, authority: AuthorityView, doubles: Doubles
) -> None:
    plain = known.model_copy(update={"resident": known.resident.model_copy(update={"userinfo_alg": "none"})})
    browser = Browser(build(plain, database).test_client())
    double = doubles[Realm.RESIDENT]
    assert browser.sign_in(Realm.RESIDENT).status_code == 400, "a token where plain JSON was agreed"
    double.wrong.userinfo = lambda _double, _header, claims: as_json({**claims, "sub": "somebody-else"})
    assert browser.sign_in(Realm.RESIDENT).status_code == 400
    double.wrong.userinfo = lambda _double, _header, _claims: Response("[]", content_type="application/json")
    assert browser.sign_in(Realm.RESIDENT).status_code == 400
    double.wrong.userinfo = lambda _double, _header, claims: as_json(claims)
    assert browser.sign_in(Realm.RESIDENT).status_code == 303


@pytest.mark.parametrize(
    ("key", "algorithm"), [(ECKey.generate_key("P-256"), "ES256"), (RSAKey.generate_key(2048), "RS256")]
)
@pytest.mark.parametrize("form", ["pem", "jwk"])
def test_the_portal_may_prove_itself_by_a_signature(
    known: Settings,
    database: Database,
    authority: AuthorityView,
    doubles: Doubles,
    key: ECKey | RSAKey,
    algorithm: str,
    form: str,
) -> None:
    text = key.as_pem(private=True).decode() if form == "pem" else json.dumps(key.as_dict(private=True))
    change = {"token_auth_method": "private_key_jwt", "private_key": SecretStr(text)}
    signed = known.model_copy(update={"resident": known.resident.model_copy(update=change)})
    browser = Browser(build(signed, database).test_client())
    assert browser.sign_in(Realm.RESIDENT).status_code == 303
    double = doubles[Realm.RESIDENT]
    sent = double.calls("/token")[0]
    assert "client_secret" not in sent.form
    assert "authorization" not in sent.headers
    assert sent.form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assertion = jwt.decode(sent.form["client_assertion"], key, algorithms=[algorithm])
    assert assertion.claims["iss"] == assertion.claims["sub"] == double.client_id
    assert assertion.claims["aud"] == f"{double.issuer}/token"
    assert assertion.claims["exp"] > assertion.claims["iat"]


def test_each_proof_of_the_portal_is_new_short_and_named(doubles: Doubles) -> None:
    key = ECKey.generate_key("P-256")
    one = provider(
        doubles[Realm.RESIDENT],
        token_auth_method="private_key_jwt",
        private_key=SecretStr(key.as_pem(private=True).decode()),
        private_key_kid="parvis-2026",
    )
    for _time in range(2):
        with pytest.raises(SignInFailed, match="token_refused"):
            one.complete("made-up", nonce="0" * 64, code_verifier="0" * 64)
    tokens = [call.form["client_assertion"] for call in doubles[Realm.RESIDENT].calls("/token")]
    first, second = (jwt.decode(token, key, algorithms=["ES256"]) for token in tokens)
    assert first.header == {"alg": "ES256", "kid": "parvis-2026", "typ": "JWT"}
    assert first.claims["jti"] != second.claims["jti"]
    assert first.claims["exp"] - first.claims["iat"] == 60


def test_a_sign_out_address_of_the_settings_comes_first(doubles: Doubles) -> None:
    one = provider(doubles[Realm.RESIDENT], logout_url="https://sso.example/logout?theme=1")
    address = one.logout_url(id_token="a.b.c", state="s", return_to=f"{BASE}/deconnexion/retour")
    assert address is not None
    assert address.startswith("https://sso.example/logout?")
    asked = query_of(address)
    assert asked == {
        "theme": "1",
        "id_token_hint": "a.b.c",
        "state": "s",
        "post_logout_redirect_uri": f"{BASE}/deconnexion/retour",
    }
    assert doubles[Realm.RESIDENT].seen == []
