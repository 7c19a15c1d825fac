"""Each wrong answer on demand really has its flaw, and only that one."""

import hashlib
import hmac
import json

import httpx2
import pytest
from joserfc import jwt
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import KeySet

from tests.connectors.sandbox.support import Program, SignIn, claims_of, header_of, unpad


def flawed_token(bac: Program, sign_in: SignIn, scenario: str) -> str:
    """The id_token of a scenario, after checking that choosing it was accepted."""
    assert bac.incident(sign_in.name, scenario).status_code == 303
    return sign_in.tokens()["id_token"]


@pytest.mark.parametrize(
    ("scenario", "claim", "value"),
    [
        ("wrong_iss", "iss", "https://autre-fournisseur.example/api/v2"),
        ("wrong_aud", "aud", "un-autre-service"),
        ("wrong_nonce", "nonce", "n" * 64),
        ("missing_nonce", "nonce", None),
        ("low_acr", "acr", "eidas0"),
        ("missing_acr", "acr", None),
    ],
)
def test_a_wrong_claim_is_the_only_flaw(
    bac: Program, sign_in: SignIn, scenario: str, claim: str, value: str | None
) -> None:
    good = sign_in.read(sign_in.tokens()["id_token"])
    flawed = sign_in.read(flawed_token(bac, SignIn(bac.address, sign_in.name), scenario))
    assert flawed.get(claim) == value
    assert good[claim] != value
    same = {"iss", "aud", "acr", "sub"} - {claim}
    assert {name: flawed[name] for name in same} == {name: good[name] for name in same}


def test_an_expired_token(bac: Program, sign_in: SignIn) -> None:
    claims = sign_in.read(flawed_token(bac, sign_in, "expired_id_token"))
    with httpx2.Client(verify=False) as client:
        client.get(f"{sign_in.issuer}/jwks")
    assert claims["exp"] < claims["auth_time"] - 2000


def test_a_token_without_signature(bac: Program, sign_in: SignIn) -> None:
    token = flawed_token(bac, sign_in, "alg_none")
    assert header_of(token)["alg"] == "none"
    assert token.endswith(".")
    assert claims_of(token)["nonce"] == sign_in.nonce


def test_a_token_signed_with_the_public_key_as_a_secret(bac: Program, sign_in: SignIn) -> None:
    token = flawed_token(bac, sign_in, "hs256_with_public_key")
    header = header_of(token)
    assert header["alg"] == "HS256"
    key = sign_in.keys().get_by_kid(header["kid"])
    content, _, signature = token.rpartition(".")
    made = hmac.new(key.as_pem(private=False), content.encode(), hashlib.sha256).digest()
    assert unpad(signature) == made


def test_a_token_of_an_unknown_key(bac: Program, sign_in: SignIn) -> None:
    token = flawed_token(bac, sign_in, "unknown_kid")
    assert header_of(token)["kid"] not in {key.kid for key in sign_in.keys().keys}
    with pytest.raises((JoseError, ValueError)):
        sign_in.read(token)


def test_a_token_signed_by_another_key_under_a_good_name(bac: Program, sign_in: SignIn) -> None:
    token = flawed_token(bac, sign_in, "wrong_signature")
    assert header_of(token)["kid"] in {key.kid for key in sign_in.keys().keys}
    with pytest.raises(BadSignatureError):
        sign_in.read(token)


def test_a_new_key_appears_and_the_old_one_stays_or_goes(bac: Program, sign_in: SignIn) -> None:
    before = sign_in.keys()
    old = header_of(sign_in.tokens()["id_token"])["kid"]
    new_token = flawed_token(bac, SignIn(bac.address, sign_in.name), "rotated_key")
    new = header_of(new_token)["kid"]
    assert new not in {key.kid for key in before.keys}
    assert {old, new} <= {key.kid for key in sign_in.keys().keys}
    sign_in.read(new_token)
    bac.incident(sign_in.name, "rotated_key_dropped")
    assert not {old, new} & {key.kid for key in sign_in.keys().keys}
    bac.incident(sign_in.name, "ok")
    last = SignIn(bac.address, sign_in.name)
    assert last.read(last.tokens()["id_token"])["nonce"] == last.nonce


def test_userinfo_of_somebody_else(bac: Program, sign_in: SignIn) -> None:
    bac.incident(sign_in.name, "userinfo_sub_mismatch")
    tokens = sign_in.tokens()
    claims = sign_in.read(sign_in.userinfo(tokens["access_token"]).text)
    assert claims["sub"] != sign_in.read(tokens["id_token"])["sub"]
    assert len(claims["sub"]) == len(sign_in.read(tokens["id_token"])["sub"])


def test_userinfo_without_signature(bac: Program, sign_in: SignIn) -> None:
    bac.incident(sign_in.name, "userinfo_unsigned")
    answer = sign_in.userinfo(sign_in.tokens()["access_token"])
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json()["iss"] == sign_in.issuer


def test_userinfo_signed_by_another_key(bac: Program, sign_in: SignIn) -> None:
    bac.incident(sign_in.name, "userinfo_wrong_signature")
    text = sign_in.userinfo(sign_in.tokens()["access_token"]).text
    with pytest.raises(BadSignatureError):
        sign_in.read(text)


@pytest.mark.parametrize(
    ("scenario", "name", "check"),
    [
        ("wrong_state", "state", lambda back, flow: back["state"] != flow.state and "code" in back),
        ("missing_iss_param", "iss", lambda back, _: "iss" not in back and "code" in back),
        ("wrong_iss_param", "iss", lambda back, flow: back["iss"] != flow.issuer and "code" in back),
        ("server_error", "error", lambda back, _: back["error"] == "server_error" and "code" not in back),
        ("temporarily_unavailable", "error", lambda back, _: back["error"] == "temporarily_unavailable"),
    ],
)
def test_a_wrong_way_back(bac: Program, sign_in: SignIn, scenario: str, name: str, check: object) -> None:
    bac.incident(sign_in.name, scenario)
    back = sign_in.come_back()
    assert check(back, sign_in), (name, back)


def test_a_token_error(bac: Program, sign_in: SignIn) -> None:
    bac.incident(sign_in.name, "token_error")
    refused = sign_in.redeem(sign_in.come_back()["code"])
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/jwks", "/userinfo"])
def test_down_and_nonsense_concern_every_door(bac: Program, sign_in: SignIn, path: str) -> None:
    bac.incident(sign_in.name, "down")
    assert sign_in.browser.get(f"{sign_in.issuer}{path}").status_code == 503
    assert sign_in.authorize().status_code == 503
    bac.incident(sign_in.name, "nonsense")
    answer = sign_in.browser.get(f"{sign_in.issuer}{path}")
    assert answer.status_code == 200
    assert answer.text.startswith("<!DOCTYPE html>")
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_slow_lasts_the_delay_chosen(bac: Program, sign_in: SignIn) -> None:
    bac.incident(sign_in.name, "slow", delay=0.4)
    answer = sign_in.browser.get(f"{sign_in.issuer}/jwks")
    assert answer.elapsed.total_seconds() >= 0.4
    assert KeySet.import_key_set(answer.json()).keys


def test_once_spoils_the_next_answer_only(bac: Program, sign_in: SignIn) -> None:
    bac.incident(sign_in.name, "wrong_nonce", once=1)
    assert claims_of(sign_in.tokens()["id_token"])["nonce"] != sign_in.nonce
    second = SignIn(bac.address, sign_in.name)
    assert claims_of(second.tokens()["id_token"])["nonce"] == second.nonce
    assert second.browser.get(f"{bac.address}/incidents.json").json()[sign_in.name]["scenario"] == "ok"


def test_the_other_provider_is_not_concerned(bac: Program, sign_in: SignIn) -> None:
    other = SignIn(bac.address, "proconnect" if sign_in.resident else "franceconnect")
    bac.incident(sign_in.name, "wrong_nonce")
    assert (
        jwt.decode(other.tokens()["id_token"], other.keys(), algorithms=[other.algorithm]).claims["nonce"]
        == other.nonce
    )


def test_the_providers_have_each_their_keys(bac: Program) -> None:
    resident, agent = SignIn(bac.address), SignIn(bac.address, "proconnect")
    assert not {key.kid for key in resident.keys().keys} & {key.kid for key in agent.keys().keys}
