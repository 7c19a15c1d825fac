"""What is particular to short messages: their length, their refusals, and the reports about them."""

import dataclasses
from collections.abc import Iterator
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.partners.sms import CONNECTOR
from connectors.partners.sms.connector import SmsConnector
from connectors.sdk import ConfigurationError, PermanentError, RetryableError, UpdateStatus, WebhookRefused
from connectors.sdk.sms import measure, to_plain
from connectors.sdk.testing import Bench
from connectors.sdk.testing.doubles import NOW
from tests.connectors.doubles import SmsDouble, signed

LINK = "https://demarches.example/demandes/VSI-7F3K-2M"


@pytest.fixture
def double() -> SmsDouble:
    return SmsDouble()


@pytest.fixture
def bench(double: SmsDouble) -> Iterator[Bench]:
    opened = Bench(CONNECTOR, double)
    yield opened
    opened.close()


def connect(bench: Bench) -> SmsConnector:
    return cast("SmsConnector", bench.connect())


@pytest.mark.parametrize(
    ("text", "encoding", "segments"),
    [
        ("", "gsm7", 1),
        ("a" * 160, "gsm7", 1),
        ("a" * 161, "gsm7", 2),
        ("a" * 306, "gsm7", 2),
        ("a" * 307, "gsm7", 3),
        ("€" * 80, "gsm7", 1),
        ("€" * 81, "gsm7", 2),
        ("a" * 152 + "€" + "a" * 152, "gsm7", 3),  # the euro sign does not fit at the end of the first segment
        ("é" * 160, "gsm7", 1),
        ("ê" * 70, "ucs2", 1),
        ("ê" * 71, "ucs2", 2),
        ("😀" * 35, "ucs2", 1),
        ("😀" * 36, "ucs2", 2),
        ("ê" * 66 + "😀" + "ê" * 4, "ucs2", 2),
    ],
)
def test_segments_are_those_of_the_networks(text: str, encoding: str, segments: int) -> None:
    found = measure(text)
    assert (found.encoding, found.segments) == (encoding, segments)


@given(st.text(max_size=400))
def test_more_text_never_takes_fewer_segments(text: str) -> None:
    assert measure(text).segments <= measure(text + "a").segments
    assert measure(to_plain(text)).segments >= 1


def test_typographic_signs_do_not_halve_the_room() -> None:
    plain = to_plain("C’est prêt : « Carte »… voir\u00a0là –\u202fmerci")
    assert plain == 'C\'est prêt : "Carte"... voir là - merci'
    assert measure(to_plain(f"L’état de votre demande : {LINK}")).encoding == "gsm7"


def test_what_is_sent(bench: Bench, double: SmsDouble) -> None:
    receipt = connect(bench).send(dataclasses.replace(bench.message("k"), recipient="+33 6 39 98 01 42", text=LINK))
    (kept,) = double.kept.values()
    assert (kept["to"], kept["from"], kept["text"], kept["encoding"]) == ("+33639980142", "VALMONT", LINK, "gsm7")
    assert receipt.raw_status == "segments:1"


def test_lost_answer_then_the_same_key_sends_nothing_more(bench: Bench, double: SmsDouble) -> None:
    connector = connect(bench)
    double.lose_next_answer()
    error = bench.failure(connector, "lost")
    assert isinstance(error, RetryableError)
    assert error.ambiguous
    assert bench.deliver(connector, "lost").external_ref == "M-1"
    assert double.records() == 1


@pytest.mark.parametrize(
    ("fault", "code"), [((422, "invalid_number"), "number_invalid"), ((422, "blocked"), "number_blocked")]
)
def test_refused_number_is_named(bench: Bench, double: SmsDouble, fault: tuple[int, str], code: str) -> None:
    double.fault = fault
    error = bench.failure(connect(bench))
    assert isinstance(error, PermanentError)
    assert error.code == code


def test_no_credit_left_stops_the_connection(bench: Bench, double: SmsDouble) -> None:
    double.fault = (402, "quota")
    error = bench.failure(connect(bench))
    assert isinstance(error, ConfigurationError)
    assert error.code == "credits_exhausted"


@pytest.mark.parametrize("number", ["", "06", "+0639980142", "+33 6 39 98 01 42 abc", "+33639980142\n+33639980143"])
def test_what_is_no_number_never_leaves(bench: Bench, double: SmsDouble, number: str) -> None:
    with pytest.raises(PermanentError, match="number_invalid"):
        connect(bench).send(dataclasses.replace(bench.message("k"), recipient=number))
    assert double.kept == {}


@pytest.mark.parametrize("text", ["", " ", "x" * 766])
def test_text_that_is_none_or_endless_never_leaves(bench: Bench, double: SmsDouble, text: str) -> None:
    with pytest.raises(PermanentError, match="text_invalid"):
        connect(bench).send(dataclasses.replace(bench.message("k"), text=text))
    assert double.kept == {}


def test_reports_say_delivered_or_why_not(bench: Bench, double: SmsDouble) -> None:
    connector = connect(bench)
    reference = bench.deliver(connector).external_ref
    for word, more in (("sent", {}), ("undelivered", {"code": "absent"}), ("delivered", {}), ("expired", {})):
        double.change_status(reference, word, **more)
    found = connector.fetch_updates([reference])
    assert [one.status for one in found] == [
        UpdateStatus.TAKEN_INTO_ACCOUNT,
        UpdateStatus.REJECTED,
        UpdateStatus.ACCEPTED,
        UpdateStatus.CANCELLED,
    ]
    assert found[1].details == {"code": "absent"}


def test_calls_about_something_else_and_unreadable_ones(bench: Bench) -> None:
    connector = connect(bench)
    assert connector.read_webhook(signed({"type": "message.received", "data": {}}, NOW)) == []
    for body in ({"type": "message.status_changed", "data": {"message_id": "../x"}}, b"nonsense", b"[]"):
        with pytest.raises(WebhookRefused, match="body_unreadable"):
            connector.read_webhook(signed(body, NOW))
