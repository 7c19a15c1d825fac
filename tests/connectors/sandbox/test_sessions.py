"""Sign-in sessions of the providers, assurance levels, and lifetimes under a clock of ours."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from connectors.sandbox.__main__ import running
from connectors.sandbox.settings import read_settings
from tests.connectors.sandbox.support import ENVIRONMENT, PORTAL, SignIn, claims_of, query

SIGNED_OUT = f"{PORTAL}/deconnexion/retour"


@dataclass
class Clock:
    """A clock that tests move forward."""

    ahead: float = 0

    def __call__(self) -> float:
        return time.time() + self.ahead


@dataclass
class Clocked:
    """A sandbox inside this process, at the time of its clock."""

    address: str
    clock: Clock


@pytest.fixture
def clocked(tmp_path: Path) -> Iterator[Clocked]:
    clock = Clock()
    arguments = ["--port", "0", "--smtp-port", "0", "--data-dir", str(tmp_path)]
    with running(read_settings(arguments, ENVIRONMENT), clock) as (port, _):
        yield Clocked(f"http://127.0.0.1:{port}", clock)


def end_session(flow: SignIn, hint: str, **changes: str) -> object:
    told = {"id_token_hint": hint, "post_logout_redirect_uri": SIGNED_OUT, "state": "fin-123", **changes}
    return flow.browser.get(f"{flow.issuer}/session/end", params=told)


def test_an_agent_known_to_proconnect_comes_straight_back(agent: SignIn) -> None:
    first = agent.tokens()
    again = agent.authorize()
    assert again.headers["Location"].startswith(agent.redirect_uri)
    second = agent.redeem(query(again.headers["Location"])["code"]).json()
    assert claims_of(first["id_token"])["auth_time"] == claims_of(second["id_token"])["auth_time"]
    assert "/interaction/" in agent.authorize(prompt="login").headers["Location"]


def test_silent_sign_in_tells_when_nobody_is_known(agent: SignIn) -> None:
    assert query(agent.authorize(prompt="none").headers["Location"])["error"] == "login_required"
    agent.tokens()
    assert "code" in query(agent.authorize(prompt="none").headers["Location"])


def test_a_resident_known_to_franceconnect_only_confirms(resident: SignIn) -> None:
    resident.tokens("nikos")
    page = f"{resident.address}{resident.authorize().headers['Location']}"
    shown = resident.browser.get(page).text
    assert "déjà connecté" in shown
    assert 'type="radio"' not in shown
    back = query(resident.browser.post(page, data={"choix": "continuer"}).headers["Location"])
    claims = resident.read(resident.userinfo(resident.redeem(back["code"]).json()["access_token"]).text)
    assert claims["family_name"] == "ΠΑΡΆΔΕΙΓΜΑ"


def test_the_session_cookie_stays_in_its_provider(sign_in: SignIn) -> None:
    cookie = sign_in.choose().headers["Set-Cookie"]
    assert cookie.startswith("bac_fc=" if sign_in.resident else "bac_pc=")
    assert f"Path=/{sign_in.name}" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_signing_out_closes_the_session_and_comes_back_with_the_state(sign_in: SignIn) -> None:
    hint = sign_in.tokens()["id_token"]
    out = end_session(sign_in, hint)
    assert (out.status_code, out.headers["Location"]) == (303, f"{SIGNED_OUT}?state=fin-123")
    page = sign_in.authorize().headers["Location"]
    assert 'type="radio"' in sign_in.browser.get(f"{sign_in.address}{page}").text


def test_signing_out_wants_its_three_parameters(sign_in: SignIn) -> None:
    hint = sign_in.tokens()["id_token"]
    for changes in ({"id_token_hint": ""}, {"id_token_hint": hint[:-4] + "AAAA"}, {"state": ""}):
        assert end_session(sign_in, **{"hint": hint, **changes}).status_code == 400
    refused = end_session(sign_in, hint, post_logout_redirect_uri="http://ailleurs.example/")
    assert refused.status_code == 400
    assert "Y030111" in refused.text


def test_an_old_token_is_a_good_hint_even_after_its_key_was_withdrawn(clocked: Clocked) -> None:
    flow = SignIn(clocked.address)
    hint = flow.tokens()["id_token"]
    clocked.clock.ahead = 7200
    flow.browser.post(f"{flow.address}/incidents/franceconnect", data={"scenario": "rotated_key_dropped"})
    assert end_session(flow, hint).status_code == 303


def test_two_factors_are_asked_through_claims(agent: SignIn) -> None:
    wanted = {"id_token": {"acr": {"essential": True, "values": ["eidas0-mfa", "eidas1-mfa"]}, "amr": {}}}
    identity = agent.read(agent.tokens(claims=json.dumps(wanted))["id_token"])
    assert identity["acr"] == "eidas1-mfa"
    assert "mfa" in identity["amr"]
    plain = SignIn(agent.address, "proconnect")
    assert "amr" not in plain.read(plain.tokens()["id_token"])


def test_an_agent_without_second_factor_is_sent_back(agent: SignIn) -> None:
    wanted = {"id_token": {"acr": {"essential": True, "values": ["eidas1-mfa"]}}}
    assert agent.come_back("v.exterieur", claims=json.dumps(wanted))["error"] == "access_denied"


def test_a_login_hint_prepares_the_choice(agent: SignIn) -> None:
    page = agent.authorize(login_hint="s.amrani@valmont-sur-iselle.example").headers["Location"]
    shown = agent.browser.get(f"{agent.address}{page}").text
    assert 'value="s.amrani"' in shown.split(" checked")[0].rsplit("<input", 1)[1]


@pytest.mark.parametrize(("name", "seconds"), [("franceconnect", 30), ("proconnect", 60)])
def test_a_code_does_not_live_long(clocked: Clocked, name: str, seconds: int) -> None:
    flow = SignIn(clocked.address, name)
    code = flow.come_back()["code"]
    clocked.clock.ahead = seconds + 1
    assert flow.redeem(code).json()["error"] == "invalid_grant"
    fresh = flow.come_back(prompt="login")["code"]
    clocked.clock.ahead += seconds - 2
    assert flow.redeem(fresh).status_code == 200


def test_an_access_token_lives_sixty_seconds(clocked: Clocked) -> None:
    flow = SignIn(clocked.address)
    access = flow.tokens()["access_token"]
    clocked.clock.ahead = 58
    assert flow.userinfo(access).status_code == 200
    clocked.clock.ahead = 61
    assert flow.userinfo(access).status_code == 401


def test_sessions_end_by_themselves(clocked: Clocked) -> None:
    resident, agent = SignIn(clocked.address), SignIn(clocked.address, "proconnect")
    resident.tokens()
    agent.tokens()
    clocked.clock.ahead = 1790
    page = resident.authorize().headers["Location"]
    assert "déjà connecté" in resident.browser.get(f"{clocked.address}{page}").text
    clocked.clock.ahead = 1790 + 1801
    page = resident.authorize().headers["Location"]
    assert 'type="radio"' in resident.browser.get(f"{clocked.address}{page}").text
    clocked.clock.ahead = 12 * 3600 - 10
    assert "code" in query(agent.authorize().headers["Location"])
    clocked.clock.ahead = 12 * 3600 + 10
    assert "/interaction/" in agent.authorize().headers["Location"]
