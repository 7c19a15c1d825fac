"""What is particular to the school software."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast

import pytest

from connectors.partners.school import CONNECTOR
from connectors.partners.school.connector import SchoolConnector
from connectors.sdk import (
    AmendCommand,
    ComplementCommand,
    ConfigurationError,
    PermanentError,
    ProtocolError,
    UpdateStatus,
    WebhookRefused,
    WithdrawCommand,
    build_connector,
)
from connectors.sdk.testing import Bench
from connectors.sdk.testing.doubles import NOW
from tests.connectors.doubles import SchoolDouble, signed
from tests.connectors.fake_http import Answer, Received, json_answer


@pytest.fixture
def bench() -> Iterator[Bench]:
    opened = Bench(CONNECTOR, SchoolDouble())
    yield opened
    opened.close()


def double_of(bench: Bench) -> SchoolDouble:
    return cast("SchoolDouble", bench.double)


def connector_of(bench: Bench) -> SchoolConnector:
    return cast("SchoolConnector", bench.connect())


def test_request_is_the_one_of_the_contract(bench: Bench) -> None:
    receipt = connector_of(bench).submit(bench.command("key-1"))
    (request,) = double_of(bench).server.requests
    assert (request.method, request.path) == ("POST", "/ecoles/enrolments")
    assert request.headers["authorization"] == "Bearer test-only-api-key-0001"
    assert request.headers["idempotency-key"] == "key-1"
    assert request.headers["content-type"] == "application/json"
    assert request.json()["external_ref"] == "VSI-7F3K-2M"
    assert (receipt.external_ref, receipt.raw_status, receipt.received) == ("E-1", "received", True)


def test_retry_resends_the_same_key_first(bench: Bench) -> None:
    connector = connector_of(bench)
    double_of(bench).lose_next_answer()
    bench.failure(connector, "key-1")
    connector.submit(bench.command("key-1"))
    sent = double_of(bench).server.requests
    assert [(request.method, request.headers["idempotency-key"]) for request in sent] == [("POST", "key-1")] * 2


def test_same_child_and_year_that_is_ours_is_a_receipt(bench: Bench) -> None:
    """The partner forgot our key (they keep it a day), but its record bears our reference."""
    connector = connector_of(bench)
    first = connector.submit(bench.command("key-1"))
    again = connector.submit(bench.command("key-after-a-week"))
    assert again == first
    assert bench.double.records() == 1


def test_same_child_and_year_that_is_not_ours_is_a_refusal(bench: Bench) -> None:
    connector = connector_of(bench)
    connector.submit(bench.command("key-1"))
    next(iter(double_of(bench).kept.values()))["external_ref"] = "VSI-OTHER-1"
    with pytest.raises(PermanentError) as caught:
        connector.submit(bench.command("key-2"))
    assert caught.value.code == "duplicate_child_year"


def test_partner_that_ignores_the_search_does_not_give_us_somebody_else(bench: Bench) -> None:
    """Whatever it answers to the search, only a record with our reference is ours."""

    def respond(request: Received) -> Answer:
        if request.method == "POST":
            return json_answer(409, {"code": "duplicate_child_year"})
        return json_answer(
            200, {"items": [{"enrolment_id": "E-9", "external_ref": "VSI-OTHER-1", "status": "received"}]}
        )

    double_of(bench).server.respond = respond
    connector = connector_of(bench)
    assert connector.find_submission("VSI-7F3K-2M", "key-1") is None
    with pytest.raises(PermanentError) as caught:
        connector.submit(bench.command("key-1"))
    assert caught.value.code == "duplicate_child_year"


@pytest.mark.parametrize("body", [b"", b"[]", b'{"code": 3}', b'{"code": "locked"}', b"<html>"])
def test_other_conflict_is_a_plain_refusal(bench: Bench, body: bytes) -> None:
    double_of(bench).server.respond = lambda _request: Answer(409, body)
    with pytest.raises(PermanentError) as caught:
        connector_of(bench).submit(bench.command("key-1"))
    assert caught.value.code == "http_409"


def test_incomplete_payload_is_not_sent(bench: Bench) -> None:
    with pytest.raises(PermanentError) as caught:
        connector_of(bench).submit(bench.command("key-1", {"school.level": None}))
    assert caught.value.code == "payload_incomplete"
    assert double_of(bench).server.requests == []


@pytest.mark.parametrize("enrolment_id", ["../admin", "a/b", "", "x" * 101, "é", "a?b", ".hidden"])
def test_id_that_could_change_an_address_is_a_protocol_error(bench: Bench, enrolment_id: str) -> None:
    answer = json_answer(202, {"enrolment_id": enrolment_id, "status": "received"})
    double_of(bench).server.respond = lambda _request: answer
    with pytest.raises(ProtocolError):
        connector_of(bench).submit(bench.command("key-1"))


def test_check_notices_another_authority(bench: Bench) -> None:
    options = {**bench.double.options, "authority_code": "99999999900019"}
    connector = build_connector(CONNECTOR, options, bench.double.secrets, bench.context())
    bench.connectors.append(connector)
    report = connector.check()
    assert (report.ok, report.settings_ok, report.message_code) == (False, False, "authority_mismatch")


def test_check_notices_another_contract(bench: Bench) -> None:
    double_of(bench).server.respond = lambda _request: json_answer(
        200, {"contract": "school-enrolment/2", "authority": "x"}
    )
    report = connector_of(bench).check()
    assert (report.ok, report.message_code) == (False, "answer_unreadable")


def test_events_come_in_order_with_their_details(bench: Bench) -> None:
    connector = connector_of(bench)
    reference = connector.submit(bench.command("key-1")).external_ref
    double_of(bench).change_status(reference, "incomplete", missing=["vaccinations"])
    double_of(bench).change_status(reference, "assigned", school_uai="0389999X")
    updates = connector.fetch_updates([reference])
    assert [(update.raw_status, dict(update.details)) for update in updates] == [
        ("incomplete", {"missing": "evidence.vaccinations"}),
        ("assigned", {"school_uai": "0389999X"}),
    ]
    assert [update.occurred_at.isoformat() for update in updates] == ["2027-03-02T09:25:00+01:00"] * 2


def test_event_without_time_zone_is_a_protocol_error(bench: Bench) -> None:
    event = {"event_id": "ev-1", "status": "received", "occurred_at": "2027-03-02T09:25:00", "details": {}}
    enrolment = {"enrolment_id": "E-1", "external_ref": "R", "status": "received", "events": [event]}
    double_of(bench).server.respond = lambda _request: json_answer(200, enrolment)
    with pytest.raises(ProtocolError):
        connector_of(bench).fetch_updates(["E-1"])


def call_body(**changes: Any) -> dict[str, Any]:
    data = {
        "event_id": "ev-1",
        "enrolment_id": "E-1",
        "external_ref": "VSI-7F3K-2M",
        "status": "admitted",
        "occurred_at": "2027-03-02T09:25:00Z",
        "details": {},
    }
    return {"type": "enrolment.status_changed", "timestamp": "2027-03-02T09:25:01Z", "data": {**data, **changes}}


def test_signed_call_of_another_type_is_acknowledged_and_ignored(bench: Bench) -> None:
    assert connector_of(bench).read_webhook(signed({"type": "school.opened", "data": {}}, NOW)) == []


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b'{"data": {}}', b'{"type": "enrolment.status_changed"}', b"\xff",
     json.dumps(call_body(occurred_at="hier")).encode(), json.dumps(call_body(event_id="")).encode(),
     json.dumps(call_body(enrolment_id="../x")).encode(), json.dumps(call_body(details=[])).encode()],
)  # fmt: skip
def test_signed_call_that_cannot_be_read_is_refused(bench: Bench, body: bytes) -> None:
    with pytest.raises(WebhookRefused) as caught:
        connector_of(bench).read_webhook(signed(body, NOW))
    assert caught.value.code == "body_unreadable"
    assert caught.value.__suppress_context__


def test_signature_is_checked_before_the_body_is_read(bench: Bench) -> None:
    call = signed(b"not json", datetime(2027, 3, 1, tzinfo=NOW.tzinfo))
    with pytest.raises(WebhookRefused) as caught:
        connector_of(bench).read_webhook(
            type(call)(method=call.method, headers=call.headers, body=call.body, received_at=NOW)
        )
    assert caught.value.code == "timestamp_stale"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("base_url", "ecoles.example"), ("base_url", "ftp://ecoles.example"), ("base_url", "https://u:p@ecoles.example"),
        ("base_url", "https://ecoles.example/?a=1"), ("base_url", "https://ecoles.example/#a"), ("base_url", "https://"),
        ("base_url", "https://écoles.example"), ("base_url", "https://ecoles.example/a b"),
        ("authority_code", ""), ("authority_code", "a b"), ("authority_code", "x" * 41),
        ("api_key", ""), ("api_key", "short"), ("api_key", "with a space"), ("api_key", "line\nbreak-long"),
        ("webhook_secret", "whsec_short"), ("webhook_secret", "no-prefix"),
    ],
)  # fmt: skip
def test_bad_setting_is_named_and_its_value_is_not_repeated(bench: Bench, name: str, value: str) -> None:
    options, secrets = dict(bench.double.options), dict(bench.double.secrets)
    (options if name in options else secrets)[name] = value
    with pytest.raises(ConfigurationError) as caught:
        build_connector(CONNECTOR, options, secrets, bench.context())
    assert set(caught.value.fields) == {name}
    assert caught.value.__context__ is None or caught.value.__suppress_context__


def test_final_line_break_of_a_secret_file_is_forgiven(bench: Bench) -> None:
    secrets = {name: f"{value}\n" for name, value in bench.double.secrets.items()}
    connector = build_connector(CONNECTOR, bench.double.options, secrets, bench.context())
    bench.connectors.append(connector)
    assert connector.check().ok


def withdrawal(external_ref: str) -> WithdrawCommand:
    return WithdrawCommand("key-w", "VSI-7F3K-2M", external_ref, NOW)


def answer(external_ref: str) -> ComplementCommand:
    return ComplementCommand("key-c", "VSI-7F3K-2M", external_ref, "Voici la quittance.", NOW)


def test_withdrawal_and_answer_are_those_of_the_contract(bench: Bench) -> None:
    connector = connector_of(bench)
    reference = connector.submit(bench.command("key-1")).external_ref
    connector.complement(answer(reference))
    receipt = connector.withdraw(withdrawal(reference))
    _created, added, stopped = double_of(bench).server.requests
    assert (added.path, added.headers["idempotency-key"]) == ("/ecoles/enrolments/E-1/complements", "key-c")
    assert added.json() == {
        "external_ref": "VSI-7F3K-2M",
        "text": "Voici la quittance.",
        "answered_at": NOW.isoformat(),
    }
    assert (stopped.path, stopped.headers["idempotency-key"]) == ("/ecoles/enrolments/E-1/cancellation", "key-w")
    assert set(stopped.json()) == {"external_ref", "reason", "withdrawn_at"}
    assert (receipt.raw_status, receipt.received) == ("cancelled", True)


def test_what_is_decided_can_be_neither_stopped_nor_completed(bench: Bench) -> None:
    connector = connector_of(bench)
    reference = connector.submit(bench.command("key-1")).external_ref
    double_of(bench).decide(reference)
    for act in (lambda: connector.withdraw(withdrawal(reference)), lambda: connector.complement(answer(reference))):
        with pytest.raises(PermanentError) as caught:
            act()
        assert caught.value.code == "enrolment_ended"


@pytest.mark.parametrize("reference", ["", "../ping", "E-1/../../x", "."])
def test_a_reference_that_would_change_the_address_is_never_called(bench: Bench, reference: str) -> None:
    connector = connector_of(bench)
    for act in (lambda: connector.withdraw(withdrawal(reference)), lambda: connector.complement(answer(reference))):
        with pytest.raises(PermanentError) as caught:
            act()
        assert caught.value.code == "reference_unusable"
    assert double_of(bench).server.requests == []


def test_an_answer_about_another_enrolment_is_nonsense(bench: Bench) -> None:
    connector = connector_of(bench)
    reference = connector.submit(bench.command("key-1")).external_ref
    double_of(bench).server.respond = lambda _request: json_answer(
        200, {"complement_id": "C-1", "enrolment_id": "E-99", "status": "cancelled"}
    )
    for act in (lambda: connector.withdraw(withdrawal(reference)), lambda: connector.complement(answer(reference))):
        with pytest.raises(ProtocolError):
            act()


def test_a_partner_that_only_noted_the_withdrawal_has_not_confirmed(bench: Bench) -> None:
    connector = connector_of(bench)
    reference = connector.submit(bench.command("key-1")).external_ref
    double_of(bench).server.respond = lambda _request: json_answer(
        200, {"enrolment_id": reference, "status": "under_review"}
    )
    assert connector.withdraw(withdrawal(reference)).received is False


MOVE = {"school.enrolment_kind": "deregistration"}


def test_a_departure_says_when_and_where_to_and_nothing_of_the_street(bench: Bench) -> None:
    connector = connector_of(bench)
    receipt = connector.submit(bench.command("key-1", {**MOVE, "move.new_address.line": "4 quai des Tisserands"}))
    (sent,) = double_of(bench).server.requests
    assert sent.path == "/ecoles/deregistrations"
    assert sent.json()["leaving"] == {"date": "2027-08-31", "city": "Saint-Ours-les-Prés"}
    assert set(sent.json()) == {"external_ref", "child", "school_uai", "guardians", "leaving"}
    assert "quai" not in double_of(bench).received_text()
    double_of(bench).change_status("E-1", "accepted", certificate_number="RAD-0001")
    (update,) = connector.fetch_updates([receipt.external_ref])
    assert (update.status, update.details) == (UpdateStatus.ACCEPTED, {"certificate_number": "RAD-0001"})


def test_a_departure_without_its_date_is_for_a_person(bench: Bench) -> None:
    with pytest.raises(PermanentError) as caught:
        connector_of(bench).submit(bench.command("key-1", {**MOVE, "move.date": ""}))
    assert caught.value.code == "payload_incomplete"


@pytest.mark.parametrize(("changes", "part"), [({}, "enrolment"), (MOVE, "deregistration")])
def test_a_correction_is_the_whole_file_with_its_number(bench: Bench, changes: dict[str, str], part: str) -> None:
    connector = connector_of(bench)
    reference = connector.submit(bench.command("key-1", changes)).external_ref
    payload = {**bench.double.sample, **changes, "household.child.given_names": "Zoé"}
    receipt = connector.amend(AmendCommand("key-a", "VSI-7F3K-2M", reference, 3, payload))
    sent = double_of(bench).server.requests[-1]
    assert (sent.path, sent.headers["idempotency-key"]) == ("/ecoles/enrolments/E-1/amendments", "key-a")
    assert set(sent.json()) == {"external_ref", "amendment", part}
    assert (sent.json()["amendment"], sent.json()[part]["child"]["first_names"]) == (3, ["Zoé"])
    assert "external_ref" not in sent.json()[part]
    assert receipt.received
