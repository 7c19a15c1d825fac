"""Everything a provider, or somebody who plays it, may send wrong: refused, journalled, and nobody is signed in."""

import math
from collections.abc import Mapping

import pytest
from joserfc.jwk import ECKey, RSAKey
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from portal.ground.audit.models import AuditEntry
from portal.ground.db import Database
from portal.people.accounts.models import Account, Agent
from portal.people.accounts.service import AgentView
from portal.people.identity.enums import Realm
from portal.people.identity.models import LoginSession
from tests.portal.people.conftest import COOKIES, DOORS, Browser
from tests.portal.people.provider_double import as_json, as_jwt, new_key, sign, unsigned
from tests.portal.people.spoils import (
    Doubles,
    Spoil,
    callback,
    from_the_other_provider,
    id_claims,
    id_shift,
    id_token,
    public_pem,
    relabelled_from_the_other_provider,
    token,
    userinfo,
    userinfo_claims,
    with_altered_body,
    with_attacker_key,
    with_embedded_key,
    with_other_algorithm,
)

FLOWS: Mapping[str, tuple[Spoil, str, int]] = {
    # signatures
    "alg none": (id_token(lambda _d, _h, claims: unsigned(claims)), "id_token_algorithm", 400),
    "HS256 with the public key": (
        id_token(lambda d, h, c: sign({**h, "alg": "HS256"}, c, public_pem(d))),
        "id_token_algorithm",
        400,
    ),
    "HS256 with the client secret": (
        id_token(lambda d, h, c: sign({**h, "alg": "HS256"}, c, d.client_secret.encode())),
        "id_token_algorithm",
        400,
    ),
    "HMAC under the agreed name": (id_token(lambda d, h, c: sign(h, c, public_pem(d))), "id_token_signature", 400),
    "forged signature": (id_token(with_attacker_key), "id_token_signature", 400),
    "altered body": (id_token(with_altered_body), "id_token_signature", 400),
    "empty signature": (
        id_token(lambda d, h, c: sign(h, c, d.key).rpartition(".")[0] + "."),
        "id_token_signature",
        400,
    ),
    "another algorithm": (id_token(with_other_algorithm), "id_token_algorithm", 400),
    "unknown kid": (id_token(lambda d, h, c: sign({**h, "kid": "unheard-of"}, c, d.key)), "id_token_key", 400),
    "key in the header": (id_token(with_embedded_key), "id_token_header", 400),
    "key address in the header": (
        id_token(lambda d, h, c: sign({**h, "jku": "https://attacker.example/jwks"}, c, d.key)),
        "id_token_header",
        400,
    ),
    "critical header": (id_token(lambda d, h, c: sign({**h, "crit": ["exp"]}, c, d.key)), "id_token_header", 400),
    "not a token": (id_token(lambda _d, _h, _c: "hello"), "id_token_shape", 400),
    "five parts": (id_token(lambda _d, _h, _c: "a.b.c.d.e"), "id_token_shape", 400),
    "header not JSON": (id_token(lambda _d, _h, _c: "!!!.e30.AAAA"), "id_token_shape", 400),
    "huge": (id_token(lambda d, h, c: sign(h, {**c, "pad": "x" * 70_000}, d.key)), "id_token_shape", 400),
    "other provider": (from_the_other_provider, "id_token_algorithm", 400),
    "other provider, relabelled": (relabelled_from_the_other_provider, "id_token_algorithm", 400),
    # claims of the id_token
    "wrong issuer": (id_claims(iss="https://attacker.example"), "id_token_issuer", 400),
    "no issuer": (id_claims(iss=None), "id_token_issuer", 400),
    "wrong audience": (id_claims(aud="somebody-else"), "id_token_audience", 400),
    "audience list without us": (id_claims(aud=["one", "two"]), "id_token_audience", 400),
    "wrong authorised party": (id_claims(azp="somebody-else"), "id_token_audience", 400),
    "wrong nonce": (id_claims(nonce="0" * 64), "id_token_nonce", 400),
    "no nonce": (id_claims(nonce=None), "id_token_nonce", 400),
    "nonce not text": (id_claims(nonce=["0"]), "id_token_nonce", 400),
    "expired": (id_shift(exp=-120, iat=-120), "id_token_expired", 400),
    "no expiry": (id_claims(exp=None), "id_token_exp", 400),
    "expiry as text": (id_claims(exp="2999-01-01"), "id_token_exp", 400),
    "expiry not a number": (id_claims(exp=math.nan), "id_token_exp", 400),
    "endless expiry": (id_claims(exp=math.inf), "id_token_exp", 400),
    "no date of issue": (id_claims(iat=None), "id_token_iat", 400),
    "issued in the future": (id_shift(iat=120), "id_token_early", 400),
    "not valid yet": (id_shift(nbf=120), "id_token_early", 400),
    "no subject": (id_claims(sub=None), "id_token_sub", 400),
    "empty subject": (id_claims(sub=""), "id_token_sub", 400),
    "subject as a number": (id_claims(sub=42), "id_token_sub", 400),
    "level too low": (id_claims(acr="eidas0"), "acr_insufficient", 403),
    "no level": (id_claims(acr=None), "acr_insufficient", 403),
    "level unheard of": (id_claims(acr="strong, promised"), "acr_insufficient", 403),
    # userinfo
    "userinfo unsigned": (userinfo(lambda _d, _h, c: as_json(c)), "userinfo_unsigned", 400),
    "userinfo alg none": (userinfo(lambda _d, _h, c: as_jwt(unsigned(c))), "userinfo_algorithm", 400),
    "userinfo forged": (
        userinfo(lambda d, h, c: as_jwt(sign(h, c, new_key(d.algorithm, h["kid"])))),
        "userinfo_signature",
        400,
    ),
    "userinfo of somebody else": (userinfo_claims(sub="somebody-else"), "userinfo_sub", 400),
    "userinfo of nobody": (userinfo_claims(sub=None), "userinfo_sub", 400),
    "userinfo for another": (userinfo_claims(aud="somebody-else"), "userinfo_audience", 400),
    "userinfo from another": (userinfo_claims(iss="https://attacker.example"), "userinfo_issuer", 400),
    "userinfo expired": (userinfo_claims(exp=1_000_000_000), "userinfo_expired", 400),
    "userinfo refused": (userinfo(lambda _d, _h, _c: Response("no", 401)), "userinfo_status", 503),
    "userinfo redirects": (
        userinfo(lambda _d, _h, _c: Response(status=302, headers={"Location": "http://169.254.169.254/"})),
        "userinfo_status",
        503,
    ),
    # token endpoint
    "no id_token": (token(lambda b: as_json({"access_token": b["access_token"]})), "token_nonsense", 503),
    "id_token as a list": (token(lambda b: as_json({**b, "id_token": ["a"]})), "token_nonsense", 503),
    "token answer not JSON": (token(lambda _b: Response("<html>", 200)), "token_nonsense", 503),
    "token answer a list": (token(lambda _b: as_json([])), "token_nonsense", 503),
    "token answer an error": (token(lambda _b: as_json({"error": "server_error"})), "token_refused", 400),
    "token endpoint down": (token(lambda _b: Response("oops", 500)), "token_status", 503),
    "token endpoint down, in JSON": (token(lambda _b: as_json({"error": "x"}, 500)), "token_status", 503),
    "token endpoint refuses in HTML": (token(lambda _b: Response("<p>no</p>", 403)), "token_status", 503),
    "token endpoint redirects": (
        token(lambda _b: Response(status=302, headers={"Location": "http://169.254.169.254/"})),
        "token_status",
        503,
    ),
    # what the browser brings back
    "another issuer in the callback": (callback(iss="https://attacker.example"), "callback_issuer", 400),
    "no code": (callback(code=None), "callback_code", 400),
    "unknown code": (callback(code="made-up"), "token_refused", 400),
    "code with a line break": (callback(code="a\r\nb"), "callback_code", 400),
    "endless code": (callback(code="a" * 3_000), "callback_code", 400),
    "no state": (callback(state=None), "state_unknown", 400),
    "another state": (callback(state="0" * 64), "state_unknown", 400),
    "provider out of order": (callback(code=None, error="server_error"), "provider_error", 503),
    "provider wants a sign-in": (callback(code=None, error="login_required"), "provider_error", 400),
    "error that is an attack": (callback(code=None, error="<script>alert(1)</script>"), "provider_error", 400),
    "cancelled at another issuer": (
        callback(code=None, error="access_denied", iss="https://attacker.example"),
        "callback_issuer",
        400,
    ),
}


def assert_nobody_in(browser: Browser, database: Database, realm: Realm) -> None:
    assert browser.cookie(COOKIES[realm]) is None
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(LoginSession)) == 0
        assert session.scalar(select(func.count()).select_from(Account)) == 0
        assert not session.scalars(select(Agent.id).where(Agent.sub.is_not(None))).all()


@pytest.mark.parametrize("realm", list(Realm))
@pytest.mark.parametrize("flow", list(FLOWS))
def test_a_malformed_sign_in_is_refused_and_journalled(
    browser: Browser, doubles: Doubles, database: Database, claire: AgentView, realm: Realm, flow: str
) -> None:
    spoil, code, status = FLOWS[flow]
    other = Realm.AGENT if realm is Realm.RESIDENT else Realm.RESIDENT
    spoil(doubles[realm], doubles[other])
    answer = browser.sign_in(realm)
    assert (answer.status_code, flow) == (status, flow)
    assert DOORS[realm] in answer.text
    assert "04 65 71 20 10" in answer.text
    assert "<script>alert" not in answer.text
    assert_nobody_in(browser, database, realm)
    with database.reading() as session:
        line = session.scalars(select(AuditEntry)).one()
        assert (line.action, line.details) == ("sign_in_refused", {"realm": realm.value, "code": code})


@pytest.mark.parametrize("realm", list(Realm))
def test_an_unknown_key_makes_the_portal_ask_once_and_no_more(
    browser: Browser, doubles: Doubles, claire: AgentView, realm: Realm
) -> None:
    doubles[realm].wrong.id_token = lambda d, h, c: sign({**h, "kid": "unheard-of"}, c, d.key)
    assert browser.sign_in(realm).status_code == 400
    assert len(doubles[realm].calls("/jwks")) == 2


def test_a_missing_issuer_is_refused_where_it_is_promised(
    browser: Browser, doubles: Doubles, database: Database
) -> None:
    callback(iss=None)(doubles[Realm.RESIDENT], doubles[Realm.AGENT])
    assert browser.sign_in(Realm.RESIDENT).status_code == 400
    assert_nobody_in(browser, database, Realm.RESIDENT)


def test_a_parameter_given_twice_is_refused(browser: Browser, database: Database) -> None:
    back = browser.callback(Realm.RESIDENT)
    assert browser.get(f"{back}&code=another").status_code == 400
    assert_nobody_in(browser, database, Realm.RESIDENT)


@pytest.mark.parametrize("realm", list(Realm))
def test_turning_back_is_answered_calmly(browser: Browser, doubles: Doubles, database: Database, realm: Realm) -> None:
    callback(code=None, error="access_denied")(doubles[realm], doubles[realm])
    answer = browser.sign_in(realm, "/demarches/essai/etape")
    assert answer.status_code == 200
    assert "interrompue" in answer.text
    assert f"{DOORS[realm]}?suite=%2Fdemarches%2Fessai%2Fetape" in answer.text
    assert_nobody_in(browser, database, realm)


@pytest.mark.parametrize("acr", ["eidas1", "eidas0-mfa", ""])
def test_an_agent_without_a_second_factor_is_refused(
    browser: Browser, doubles: Doubles, claire: AgentView, acr: str
) -> None:
    doubles[Realm.AGENT].acr = acr
    answer = browser.sign_in(Realm.AGENT)
    assert answer.status_code == 403
    assert "plus sûr" in answer.text


@pytest.mark.parametrize("seconds", [-25, 25])
def test_half_a_minute_of_drift_is_allowed(browser: Browser, doubles: Doubles, seconds: int) -> None:
    id_shift(iat=seconds, exp=-60 + seconds if seconds < 0 else 0)(doubles[Realm.RESIDENT], doubles[Realm.AGENT])
    assert browser.sign_in(Realm.RESIDENT).status_code == 303


def test_an_audience_list_with_us_as_the_party_is_accepted(browser: Browser, doubles: Doubles) -> None:
    double = doubles[Realm.RESIDENT]
    id_claims(aud=[double.client_id, "api"], azp=double.client_id)(double, double)
    assert browser.sign_in(Realm.RESIDENT).status_code == 303


def test_a_token_without_key_name_is_accepted_when_there_is_one_key(browser: Browser, doubles: Doubles) -> None:
    double = doubles[Realm.RESIDENT]
    double.wrong.id_token = lambda d, h, c: sign({"alg": h["alg"]}, c, d.key)
    assert browser.sign_in(Realm.RESIDENT).status_code == 303
    double.published = [*double.published, new_key("ES256", "second")]
    browser.client.application.extensions["parvis_identity"][Realm.RESIDENT]._published._keys = None
    assert browser.sign_in(Realm.RESIDENT).status_code == 400


def test_keys_of_another_use_are_not_used(browser: Browser, doubles: Doubles) -> None:
    double = doubles[Realm.RESIDENT]
    double.wrong.keys = lambda document: {"keys": [{**key, "use": "enc"} for key in document["keys"]]}
    assert browser.sign_in(Realm.RESIDENT).status_code == 400


def test_the_doubles_keys_are_of_the_kinds_agreed(doubles: Doubles) -> None:
    assert isinstance(doubles[Realm.RESIDENT].key, ECKey)
    assert isinstance(doubles[Realm.AGENT].key, RSAKey)
