"""The simulated CAF and MSA, asked by our own connector as a trial installation does."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import connectors.sandbox.caf as room
from connectors.partners.caf import CONNECTOR
from connectors.partners.caf.connector import CafConnector
from connectors.sandbox.identity.people import load_residents
from connectors.sdk import (
    ConfigurationError,
    ConnectorContext,
    ConnectorError,
    EgressPolicy,
    EntitlementQuestion,
    ProtocolError,
    RetryableError,
    build_connector,
)
from connectors.sdk.testing.doubles import NOW, QUICK
from tests.connectors.sandbox.support import ENVIRONMENT, Program

Ask = Callable[[str], Any]


def person(name: str) -> dict[str, Any]:
    """A person of the sandbox as the portal knows them once signed in."""
    claims = load_residents()[name].claims
    return {
        "person.family_name": claims["family_name"],
        "person.given_names": claims["given_name_array"],
        "person.birthdate": claims["birthdate"],
        "person.gender": claims["gender"],
        "person.birth_place": claims["birthplace"],
        "person.birth_country": claims["birthcountry"],
    }


def connect(bac: Program, token: str = ENVIRONMENT["SANDBOX_CAF_TOKEN"]) -> CafConnector:
    options = {"base_url": f"{bac.address}/caf", "recipient": "21380999900019"}
    context = ConnectorContext("caf", EgressPolicy(["127.0.0.0/8"]), lambda: NOW, timeouts=QUICK)
    built = build_connector(CONNECTOR, options, {"token": token}, context)
    assert isinstance(built, CafConnector)
    return built


@pytest.fixture
def caf(bac: Program) -> Iterator[CafConnector]:
    connected = connect(bac)
    yield connected
    connected.close()


@pytest.fixture
def ask(caf: CafConnector) -> Ask:
    return lambda name: caf.check_entitlement(EntitlementQuestion(payload=person(name)))


def test_each_case_is_found_for_the_person_it_was_made_for(ask: Ask) -> None:
    cases = json.loads((Path(room.__file__).parent / "cases.json").read_text(encoding="utf-8"))
    assert {case["provider"] for case in cases} == {"CNAF", "MSA"}
    assert 0 in {case["value"] for case in cases}
    for case in cases:
        answer = ask(case["person"])
        assert answer.values == {"caf.family_quotient": str(case["value"])}, case["person"]
        assert answer.source == case["provider"]
        assert answer.fresh_for == 86_400


def test_everybody_else_is_unknown(ask: Ask) -> None:
    known = {case["person"] for case in json.loads((Path(room.__file__).parent / "cases.json").read_text("utf-8"))}
    for name in load_residents().keys() - known:
        answer = ask(name)
        assert (answer.found, answer.code) == (False, "35003"), name


@pytest.mark.parametrize(
    ("scenario", "kind", "code"),
    [
        ("down", RetryableError, "http_503"),
        ("slow", RetryableError, "answer_timeout"),
        ("rate_limited", RetryableError, "http_429"),
        ("refuse_connection", RetryableError, "connection_lost"),
        ("unauthorized", ConfigurationError, "credentials_refused"),
        ("scope_refused", ConfigurationError, "credentials_refused"),
        ("nonsense", ProtocolError, "answer_unreadable"),
        ("truncated", RetryableError, "connection_lost"),
        ("provider_down", RetryableError, "http_504"),
        ("already_running", RetryableError, "http_409"),
        ("quota", RetryableError, "http_429"),
    ],
)
def test_each_incident_has_its_meaning(
    bac: Program, ask: Ask, scenario: str, kind: type[ConnectorError], code: str
) -> None:
    bac.incident("caf", scenario, delay=2)
    with pytest.raises(ConnectorError) as caught:
        ask("angela")
    assert (type(caught.value), caught.value.code) == (kind, code)
    bac.reset()
    assert ask("angela").found


def test_an_incident_may_be_that_nobody_is_known(bac: Program, ask: Ask) -> None:
    bac.incident("caf", "nobody_known", once=1)
    assert not ask("angela").found
    assert ask("angela").found


def test_the_connection_is_checked_without_naming_anybody(bac: Program, caf: CafConnector) -> None:
    assert caf.check().ok
    other = connect(bac, "another-token")
    report = other.check()
    other.close()
    assert (report.ok, report.credentials_ok) == (False, False)


def test_the_home_page_tells_whom_they_know(bac: Program) -> None:
    page = bac.http.get(f"{bac.address}/").text
    assert "Connue de la CAF : 850" in page
    assert "zéro est une valeur" in page
