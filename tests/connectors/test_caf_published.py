"""The published interface of API Particulier: its mock, made from the description and its cases, answers our questions.

PARVIS_SPECS_DIR names the folder of interface descriptions; they are not part of the project.
"""

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from connectors.partners.caf import CONNECTOR
from connectors.partners.caf.client import PATH, SIGNED_PATH, CafClient, Unknown
from connectors.partners.caf.mapping import to_parameters
from connectors.partners.caf.settings import CafSettings
from connectors.sdk import ConfigurationError, ConnectorContext, EgressPolicy, PermanentError, RetryableError
from connectors.sdk.testing.doubles import NOW, QUICK
from tests.connectors.fake_http import Answer, FakeHttpServer, Received, json_answer

SPECS = Path(os.environ.get("PARVIS_SPECS_DIR") or "nowhere") / "api-particulier"
CASES = sorted(SPECS.glob("payloads/api_particulier_v3_cnav_quotient_familial_with_civility/*.y*ml"))
SIGNED_CASES = sorted(SPECS.glob("payloads/api_particulier_v3_cnav_quotient_familial_with_france_connect/*.y*ml"))
pytestmark = pytest.mark.skipif(not CASES, reason="PARVIS_SPECS_DIR does not name the interface descriptions")
RECIPIENT = "21380999900019"
MEANINGS = {
    401: ConfigurationError,
    403: ConfigurationError,
    409: RetryableError,
    422: PermanentError,
    429: RetryableError,
    502: RetryableError,
    504: RetryableError,
}
CONCEPTS = {
    "nomNaissance": "person.family_name",
    "prenoms": "person.given_names",
    "codeCogInseePaysNaissance": "person.birth_country",
    "codeCogInseeCommuneNaissance": "person.birth_place",
}


@cache
def read(file: Path) -> Any:
    """What a file describes; the description is long, and read once for all tests. Nobody changes it."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the library in C, where it was built with it
    return yaml.load(file.read_text(encoding="utf-8"), Loader=loader)


class Mock:
    """Checks a question against the description, then answers the case whose parameters it bears."""

    def __init__(self) -> None:
        whole = read(SPECS / "openapi-particulier-v3.yaml")
        self.operation = whole["paths"][PATH]["get"]
        self.cases = [read(case) for case in CASES]
        self.path = PATH
        self.forced: Answer | None = None
        self.unexpected: list[str] = []
        self.server = FakeHttpServer(self.respond)

    def examples(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Each error that the description shows."""
        for status, response in self.operation["responses"].items():
            for example in response["content"]["application/json"].get("examples", {}).values():
                yield int(status), example["value"]

    def respond(self, request: Received) -> Answer:
        self._check(request)
        return self.forced or self._case(request.query)

    def _check(self, request: Received) -> None:
        known = {one["name"]: one for one in self.operation["parameters"] if one["in"] == "query"}
        self.unexpected += [name for name in request.query if name not in known]
        for name, values in request.query.items():
            schema = known[name]["schema"]
            value: Any = values if schema["type"] == "array" else values[0]
            jsonschema.validate(int(value) if schema["type"] == "integer" else value, schema)
        assert request.path == self.path
        assert request.query["recipient"] == [RECIPIENT]

    def _case(self, query: dict[str, list[str]]) -> Answer:
        asked = {name: values for name, values in query.items() if name != "recipient"}
        for case in self.cases:
            if dict(as_query(case["params"])) == asked:
                return Answer(case["status"], case["payload"].encode(), {"Content-Type": "application/json"})
        return json_answer(404, {"errors": [{"code": "37003", "title": "", "detail": "", "source": None, "meta": {}}]})


def as_query(params: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """The parameters of a case as a query."""
    found = []
    for name, value in params.items():
        values = [str(one) for one in value] if isinstance(value, list) else [str(value)]
        found.append(("prenoms[]" if name == "prenoms" else name, values))
    return found


def as_person(params: dict[str, Any]) -> dict[str, Any]:
    """The person of a case, as our dictionary has them."""
    parts = [int(params.get(f"{part}DateNaissance", 0)) for part in ("annee", "mois", "jour")]
    person = {concept: params.get(name) for name, concept in CONCEPTS.items()}
    person["person.birthdate"] = "{:04d}-{:02d}-{:02d}".format(*parts) if parts[0] else ""
    return person | {"person.gender": {"F": "female", "M": "male"}.get(params["sexeEtatCivil"])}


@pytest.fixture
def mock() -> Iterator[Mock]:
    opened = Mock()
    yield opened
    opened.server.close()


@pytest.fixture
def client(mock: Mock) -> Iterator[CafClient]:
    settings = CafSettings(base_url=mock.server.url, recipient=RECIPIENT, token="test-only-token")
    opened = CafClient(
        settings, ConnectorContext("essai", EgressPolicy([mock.server.address]), lambda: NOW, timeouts=QUICK)
    )
    yield opened
    opened.close()


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_each_published_case_is_read_without_surprise(mock: Mock, client: CafClient, file: Path) -> None:
    case = read(file)
    parameters = [(name, value) for name, values in as_query(case["params"]) for value in values]
    if case["status"] == 200:
        found, _seconds = client.ask(parameters)
        told = json.loads(case["payload"])
        schema = mock.operation["responses"]["200"]["content"]["application/json"]["schema"]
        assert set(schema["required"]) <= set(told)
        assert found.data.quotient_familial is not None
        assert found.data.quotient_familial.valeur == told["data"]["quotient_familial"]["valeur"]
    elif case["status"] == 404:
        with pytest.raises(Unknown) as unknown:
            client.ask(parameters)
        assert unknown.value.code == json.loads(case["payload"])["errors"][0]["code"]
    else:
        with pytest.raises(MEANINGS[case["status"]]):
            client.ask(parameters)
    assert mock.unexpected == []


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_our_question_about_each_case_is_the_published_one(file: Path) -> None:
    params = read(file)["params"]
    expected = [(name, value) for name, values in as_query(params) for value in values]
    if not params.get("prenoms"):  # a case that no identity provider could give
        with pytest.raises(PermanentError):
            to_parameters(as_person(params))
        return
    ours = to_parameters(CONNECTOR.manifest.keep_declared(as_person(params)))
    assert sorted(ours) == sorted(pair for pair in expected if pair[0] not in {"annee", "mois", "nomUsage"})


@pytest.mark.parametrize("file", SIGNED_CASES, ids=lambda file: file.stem)
def test_each_published_case_of_a_signed_in_person_is_read(client: CafClient, mock: Mock, file: Path) -> None:
    case = read(file)
    mock.path = SIGNED_PATH
    mock.forced = Answer(case["status"], case["payload"].encode(), {"Content-Type": "application/json"})
    if case["status"] == 404:
        with pytest.raises(Unknown):
            client.ask_signed("token-of-a-minute")
        return
    found, _seconds = client.ask_signed("token-of-a-minute")
    told = json.loads(case["payload"])["data"].get("quotient_familial")
    assert (found.data.quotient_familial is None) == (told is None)
    if told is not None:
        assert found.data.quotient_familial.valeur == told["valeur"]


def test_each_error_that_the_description_shows_has_a_meaning(mock: Mock, client: CafClient) -> None:
    seen = set()
    for status, body in mock.examples():
        mock.forced = json_answer(status, body)
        seen.add(status)
        if status == 404:
            expected: Any = Unknown
        elif body["errors"][0]["code"] == "00203":
            expected = ConfigurationError
        else:
            expected = MEANINGS[status]
        with pytest.raises(expected):
            client.ask([("nomNaissance", "ESSAI")])
    assert seen == {401, 403, 404, 409, 422, 429, 502, 504}
