"""Both doors against the sandbox, run as a program: what a commune sees when it tries the portal."""

import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import pytest

from portal.ground.db import Database
from portal.ground.settings import Settings
from portal.people.accounts.service import AgentView, AuthorityView
from portal.people.identity.enums import Realm
from tests.portal.people.conftest import COOKIES, EXITS, Browser, build

READY = re.compile(r"http://127\.0\.0\.1:\d+")
PARTNERS = {Realm.RESIDENT: "franceconnect", Realm.AGENT: "proconnect"}
PEOPLE = {Realm.RESIDENT: "angela", Realm.AGENT: "c.legoff"}
REALMS = pytest.mark.parametrize("realm", list(Realm))
WRONG = {
    "token_error": 400,
    "alg_none": 400,
    "hs256_with_public_key": 400,
    "wrong_signature": 400,
    "unknown_kid": 400,
    "wrong_iss": 400,
    "wrong_aud": 400,
    "expired_id_token": 400,
    "wrong_nonce": 400,
    "missing_nonce": 400,
    "low_acr": 403,
    "missing_acr": 403,
    "userinfo_sub_mismatch": 400,
    "userinfo_unsigned": 400,
    "userinfo_wrong_signature": 400,
    "wrong_state": 400,
    "wrong_iss_param": 400,
    "server_error": 503,
    "temporarily_unavailable": 503,
}


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None


def fetch(address: str, data: dict[str, str] | None = None) -> tuple[int, str]:
    """Status, then where it redirects to or the text."""
    body = urlencode(data).encode() if data is not None else None
    try:
        with urllib.request.build_opener(_Stay).open(address, body, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            location = error.headers.get("Location")
            return error.code, urljoin(address, location) if location else error.read().decode()


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The sandbox's address."""
    environment = {
        "SANDBOX_RESIDENT_CLIENT_ID": "parvis-usagers",
        "SANDBOX_RESIDENT_CLIENT_SECRET": "resident-client-secret-for-tests",
        "SANDBOX_AGENT_CLIENT_ID": "parvis-agents",
        "SANDBOX_AGENT_CLIENT_SECRET": "agent-client-secret-for-tests",
        "SANDBOX_SCHOOL_API_KEY": "test-only-school-key",
        "SANDBOX_SCHOOL_WEBHOOK_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "SANDBOX_DEMO_API_KEY": "test-only-demo-key",
    }
    folder = str(tmp_path_factory.mktemp("sandbox"))
    command = [sys.executable, "-m", "connectors.sandbox", "--data-dir", folder, "--port", "0", "--smtp-port", "0"]
    process = subprocess.Popen(
        [*command, "--portal-url", "http://127.0.0.1:8070"],
        cwd=Path(__file__).parents[3],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        found = READY.search(process.stdout.readline())
        assert found
        yield found[0]
    finally:
        process.terminate()
        process.communicate(timeout=15)


@pytest.fixture
def sandbox(program: str) -> Iterator[str]:
    """The sandbox, answering as it should until told otherwise."""
    yield program
    fetch(f"{program}/incidents/retablir", {})


@pytest.fixture
def visitor(sandbox: str, settings: Settings, database: Database, authority: AuthorityView) -> Browser:
    """A browser of a portal turned towards the sandbox."""
    resident = settings.resident.model_copy(update={"issuer": f"{sandbox}/franceconnect/api/v2"})
    agent = settings.agent.model_copy(update={"issuer": f"{sandbox}/proconnect/api/v2", "acr": "eidas1-mfa"})
    known = settings.model_copy(update={"resident": resident, "agent": agent})
    return Browser(build(known, database).test_client())


def choose(browser: Browser, realm: Realm, **answer: str) -> str:
    """Leave, choose on the provider's page, and give the way back as a path of the portal."""
    status, page = fetch(browser.leave(realm))
    assert status == 303, page
    status, back = fetch(page, answer or {"personne": PEOPLE[realm], "choix": "continuer"})
    assert status == 303, back
    parts = urlsplit(back)
    return f"{parts.path}?{parts.query}"


@REALMS
def test_the_whole_way_and_back(visitor: Browser, claire: AgentView, realm: Realm) -> None:
    assert visitor.get(choose(visitor, realm)).status_code == 303
    expected = "|Angela DUBOIS" if realm is Realm.RESIDENT else "|Claire Le Goff"
    assert visitor.who("/mon-espace" if realm is Realm.RESIDENT else "/agents/").endswith(expected)
    leaving = visitor.post(EXITS[realm]).headers["Location"]
    status, back = fetch(leaving)
    assert status == 303
    parts = urlsplit(back)
    page = visitor.get(f"{parts.path}?{parts.query}")
    assert page.status_code == 200
    assert "fermée ici et chez" in page.text


@REALMS
def test_turning_back(visitor: Browser, claire: AgentView, realm: Realm) -> None:
    page = visitor.get(choose(visitor, realm, choix="annuler"))
    assert page.status_code == 200
    assert "interrompue" in page.text


@REALMS
@pytest.mark.parametrize("scenario", list(WRONG))
def test_a_wrong_answer_signs_nobody_in(
    visitor: Browser, sandbox: str, claire: AgentView, realm: Realm, scenario: str
) -> None:
    status, text = fetch(f"{sandbox}/incidents/{PARTNERS[realm]}", {"scenario": scenario})
    assert status < 400, text
    answer = visitor.get(choose(visitor, realm))
    assert answer.status_code == WRONG[scenario]
    assert visitor.cookie(COOKIES[realm]) is None


def test_new_keys_are_followed(visitor: Browser, sandbox: str) -> None:
    assert visitor.get(choose(visitor, Realm.RESIDENT)).status_code == 303
    for scenario in ("rotated_key", "rotated_key_dropped"):
        fetch(f"{sandbox}/incidents/franceconnect", {"scenario": scenario})
        assert visitor.get(choose(visitor, Realm.RESIDENT)).status_code == 303


@pytest.mark.parametrize("scenario", ["down", "nonsense"])
def test_a_provider_that_fails_gives_a_calm_page(visitor: Browser, sandbox: str, scenario: str) -> None:
    fetch(f"{sandbox}/incidents/franceconnect", {"scenario": scenario})
    answer = visitor.post("/connexion/usager")
    assert answer.status_code == 503
    assert "ne répond pas pour le moment" in answer.text


def test_everybody_of_the_sandbox_can_sign_in_whatever_their_name(
    visitor: Browser, database: Database, sandbox: str
) -> None:
    address = visitor.leave(Realm.RESIDENT)
    _status, page = fetch(address)
    people = re.findall(r'name="personne" value="([^"]+)"', fetch(page)[1])
    assert len(people) >= 10
    seen: set[str] = set()
    for number, person in enumerate(people):
        browser = Browser(visitor.client.application.test_client())
        browser.client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number + 1}"
        assert browser.get(choose(browser, Realm.RESIDENT, personne=person, choix="continuer")).status_code == 303
        seen.add(browser.who("/mon-espace"))
    assert len(seen) == len(people)
