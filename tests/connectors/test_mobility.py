"""Closing a season pass: what leaves, what each answer means, and what is not configured."""

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.partners.mobility import CONNECTOR
from connectors.partners.mobility.connector import MobilityConnector
from connectors.partners.mobility.mapping import to_closure
from connectors.sdk import (
    AmendCommand,
    ConfigurationError,
    PermanentError,
    ProtocolError,
    RetryableError,
    UpdateStatus,
    WebhookRefused,
    build_connector,
)
from connectors.sdk.testing import Bench
from connectors.sdk.testing.doubles import NOW
from tests.connectors.doubles import signed
from tests.connectors.mobility_doubles import MobilityDouble
from tests.connectors.samples import HARD_NAMES, MOBILITY


@pytest.fixture
def bench() -> Iterator[Bench]:
    opened = Bench(CONNECTOR, MobilityDouble())
    yield opened
    opened.close()


@pytest.fixture
def double(bench: Bench) -> MobilityDouble:
    assert isinstance(bench.double, MobilityDouble)
    return bench.double


@pytest.fixture
def mobility(bench: Bench) -> MobilityConnector:
    connector = bench.connect()
    assert isinstance(connector, MobilityConnector)
    return connector


def test_the_whole_body() -> None:
    assert to_closure("VSI-1", MOBILITY) == {
        "external_ref": "VSI-1",
        "pass_number": "VAL-2048-7731",
        "close_on": "2027-04-30",
        "holder": {
            "birth_name": "Nguyễn d’Aubigné",
            "usual_name": "Lefèvre-Okoye",
            "first_names": ["Anne-Lise", "Sixtine"],
            "birth_date": "1988-02-29",
            "email": "anne-lise.okoye@courriel.example",
        },
        "refund_iban": "FR7630006000011234567890189",
    }


def test_parts_without_a_value_are_absent() -> None:
    least = {
        "person.family_name": "Ô",
        "person.given_names": ["Ñ"],
        "mobility.pass_number": "1",
        "move.date": "2027-01-01",
    }
    assert to_closure("VSI-1", {**least, "person.birthdate": "1957-00-00", "mobility.refund_iban": ""}) == {
        "external_ref": "VSI-1",
        "pass_number": "1",
        "close_on": "2027-01-01",
        "holder": {"birth_name": "Ô", "first_names": ["Ñ"], "birth_date": "1957"},
    }


@pytest.mark.parametrize("missing", ["person.family_name", "person.given_names", "mobility.pass_number", "move.date"])
def test_what_is_needed_is_asked_of_the_person(missing: str) -> None:
    with pytest.raises(PermanentError, match="payload_incomplete"):
        to_closure("VSI-1", {**MOBILITY, missing: ""})


@pytest.mark.parametrize("name", HARD_NAMES)
def test_any_name_is_sent_as_it_is(bench: Bench, double: MobilityDouble, name: str) -> None:
    bench.deliver(bench.connect(), extra={"person.family_name": name, "person.given_names": [name]})
    assert double.server.requests[-1].json()["holder"]["birth_name"] == name


def test_a_pass_that_is_being_closed_already(bench: Bench, mobility: MobilityConnector, double: MobilityDouble) -> None:
    """Ours when it bears our reference, else somebody must look."""
    first = bench.deliver(mobility, "key-1")
    assert bench.deliver(mobility, "key-2") == first
    next(iter(double.kept.values()))["external_ref"] = "VSI-OTHER"
    with pytest.raises(PermanentError, match="closure_already_open"):
        bench.deliver(mobility, "key-3")


def test_a_conflict_of_unknown_meaning_is_a_refusal(bench: Bench, double: MobilityDouble) -> None:
    double.answer(409)
    with pytest.raises(PermanentError, match="http_409"):
        bench.deliver(bench.connect())


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        ("received", UpdateStatus.RECEIVED),
        ("pass_closed", UpdateStatus.TAKEN_INTO_ACCOUNT),
        ("refunded", UpdateStatus.ACCEPTED),
        ("refused", UpdateStatus.REJECTED),
        ("withdrawn", UpdateStatus.CANCELLED),
        ("vendu", UpdateStatus.UNKNOWN),
    ],
)
def test_states(
    bench: Bench, mobility: MobilityConnector, double: MobilityDouble, raw: str, status: UpdateStatus
) -> None:
    closure = bench.deliver(mobility).external_ref
    double.change_status(closure, raw)
    (update,) = mobility.fetch_updates([closure])
    assert (update.status, update.raw_status) == (status, raw)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ({"amount_cents": 4250}, {"amount_cents": "4250"}),
        ({"amount_cents": 0, "reason": " Carte\ninconnue "}, {"amount_cents": "0", "reason": "Carte inconnue"}),
        ({"amount_cents": -1, "reason": ["x"]}, {}),
        ({"amount_cents": 10**12, "reason": "", "note": "x"}, {}),
        ({"amount_cents": True}, {}),
        ({"amount_cents": "4250", "reason": "r" * 900}, {"reason": "r" * 500}),
    ],
)
def test_what_goes_with_a_state_is_checked(
    bench: Bench, mobility: MobilityConnector, double: MobilityDouble, told: dict[str, Any], kept: dict[str, str]
) -> None:
    closure = bench.deliver(mobility).external_ref
    double.change_status(closure, "refunded", **told)
    assert mobility.fetch_updates([closure])[0].details == kept


def test_a_correction_and_a_withdrawal_until_the_pass_is_closed(
    bench: Bench, mobility: MobilityConnector, double: MobilityDouble
) -> None:
    closure = bench.deliver(mobility).external_ref
    command = AmendCommand("key-a", "VSI-7F3K-2M", closure, 1, {**MOBILITY, "x": "stray"})
    assert mobility.amend(command) == mobility.amend(command)
    assert double.amendments(closure) == [1]
    assert "stray" not in double.received_text()
    double.decide(closure)
    with pytest.raises(PermanentError, match="closure_settled"):
        mobility.amend(command)


@pytest.mark.parametrize("reference", ["../etc", "", "a/b", "a" * 200])
def test_a_reference_that_is_no_word_goes_nowhere(
    mobility: MobilityConnector, double: MobilityDouble, reference: str
) -> None:
    with pytest.raises(PermanentError, match="reference_unusable"):
        mobility.amend(AmendCommand("key-a", "VSI-1", reference, 1, MOBILITY))
    assert double.server.requests == []


def test_a_call_about_something_else_is_not_for_us(mobility: MobilityConnector) -> None:
    assert mobility.read_webhook(signed({"type": "ticket.sold", "data": {}}, NOW)) == []
    with pytest.raises(WebhookRefused, match="body_unreadable"):
        mobility.read_webhook(signed({"type": "closure.status_changed", "data": {}}, NOW))


def test_an_operator_of_bikes_alone(bench: Bench, double: MobilityDouble) -> None:
    options = {"gbfs_url": double.options["gbfs_url"]}
    bikes = build_connector(CONNECTOR, options, {}, bench.context())
    bench.connectors.append(bikes)
    assert isinstance(bikes, MobilityConnector)
    assert bikes.check().ok
    assert len(bikes.fetch_stations().stations) == 2
    with pytest.raises(ConfigurationError, match="pass_not_configured"):
        bench.deliver(bikes)
    with pytest.raises(WebhookRefused, match="pass_not_configured"):
        bikes.read_webhook(signed({"type": "x"}, NOW))


@pytest.mark.parametrize("left_out", ["pass_url", "operator_code"])
def test_half_an_interface_of_passes_is_refused(bench: Bench, double: MobilityDouble, left_out: str) -> None:
    options = {name: value for name, value in double.options.items() if name != left_out}
    with pytest.raises(ConfigurationError, match="settings_invalid"):
        build_connector(CONNECTOR, options, double.secrets, bench.context())


def test_another_operator_behind_the_key_is_told_by_the_check(bench: Bench, double: MobilityDouble) -> None:
    double.options = {**double.options, "operator_code": "autre-reseau"}
    assert bench.connect().check().message_code == "operator_mismatch"


def test_what_the_operator_says_of_its_own_files_is_not_ours_to_correct(
    mobility: MobilityConnector, double: MobilityDouble
) -> None:
    """A list of files that leads elsewhere is a fault of the answer: the connection is not paused for it."""
    feeds = double.files["gbfs"]["data"]["feeds"]
    for address in ("http://169.254.169.254/meta", "http://127.0.0.1:1/x", "http://[::1"):
        feeds[0]["url"] = address
        with pytest.raises((ProtocolError, RetryableError)):
            mobility.fetch_stations()
    feeds.clear()
    with pytest.raises(ConfigurationError, match="feed_missing"):
        mobility.fetch_stations()


def test_bikes_are_shown_without_their_types(mobility: MobilityConnector, double: MobilityDouble) -> None:
    del double.files["vehicle_types"]
    stations = mobility.fetch_stations().stations
    assert [(one.vehicles, one.electric) for one in stations] == [(7, None), (0, None)]


def test_a_file_that_is_not_one_is_told(mobility: MobilityConnector, double: MobilityDouble) -> None:
    double.files["station_status"] = {"data": {"stations": {}}}
    with pytest.raises(ProtocolError):
        mobility.fetch_stations()
