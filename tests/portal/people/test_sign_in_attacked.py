"""Attacks on tokens and on the flow, each tried at both doors: refused calmly, journalled, and nobody is signed in."""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from joserfc.jwk import ECKey, OctKey, RSAKey
from sqlalchemy import select
from werkzeug.wrappers import Response

from portal.ground.audit.models import AuditEntry
from portal.ground.db import Database
from portal.ground.settings import Settings
from portal.people.accounts.service import AgentView, AuthorityView
from portal.people.identity.enums import Realm
from tests.portal.people.conftest import COOKIES, DOORS, PATHS, Browser, build
from tests.portal.people.provider_double import Claims, Double, as_json, as_jwt, encoded, new_key, query_of, sign
from tests.portal.people.spoils import Doubles, Spoil, callback, id_claims, id_token, token, userinfo
from tests.portal.people.test_sign_in_refused import assert_nobody_in

REALMS = pytest.mark.parametrize("realm", list(Realm))
DEEP = "[" * 30_000
OTHER = {"ES256": "RS256", "RS256": "ES256"}
Make = Callable[[Double, Claims, Claims], str]


def headed(**changes: Any) -> Spoil:
    """Honestly signed, under another header; None takes a parameter away."""
    return id_token(lambda d, h, c: sign({k: v for k, v in {**h, **changes}.items() if v is not None}, c, d.key))


def dressed(change: Callable[[str], str]) -> Spoil:
    """An honest token, written otherwise."""
    return id_token(lambda d, h, c: change(sign(h, c, d.key)))


def payload(text: Callable[[Claims], str]) -> Spoil:
    """Honestly signed, with a body that no JSON library would write."""
    return id_token(lambda d, h, c: sign(h, text(c), d.key))


def with_claim_twice(name: str, first: str) -> Spoil:
    """A claim given twice: two programs would not read the same token."""
    return payload(lambda claims: json.dumps({f"{name} ": first, **claims}).replace(f'"{name} "', f'"{name}"'))


def header_twice(double: Double, header: Claims, claims: Claims) -> str:
    text = json.dumps({**header, "alg ": "none"}).replace('"alg "', '"alg"')
    return sign(text, claims, double.key)


def two_audiences(double: Double, _other: Double) -> None:
    id_claims(aud=[double.client_id, "another-service"])(double, double)


def party_as_a_list(double: Double, _other: Double) -> None:
    id_claims(aud=[double.client_id, "another-service"], azp=[double.client_id])(double, double)


def key_of_another_kind(double: Double, header: Claims, claims: Claims) -> str:
    """The agreed algorithm, and the name of a published key of another kind."""
    double.published = [*double.published, new_key(OTHER[double.algorithm], "other-kind")]
    return sign({**header, "kid": "other-kind"}, claims, double.key)


def published_by_the_other(double: Double, other: Double) -> None:
    """The other provider's key, under its own name, for our issuer and our client."""
    kind = double.algorithm
    stranger = new_key(kind, "theirs")
    other.published = [*other.published, stranger]
    double.wrong.id_token = lambda _d, h, c: sign({**h, "kid": "theirs"}, c, stranger)


def zero_signature(double: Double, header: Claims, claims: Claims) -> str:
    body = sign(header, claims, double.key).rpartition(".")[0]
    return f"{body}.{encoded(bytes(64 if double.algorithm == 'ES256' else 256))}"


def other_padding(double: Double, header: Claims, claims: Claims) -> str:
    """The right key, another scheme: PSS for RSA, DER for elliptic curves."""
    body = sign(header, claims, double.key).rpartition(".")[0]
    private = double.key.get_op_key("sign")
    if isinstance(double.key, RSAKey):
        scheme = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
        return f"{body}.{encoded(private.sign(body.encode(), scheme, hashes.SHA256()))}"
    return f"{body}.{encoded(private.sign(body.encode(), ec.ECDSA(hashes.SHA256())))}"


def secret_among_the_keys(double: Double, _other: Double) -> None:
    """A symmetric key published under the name of the honest one: what it signs is signed by whoever reads it."""
    shared = OctKey.import_key("k" * 40)
    shown = {**shared.as_dict(private=True), "kid": double.key.kid}
    double.wrong.keys = lambda document: {"keys": [shown, *document["keys"]]}
    double.wrong.id_token = lambda _d, h, c: sign({**h, "alg": "HS256"}, c, b"k" * 40)


def weak_key(double: Double, _other: Double) -> None:
    """A published key too weak for its algorithm, or of another curve (RFC 7518 §3.3, §3.4)."""
    if double.algorithm == "RS256":
        weak: Any = RSAKey.generate_key(1024, {"kid": "weak", "use": "sig"})
        double.wrong.id_token = lambda _d, h, c: sign({**h, "kid": "weak"}, c, weak)
    else:
        weak = ECKey.generate_key("P-384", {"kid": "weak", "use": "sig"})
        double.wrong.id_token = lambda d, h, c: sign({**h, "kid": "weak"}, c, d.key)
    double.published = [weak]


def encrypted(_double: Double, _header: Claims, _claims: Claims) -> str:
    """A token in five parts, for a key that nobody agreed on."""
    head = encoded(json.dumps({"alg": "dir", "enc": "A128GCM"}).encode())
    return ".".join([head, "", encoded(bytes(12)), encoded(bytes(40)), encoded(bytes(16))])


def in_json(double: Double, header: Claims, claims: Claims) -> str:
    """The other way to write a signed token (RFC 7515 §7.2)."""
    protected, body, signature = sign(header, claims, double.key).split(".")
    return json.dumps({"payload": body, "protected": protected, "signature": signature})


def nested(double: Double, header: Claims, claims: Claims) -> str:
    inside = sign(header, claims, double.key)
    return sign({**header, "cty": "JWT"}, inside, double.key)


def token_body(**changes: Any) -> Spoil:
    return token(lambda body: as_json({**body, **changes}))


def padded(text: str) -> str:
    return text + "=" * (-len(text.rpartition(".")[2]) % 4 or 1)


FLOWS: Mapping[str, tuple[Spoil, str, int]] = {
    # the header
    "alg in capitals": (headed(alg="NONE"), "id_token_algorithm", 400),
    "alg in small letters": (id_token(lambda d, h, c: sign({**h, "alg": h["alg"].lower()}, c, d.key)),
                             "id_token_algorithm", 400),
    "no alg": (headed(alg=None), "id_token_algorithm", 400),
    "alg as a list": (headed(alg=["none"]), "id_token_algorithm", 400),
    "certificate address in the header": (headed(x5u="https://attacker.example/c.pem"), "id_token_header", 400),
    "certificate in the header": (headed(x5c=["MIIB"]), "id_token_header", 400),
    "body not encoded": (headed(b64=False), "id_token_header", 400),
    "compressed": (headed(zip="DEF"), "id_token_header", 400),
    "token of another purpose": (headed(typ="logout+jwt"), "id_token_type", 400),
    "access token as an id_token": (headed(typ="application/at+jwt"), "id_token_type", 400),
    "kid of another kind": (id_token(key_of_another_kind), "id_token_key", 400),
    "kid as a path": (headed(kid="../../../../dev/null"), "id_token_key", 400),
    "kid as a query": (headed(kid="' OR 1=1 --"), "id_token_key", 400),
    "kid as a number": (headed(kid=0), "id_token_key", 400),
    "kid as a list": (headed(kid=["pkcs11:ours:hsm"]), "id_token_key", 400),
    "header parameter twice": (id_token(header_twice), "id_token_shape", 400),
    "header without bottom": (id_token(lambda d, _h, c: sign(DEEP, c, d.key)), "id_token_shape", 400),
    # the signature
    "signature of zeros": (id_token(zero_signature), "id_token_signature", 400),
    "another scheme": (id_token(other_padding), "id_token_signature", 400),
    "key of the other provider": (published_by_the_other, "id_token_key", 400),
    "shared secret among the keys": (secret_among_the_keys, "id_token_algorithm", 400),
    "weak key": (weak_key, "id_token_key", 400),
    # the way it is written
    "truncated": (dressed(lambda text: text[:-12]), "id_token_signature", 400),
    "cut in the middle": (dressed(lambda text: text[: len(text) // 2]), "id_token_shape", 400),
    "byte order mark": (dressed(lambda text: "\ufeff" + text), "id_token_shape", 400),
    "blank before": (dressed(lambda text: " " + text), "id_token_shape", 400),
    "blank after": (dressed(lambda text: text + "\n"), "id_token_shape", 400),
    "with padding": (dressed(padded), "id_token_shape", 400),
    "encrypted": (id_token(encrypted), "id_token_shape", 400),
    "in JSON": (id_token(in_json), "id_token_shape", 400),
    "nested": (id_token(nested), "id_token_payload", 400),
    # the claims
    "issuer twice": (with_claim_twice("iss", "https://attacker.example"), "id_token_payload", 400),
    "subject twice": (with_claim_twice("sub", "somebody-else"), "id_token_payload", 400),
    "claims without bottom": (payload(lambda _c: DEEP), "id_token_payload", 400),
    "claims as a list": (payload(lambda c: json.dumps([c])), "id_token_payload", 400),
    "claims as null": (payload(lambda _c: "null"), "id_token_payload", 400),
    "two audiences and no party": (two_audiences, "id_token_audience", 400),
    "party as a list": (party_as_a_list, "id_token_audience", 400),
    "audience as an object": (id_claims(aud={"parvis": True}), "id_token_audience", 400),
    "no audience": (id_claims(aud=[]), "id_token_audience", 400),
    "issuer with a slash more": (id_token(lambda d, h, c: sign(h, {**c, "iss": c["iss"] + "/"}, d.key)),
                                 "id_token_issuer", 400),
    "expiry beyond numbers": (id_claims(exp=10**400), "id_token_exp", 400),
    "date of issue in milliseconds": (id_token(lambda d, h, c: sign(h, {**c, "iat": c["iat"] * 1000}, d.key)),
                                      "id_token_early", 400),
    "expiry true": (id_claims(exp=True), "id_token_exp", 400),
    "nonce that is not text": (id_claims(nonce="\ud800"), "id_token_nonce", 400),
    "subject with a null": (id_claims(sub="a\x00b"), "id_token_sub", 400),
    "subject with a line break": (id_claims(sub="a\r\nb"), "id_token_sub", 400),
    "endless subject": (id_claims(sub="a" * 256), "id_token_sub", 400),
    "subject in look-alike letters": (id_claims(sub="а" * 64), "id_token_sub", 400),
    "token of another access token": (id_claims(at_hash="AAAAAAAAAAAAAAAAAAAAAA"), "id_token_at_hash", 400),
    "level as a list": (id_claims(acr=["eidas1-mfa"]), "acr_insufficient", 403),
    "level that cannot be written": (id_claims(acr="\ud800"), "acr_insufficient", 403),
    # the answer of the token endpoint
    "access token of another kind": (token_body(token_type="MAC"), "token_nonsense", 503),
    "access token with a header": (token_body(access_token="a\r\nX-Evil: 1"), "token_nonsense", 503),
    "access token in look-alike letters": (token_body(access_token="а" * 20), "token_nonsense", 503),
    "empty access token": (token_body(access_token=""), "token_nonsense", 503),
    "token answer without bottom": (token(lambda _b: Response(DEEP, content_type="application/json")),
                                    "token_nonsense", 503),
    "endless token answer": (token(lambda _b: Response("x" * 5_100_000, content_type="application/json")),
                             "token_unreachable", 503),
    # userinfo
    "userinfo as a page": (userinfo(lambda _d, _h, _c: Response("<html>", content_type="text/html")),
                           "userinfo_unsigned", 400),
    "userinfo as a page that says it is signed": (userinfo(lambda _d, _h, _c: as_jwt("<html>a.b.c</html>")),
                                                  "userinfo_shape", 400),
    "userinfo of no type": (userinfo(lambda d, h, c: Response(sign(h, c, d.key), headers={"Content-Type": ""})),
                            "userinfo_unsigned", 400),
    "userinfo with a byte order mark": (userinfo(lambda d, h, c: as_jwt("\ufeff" + sign(h, c, d.key))),
                                        "userinfo_shape", 400),
    "userinfo with an unknown key": (userinfo(lambda d, h, c: as_jwt(sign({**h, "kid": "x"}, c, d.key))),
                                     "userinfo_key", 400),
    "userinfo with the subject twice": (
        userinfo(lambda d, h, c: as_jwt(sign(h, '{"sub": "somebody-else", ' + json.dumps(c)[1:], d.key))),
        "userinfo_payload", 400,
    ),
    "userinfo of two audiences": (
        userinfo(lambda d, h, c: as_jwt(sign(h, {**c, "aud": [d.client_id, "another"]}, d.key))),
        "userinfo_audience", 400,
    ),
    "userinfo empty": (userinfo(lambda _d, _h, _c: as_jwt("")), "userinfo_shape", 400),
    # what the browser brings back
    "issuer with a slash more in the callback": (callback(iss="/"), "callback_issuer", 400),
    "an error and a code": (callback(error="invalid_request"), "provider_error", 400),
    "code with a null": (callback(code="a\x00b"), "callback_code", 400),
    "code in look-alike letters": (callback(code="а" * 30), "callback_code", 400),
    "state with blanks": (callback(state=" " + "0" * 64), "state_unknown", 400),
}  # fmt: skip


@REALMS
@pytest.mark.parametrize("attack", list(FLOWS))
@pytest.mark.filterwarnings("ignore:Key size should be")  # the library warns, the portal refuses
def test_an_attack_is_refused_and_journalled(
    browser: Browser, doubles: Doubles, database: Database, claire: AgentView, realm: Realm, attack: str
) -> None:
    spoil, code, status = FLOWS[attack]
    other = Realm.AGENT if realm is Realm.RESIDENT else Realm.RESIDENT
    spoil(doubles[realm], doubles[other])
    answer = browser.sign_in(realm)
    with database.reading() as session:
        line = session.scalars(select(AuditEntry)).one()
        assert (line.action, line.details) == ("sign_in_refused", {"realm": realm.value, "code": code})
    assert answer.status_code == status
    assert DOORS[realm] in answer.text
    assert_nobody_in(browser, database, realm)


@REALMS
def test_a_mix_up_of_the_two_providers_is_refused(
    browser: Browser, doubles: Doubles, database: Database, claire: AgentView, realm: Realm
) -> None:
    other = Realm.AGENT if realm is Realm.RESIDENT else Realm.RESIDENT
    callback(iss=doubles[other].issuer)(doubles[realm], doubles[other])
    assert browser.sign_in(realm).status_code == 400
    assert doubles[realm].calls("/token") == []
    assert doubles[other].calls("/token") == []
    assert_nobody_in(browser, database, realm)


@REALMS
def test_the_code_of_somebody_elses_departure_is_worth_nothing(
    open_browser: Callable[[], Browser], doubles: Doubles, database: Database, claire: AgentView, realm: Realm
) -> None:
    """A code slipped into another person's return: the challenge refuses it where there is one, else the nonce."""
    victim, thief = open_browser(), open_browser()
    stolen = query_of(victim.callback(realm))["code"]
    own = thief.callback(realm)
    answer = thief.get(own.replace(query_of(own)["code"], stolen))
    assert answer.status_code == 400
    with database.reading() as session:
        details = session.scalars(select(AuditEntry)).one().details
    assert details["code"] == ("token_refused" if doubles[realm].pkce else "id_token_nonce")
    assert_nobody_in(thief, database, realm)


@REALMS
def test_the_code_of_the_other_door_is_worth_nothing(
    browser: Browser, database: Database, claire: AgentView, realm: Realm
) -> None:
    other = Realm.AGENT if realm is Realm.RESIDENT else Realm.RESIDENT
    foreign = query_of(browser.callback(other))["code"]
    own = browser.callback(realm)
    assert browser.get(own.replace(query_of(own)["code"], foreign)).status_code == 400
    assert_nobody_in(browser, database, realm)


@REALMS
def test_the_return_address_never_follows_the_host_of_the_request(browser: Browser, realm: Realm) -> None:
    answer = browser.client.post(
        PATHS[realm], data={"csrf_token": browser.token()}, base_url="http://attacker.example", follow_redirects=False
    )
    assert "attacker.example" not in answer.headers.get("Location", "")
    address = browser.leave(realm)
    assert query_of(address)["redirect_uri"] == f"http://127.0.0.1:8070{PATHS[realm]}/retour"


@REALMS
def test_the_challenge_is_always_of_the_strong_kind_where_it_is_offered(
    browser: Browser, doubles: Doubles, claire: AgentView, realm: Realm
) -> None:
    doubles[realm].wrong.discovery = lambda d: {**d, "code_challenge_methods_supported": ["plain", "S256"]}
    doubles[realm].pkce = True
    address = browser.leave(realm)
    assert query_of(address)["code_challenge_method"] == "S256"
    assert browser.get(browser.at_provider(address)).status_code == 303
    assert len(doubles[realm].calls("/token")[0].form["code_verifier"]) >= 43


def test_methods_that_contradict_the_level_are_refused(browser: Browser, doubles: Doubles, claire: AgentView) -> None:
    doubles[Realm.AGENT].amr = ["pwd"]
    answer = browser.sign_in(Realm.AGENT)
    assert answer.status_code == 403
    assert "plus sûr" in answer.text
    assert browser.cookie(COOKIES[Realm.AGENT]) is None


def test_a_level_that_is_not_asked_is_not_kept_when_it_cannot_be_written(
    known: Settings, database: Database, authority: AuthorityView, doubles: Doubles
) -> None:
    bare = known.model_copy(update={"resident": known.resident.model_copy(update={"acr": ""})})
    id_claims(acr="a\x00\ud800b")(doubles[Realm.RESIDENT], doubles[Realm.AGENT])
    browser = Browser(build(bare, database).test_client())
    assert browser.sign_in(Realm.RESIDENT).status_code == 303


@REALMS
def test_the_hash_of_the_access_token_is_accepted_when_it_is_right(
    browser: Browser, doubles: Doubles, claire: AgentView, realm: Realm
) -> None:
    double = doubles[realm]
    double.announces_hash = True
    assert browser.sign_in(realm).status_code == 303
    assert json.loads(base64.urlsafe_b64decode(double.sent[-1].split(".")[1] + "=="))["at_hash"]
