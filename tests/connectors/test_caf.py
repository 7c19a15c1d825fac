"""Questions to the CAF and the MSA: what leaves for whom, and what each answer means."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from connectors.partners.caf import CONNECTOR
from connectors.partners.caf.connector import CafConnector
from connectors.partners.caf.mapping import to_parameters
from connectors.sdk import (
    ConfigurationError,
    ConnectorError,
    EntitlementQuestion,
    PermanentError,
    ProtocolError,
    RetryableError,
    build_connector,
)
from connectors.sdk.testing import Bench
from tests.connectors.doubles import CafDouble, caf_error
from tests.connectors.fake_http import json_answer
from tests.connectors.samples import CAF, HARD_NAMES


@pytest.fixture
def bench() -> Iterator[Bench]:
    opened = Bench(CONNECTOR, CafDouble())
    yield opened
    opened.close()


def test_a_person_born_in_france_is_named_by_their_civil_status() -> None:
    assert to_parameters(CAF) == [
        ("nomNaissance", "NGUYỄN D’AUBIGNÉ"),
        ("prenoms[]", "Anne-Lise"),
        ("prenoms[]", "Sixtine"),
        ("prenoms[]", "Apolline"),
        ("sexeEtatCivil", "F"),
        ("codeCogInseePaysNaissance", "99100"),
        ("codeCogInseeCommuneNaissance", "2B002"),
        ("anneeDateNaissance", "1988"),
        ("moisDateNaissance", "2"),
        ("jourDateNaissance", "29"),
    ]


def test_the_commune_of_birth_stays_here_for_somebody_born_abroad() -> None:
    sent = dict(to_parameters({**CAF, "person.birth_country": "99404", "person.birth_place": "75107"}))
    assert sent["codeCogInseePaysNaissance"] == "99404"
    assert "codeCogInseeCommuneNaissance" not in sent


@pytest.mark.parametrize(
    ("birthdate", "sent"),
    [
        ("1957-00-00", {"anneeDateNaissance": "1957"}),
        ("1979-02-00", {"anneeDateNaissance": "1979", "moisDateNaissance": "2"}),
        ("1979-00-12", {"anneeDateNaissance": "1979"}),
        ("", {}),
        (None, {}),
        ("24/08/1962", {}),
    ],
)
def test_only_what_is_known_of_a_birth_date_is_sent(birthdate: Any, sent: dict[str, str]) -> None:
    found = dict(to_parameters({**CAF, "person.birthdate": birthdate}))
    assert {name: value for name, value in found.items() if "DateNaissance" in name} == sent


@pytest.mark.parametrize("name", HARD_NAMES)
def test_any_name_is_sent_as_it_is(bench: Bench, name: str) -> None:
    connector = bench.connect()
    assert isinstance(connector, CafConnector)
    assert bench.ask(connector, extra={"person.family_name": name, "person.given_names": [name]}).found
    query = bench.double.server.requests[-1].query  # type: ignore[attr-defined] # the double's own server
    assert query["nomNaissance"] == [name]
    assert query["prenoms[]"] == [name]


@pytest.mark.parametrize(
    "missing",
    [
        {"person.family_name": ""},
        {"person.given_names": []},
        {"person.given_names": None},
        {"person.gender": None},
        {"person.gender": "other"},
        {"person.birth_country": ""},
        {"person.birth_country": "FR"},
        {"person.birth_place": ""},
        {"person.birth_place": "Paris"},
    ],
)
def test_an_identity_that_does_not_do_is_not_even_sent(bench: Bench, missing: dict[str, Any]) -> None:
    with pytest.raises(PermanentError, match="identity_incomplete"):
        bench.ask(bench.connect(), extra=missing)
    assert bench.double.records() == 0


def test_zero_is_a_value_and_not_found_is_none(bench: Bench) -> None:
    quotient = {"fournisseur": "CNAF", "valeur": 0, "annee": 2027, "mois": 12}
    bench.double.server.respond = lambda _r: json_answer(200, {"data": {"quotient_familial": quotient}})  # type: ignore[attr-defined]
    answer = bench.ask(bench.connect())
    assert (answer.found, answer.values, answer.source, answer.period) == (
        True,
        {"caf.family_quotient": "0"},
        "CNAF",
        "2027-12",
    )
    assert answer.fresh_for is None


@pytest.mark.parametrize("code", ["10003", "23003", "35003", "37003"])
def test_nobody_found_is_an_answer(bench: Bench, code: str) -> None:
    bench.double.server.respond = lambda _r: caf_error(404, code)  # type: ignore[attr-defined]
    answer = bench.ask(bench.connect())
    assert (answer.found, answer.values, answer.code) == (False, {}, code)


@pytest.mark.parametrize(
    ("status", "code", "more", "kind", "expected", "retry_after"),
    [
        (401, "00103", {}, ConfigurationError, "credentials_refused", None),
        (403, "00100", {}, ConfigurationError, "credentials_refused", None),
        (422, "00203", {"parameter": "recipient"}, ConfigurationError, "recipient_refused", None),
        (422, "00366", {}, PermanentError, "identity_refused_422", None),
        (409, "00015", {"retry_in": 2}, RetryableError, "http_409", 2.0),
        (429, "00429", {}, RetryableError, "http_429", None),
        (502, "37999", {"provider": "CNAV"}, RetryableError, "http_502", None),
        (504, "00501", {"retry_in": 10}, RetryableError, "http_504", 10.0),
        (504, "37001", {"retry_in": 999_999}, RetryableError, "http_504", 3600.0),
        (504, "37001", {"retry_in": "soon"}, RetryableError, "http_504", None),
        (504, "37001", {"retry_in": True}, RetryableError, "http_504", None),
    ],
)
def test_each_error_of_the_envelope_means_one_thing(
    bench: Bench,
    status: int,
    code: str,
    more: dict[str, Any],
    kind: type[ConnectorError],
    expected: str,
    retry_after: float | None,
) -> None:
    bench.double.server.respond = lambda _r: caf_error(status, code, **more)  # type: ignore[attr-defined]
    error = bench.failure(bench.connect())
    assert (type(error), error.code) == (kind, expected)
    assert getattr(error, "retry_after", None) == retry_after


@pytest.fixture
def signed(bench: Bench) -> CafConnector:
    """The second variant: the token of a sign-in names the person."""
    options = {**bench.double.options, "variant": "france_connect"}
    built = build_connector(CONNECTOR, options, {}, bench.context())
    assert isinstance(built, CafConnector)
    bench.connectors.append(built)
    return built


def test_a_sign_in_made_for_the_question_names_the_person_alone(bench: Bench, signed: CafConnector) -> None:
    quotient = {"fournisseur": "CNAF", "valeur": 850, "annee": 2027, "mois": 3}
    bench.double.server.respond = lambda _r: json_answer(200, {"data": {"quotient_familial": quotient}})  # type: ignore[attr-defined]
    question = EntitlementQuestion(CAF, access_token="token-of-a-minute")
    assert "token-of-a-minute" not in repr(question)
    assert signed.sign_in_scope == "cnaf_quotient_familial"
    assert signed.check_entitlement(question).values == {"caf.family_quotient": "850"}
    (asked,) = bench.double.server.requests  # type: ignore[attr-defined]
    assert asked.path == "/v3/dss/quotient_familial/france_connect"
    assert asked.headers["authorization"] == "Bearer token-of-a-minute"
    assert asked.query == {"recipient": ["21380999900019"]}


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [(401, "00101", ConfigurationError), (504, "37001", RetryableError), (502, "37999", RetryableError)],
)
def test_the_second_variant_fails_as_the_first(
    bench: Bench, signed: CafConnector, status: int, code: str, kind: type[ConnectorError]
) -> None:
    bench.double.server.respond = lambda _r: caf_error(status, code)  # type: ignore[attr-defined]
    with pytest.raises(kind):
        signed.check_entitlement(EntitlementQuestion({}, access_token="token-of-a-minute"))


def test_the_second_variant_is_checked_without_anybodys_token(bench: Bench, signed: CafConnector) -> None:
    bench.double.server.respond = lambda _r: caf_error(401, "00101")  # type: ignore[attr-defined]
    report = signed.check()
    assert (report.ok, report.connection_ok, report.credentials_ok) == (True, True, None)
    bench.double.server.respond = lambda _r: json_answer(200, {})  # type: ignore[attr-defined]
    assert not signed.check().ok


def test_the_first_variant_needs_a_token(bench: Bench) -> None:
    with pytest.raises(ConfigurationError) as caught:
        build_connector(CONNECTOR, bench.double.options, {}, bench.context())
    assert set(caught.value.fields) == {"token"}


def test_a_404_without_the_envelope_is_an_address_that_is_not_theirs(bench: Bench) -> None:
    bench.double.answer(404)
    assert bench.failure(bench.connect()).code == "address_unknown"


def test_a_scope_that_was_not_granted_is_told(bench: Bench) -> None:
    bench.double.server.respond = lambda _r: json_answer(200, {"data": {"enfants": []}})  # type: ignore[attr-defined]
    error = bench.failure(bench.connect())
    assert (type(error), error.code) == (ConfigurationError, "scope_missing")


@pytest.mark.parametrize(
    "wrong",
    [
        {"valeur": -1},
        {"valeur": 100_000},
        {"valeur": "850"},
        {"valeur": 850.5},
        {"valeur": None},
        {"valeur": True},
        {"mois": 13},
        {"annee": 26},
        {"fournisseur": "AUTRE"},
    ],
)
def test_a_value_out_of_its_band_is_never_taken(bench: Bench, wrong: dict[str, Any]) -> None:
    quotient = {"fournisseur": "CNAF", "valeur": 850, "annee": 2027, "mois": 3} | wrong
    body = json.dumps({"data": {"quotient_familial": quotient}})
    bench.double.server.respond = lambda _r: json_answer(200, json.loads(body))  # type: ignore[attr-defined]
    assert isinstance(bench.failure(bench.connect()), ProtocolError)
