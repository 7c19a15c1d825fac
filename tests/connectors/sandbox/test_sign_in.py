"""Both providers: what a correct sign-in gives, and what they refuse."""

import re

import httpx2
import pytest

from tests.connectors.sandbox.support import PORTAL, SignIn, header_of, query


def test_discovery_names_the_issuer_and_its_doors(sign_in: SignIn) -> None:
    told = httpx2.get(f"{sign_in.issuer}/.well-known/openid-configuration").json()
    assert told["issuer"] == sign_in.issuer
    assert told["token_endpoint_auth_methods_supported"] == ["client_secret_post"]
    assert told["id_token_signing_alg_values_supported"] == [sign_in.algorithm]
    assert ("code_challenge_methods_supported" in told) == sign_in.resident
    for name in ("authorization", "token", "userinfo", "end_session"):
        assert told[f"{name}_endpoint"].startswith(sign_in.issuer)


def test_a_whole_sign_in_gives_signed_facts_about_the_person(sign_in: SignIn) -> None:
    back = sign_in.come_back()
    assert (back["state"], back["iss"]) == (sign_in.state, sign_in.issuer)
    tokens = sign_in.redeem(back["code"]).json()
    assert tokens["expires_in"] == 60
    assert "refresh_token" not in tokens
    identity = sign_in.read(tokens["id_token"])
    assert identity["iss"] == sign_in.issuer
    assert identity["aud"] == sign_in.client["client_id"]
    assert identity["nonce"] == sign_in.nonce
    assert identity["acr"] == "eidas1"
    assert identity["exp"] - identity["iat"] == 60
    assert "auth_time" in identity
    facts = sign_in.userinfo(tokens["access_token"])
    assert facts.headers["Content-Type"] == "application/jwt"
    claims = sign_in.read(facts.text)
    assert (claims["sub"], claims["iss"], claims["aud"]) == (identity["sub"], identity["iss"], identity["aud"])


def test_the_resident_is_angela_dubois(resident: SignIn) -> None:
    claims = resident.read(resident.userinfo(resident.tokens()["access_token"]).text)
    assert re.fullmatch(r"[0-9a-f]{64}v1", claims["sub"])
    assert claims["given_name"] == "Angela Claire Louise"
    assert claims["given_name_array"] == ["Angela", "Claire", "Louise"]
    assert (claims["family_name"], claims["birthdate"], claims["gender"]) == ("DUBOIS", "1962-08-24", "female")
    assert (claims["birthplace"], claims["birthcountry"]) == ("75107", "99100")
    assert "preferred_username" not in claims


def test_scopes_limit_what_is_told(resident: SignIn) -> None:
    tokens = resident.tokens("maelys", scope="openid preferred_username")
    claims = resident.read(resident.userinfo(tokens["access_token"]).text)
    assert set(claims) == {"sub", "preferred_username", "iss", "aud", "iat", "exp"}


def test_the_agent_is_claire_le_goff(agent: SignIn) -> None:
    claims = agent.read(agent.userinfo(agent.tokens()["access_token"]).text)
    assert (claims["given_name"], claims["usual_name"]) == ("Claire", "Le Goff")
    assert claims["email"] == "c.legoff@valmont-sur-iselle.example"
    assert claims["siret"] == "21380999900019"
    assert claims["roles"] == ["agent_public", "agent_public_territorial"]
    assert claims["phone_number"] == "+33400000000"


def test_two_people_of_the_same_name_and_birth_date_have_two_subjects(resident: SignIn) -> None:
    subjects = set()
    for person in ("camille-1", "camille-2"):
        flow = SignIn(resident.address)
        claims = flow.read(flow.userinfo(flow.tokens(person)["access_token"]).text)
        assert (claims["family_name"], claims["birthdate"]) == ("SOSIE", "1990-10-10")
        subjects.add(claims["sub"])
    assert len(subjects) == 2


def test_a_person_born_abroad_has_an_empty_birthplace(resident: SignIn) -> None:
    claims = resident.read(resident.userinfo(resident.tokens("mamadou")["access_token"]).text)
    assert (claims["birthplace"], claims["birthcountry"], claims["birthdate"]) == ("", "99335", "1957-00-00")


def test_going_back_tells_the_portal(sign_in: SignIn) -> None:
    back = sign_in.come_back(choice="annuler")
    assert (back["error"], back["state"], back["iss"]) == ("access_denied", sign_in.state, sign_in.issuer)


def test_continuing_without_a_person_shows_the_page_again(sign_in: SignIn) -> None:
    page = f"{sign_in.address}{sign_in.authorize().headers['Location']}"
    answer = sign_in.browser.post(page, data={"choix": "continuer"})
    assert answer.status_code == 422
    assert "Choisissez une personne" in answer.text
    assert sign_in.browser.post(page, data={"choix": "continuer", "personne": "personne"}).status_code == 422


def test_an_interaction_serves_once(sign_in: SignIn) -> None:
    page = f"{sign_in.address}{sign_in.authorize().headers['Location']}"
    assert sign_in.browser.post(page, data={"choix": "annuler"}).status_code == 303
    assert sign_in.browser.get(page).status_code == 400


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"redirect_uri": f"{PORTAL}/connexion/usager/retour/"}, "Y030031"),
        ({"redirect_uri": "http://ailleurs.example/"}, "Y030031"),
        ({"client_id": "inconnu"}, None),
        ({"response_type": "token"}, None),
        ({"response_mode": "fragment"}, None),
        ({"scope": "identite_pivot"}, None),
        ({"scope": "openid inventé"}, None),
        ({"state": None}, None),
        ({"nonce": None}, None),
        ({"nonce": "n" * 21}, None),
        ({"acr_values": "eidas9"}, None),
        ({"claims": "{"}, None),
        ({"couleur": "bleu"}, None),
    ],
)
def test_a_wrong_request_stays_on_an_error_page(sign_in: SignIn, changes: dict, code: str | None) -> None:
    answer = sign_in.authorize(**changes)
    assert answer.status_code == 400
    assert (code or ("030007" if sign_in.resident else "Y000400")) in answer.text


def test_franceconnect_wants_a_level_and_knows_its_identity_providers(resident: SignIn) -> None:
    assert "acr_values" in resident.authorize(acr_values=None).text
    refused = resident.authorize(idp_hint="ailleurs")
    assert refused.status_code == 400
    assert "030032" in refused.text


def test_a_repeated_parameter_is_refused(sign_in: SignIn) -> None:
    told = [*sign_in.parameters().items(), ("nonce", "n" * 40)]
    assert sign_in.browser.get(f"{sign_in.issuer}/authorize", params=told).status_code == 400


def test_proconnect_wants_long_values_and_no_pkce(agent: SignIn) -> None:
    for changes in (
        {"state": "s" * 31},
        {"nonce": "n" * 31},
        {"code_challenge": "c" * 43},
        {"siret_hint": "12"},
        {"acr_values": "eidas1"},
    ):
        answer = agent.authorize(**changes)
        assert answer.status_code == 400
        assert "Y000400" in answer.text


def test_a_code_serves_once_and_its_second_use_withdraws_the_token(sign_in: SignIn) -> None:
    code = sign_in.come_back()["code"]
    access = sign_in.redeem(code).json()["access_token"]
    assert sign_in.userinfo(access).status_code == 200
    again = sign_in.redeem(code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert query(again.json()["error_uri"])["code"] == "Y049E20B"
    assert sign_in.userinfo(access).status_code == 401


def test_the_secret_travels_in_the_body_only(sign_in: SignIn) -> None:
    code = sign_in.come_back()["code"]
    told = {"grant_type": "authorization_code", "code": code, "redirect_uri": sign_in.redirect_uri}
    basic = httpx2.post(f"{sign_in.issuer}/token", data=told, auth=tuple(sign_in.client.values()))
    assert (basic.status_code, basic.json()["error"]) == (401, "invalid_client")
    wrong = sign_in.redeem(code, client_secret="faux")
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
    assert sign_in.redeem(code).status_code == 200


def test_pkce_is_verified_when_offered(resident: SignIn) -> None:
    for verifier in ("v" * 64, None):
        refused = resident.redeem(resident.come_back()["code"], code_verifier=verifier)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    without = SignIn(resident.address)
    code = without.come_back(code_challenge=None, code_challenge_method=None)["code"]
    assert without.redeem(code, code_verifier=None).status_code == 200
    assert resident.authorize(code_challenge_method="plain").status_code == 400


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"grant_type": "refresh_token"}, "unsupported_grant_type"),
        ({"redirect_uri": "http://ailleurs.example/"}, "invalid_grant"),
        ({"code": "inventé"}, "invalid_grant"),
    ],
)
def test_a_wrong_exchange_is_refused(sign_in: SignIn, changes: dict, error: str) -> None:
    refused = sign_in.redeem(**{"code": sign_in.come_back()["code"], **changes})
    assert (refused.status_code, refused.json()["error"]) == (400, error)
    assert set(refused.json()) == {"error", "error_description", "error_uri"}
    assert httpx2.get(refused.json()["error_uri"]).status_code == 200


def test_userinfo_wants_a_good_token(sign_in: SignIn) -> None:
    assert sign_in.userinfo("invente").status_code == 401
    assert "invalid_token" in httpx2.get(f"{sign_in.issuer}/userinfo").headers["WWW-Authenticate"]


def test_the_keys_are_two_and_the_token_says_which(sign_in: SignIn) -> None:
    keys = httpx2.get(f"{sign_in.issuer}/jwks").json()["keys"]
    assert len({key["kid"] for key in keys}) == len(keys) >= 2
    assert not any("d" in key for key in keys)
    assert header_of(sign_in.tokens()["id_token"])["kid"] in {key["kid"] for key in keys}
