"""Signed calls, after Standard Webhooks."""

import base64
import dataclasses
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.sdk import ConfigurationError, InboundCall, WebhookRefused
from connectors.sdk.webhooks import read_secret, sign, verify

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
BODY = '{"type":"essai","data":{"nom":"Ñandú"}}'.encode()
MOMENT = datetime(2027, 3, 2, 9, 30, tzinfo=UTC)
STAMP = int(MOMENT.timestamp())


def call(signature: str, *, body: bytes = BODY, webhook_id: str = "msg_1", stamp: str = str(STAMP)) -> InboundCall:
    headers = {"webhook-id": webhook_id, "webhook-timestamp": stamp, "webhook-signature": signature}
    return InboundCall(method="POST", headers=headers, body=body, received_at=MOMENT)


def refusal(of: InboundCall, secret: str = SECRET) -> str:
    with pytest.raises(WebhookRefused) as caught:
        verify(secret, of)
    return caught.value.code


def test_own_vector_computed_by_hand() -> None:
    """`printf 'msg_1.1803979800.{}' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0001…1f -binary | base64`."""
    assert STAMP == 1803979800
    assert sign(SECRET, "msg_1", STAMP, b"{}") == "v1,T74Tf7FqhfOn0eVWQw9Sv0P08FGKppy4SFVs8DA/lOU="


def test_vector_of_the_specification() -> None:
    """From PARVIS_SPECS_DIR when it is set; the same values otherwise checked against the signed content's parts."""
    folder = os.environ.get("PARVIS_SPECS_DIR")
    vector = {
        "secret": SECRET,
        "webhook-id": "msg_1",
        "webhook-timestamp": str(STAMP),
        "body": "{}",
        "webhook-signature": "v1,T74Tf7FqhfOn0eVWQw9Sv0P08FGKppy4SFVs8DA/lOU=",
    }
    if folder:
        vector = json.loads((Path(folder) / "standard-webhooks" / "test-vector.json").read_text(encoding="utf-8"))
    stamp, body = int(vector["webhook-timestamp"]), vector["body"].encode()
    assert sign(vector["secret"], vector["webhook-id"], stamp, body) == vector["webhook-signature"]
    received = InboundCall(
        method="POST",
        headers={name: vector[name] for name in ("webhook-id", "webhook-timestamp", "webhook-signature")},
        body=body,
        received_at=datetime.fromtimestamp(stamp, UTC),
    )
    assert verify(vector["secret"], received) == vector["webhook-id"]
    for altered in (
        dataclasses.replace(received, body=body + b" "),
        dataclasses.replace(received, headers={**received.headers, "webhook-id": "msg_other"}),
        dataclasses.replace(received, headers={**received.headers, "webhook-timestamp": str(stamp + 1)}),
    ):
        assert refusal(altered, vector["secret"]) == "signature_mismatch"


def test_what_is_signed_is_verified() -> None:
    assert verify(SECRET, call(sign(SECRET, "msg_1", STAMP, BODY))) == "msg_1"


def test_one_good_signature_among_several_is_enough() -> None:
    good = sign(SECRET, "msg_1", STAMP, BODY)
    other = sign("whsec_" + base64.b64encode(b"z" * 24).decode(), "msg_1", STAMP, BODY)
    assert verify(SECRET, call(f"v1a,{'A' * 86}== {other} {good}")) == "msg_1"
    assert refusal(call(f"v1a,{'A' * 86}== {other}")) == "signature_mismatch"


def test_only_the_first_signatures_are_looked_at() -> None:
    assert refusal(call("v1,AAAA " * 20 + sign(SECRET, "msg_1", STAMP, BODY))) == "signature_mismatch"


@pytest.mark.parametrize("late", [0, 300, -300])
def test_within_five_minutes(late: int) -> None:
    received = call(sign(SECRET, "msg_1", STAMP, BODY))
    at = dataclasses.replace(received, received_at=MOMENT + timedelta(seconds=late))
    assert verify(SECRET, at) == "msg_1"


@pytest.mark.parametrize("late", [301, -301, 86_400])
def test_beyond_five_minutes(late: int) -> None:
    received = call(sign(SECRET, "msg_1", STAMP, BODY))
    assert refusal(dataclasses.replace(received, received_at=MOMENT + timedelta(seconds=late))) == "timestamp_stale"


def test_altered_parts_are_refused() -> None:
    good = sign(SECRET, "msg_1", STAMP, BODY)
    altered = [
        call(good, body=BODY + b" "),
        call(good, webhook_id="msg_2"),
        call(good, stamp=str(STAMP + 1)),
        call(good, stamp="0" + str(STAMP)),
        call(good[:-2] + "A="),
        call(good.removeprefix("v1,")),
        call("v2," + good.removeprefix("v1,")),
        call(good.lower()),
        call("é\udcff"),
    ]
    assert {refusal(one) for one in altered} == {"signature_mismatch"}


def test_dot_in_the_id_cannot_move_the_border_between_signed_parts() -> None:
    assert refusal(call(sign(SECRET, "msg.1", STAMP, BODY), webhook_id="msg.1")) == "headers_invalid"


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_missing_header_is_refused(name: str) -> None:
    received = call(sign(SECRET, "msg_1", STAMP, BODY))
    headers = {key: value for key, value in received.headers.items() if key != name}
    assert refusal(dataclasses.replace(received, headers=headers)) == "headers_missing"


@pytest.mark.parametrize(
    ("webhook_id", "stamp"),
    [("a b", str(STAMP)), ("a\n", str(STAMP)), ("x" * 256, str(STAMP)), ("msg_1", "now"), ("msg_1", "-1"),
     ("msg_1", "1e9"), ("msg_1", "9" * 13), ("msg_1", " 1"), ("msg_1", "١٢٣")],
)  # fmt: skip
def test_malformed_header_is_refused(webhook_id: str, stamp: str) -> None:
    assert refusal(call("v1,AAAA", webhook_id=webhook_id, stamp=stamp)) == "headers_invalid"


def test_oversized_body_is_refused_before_its_signature_is_computed() -> None:
    body = b"x" * 1_000_001
    assert refusal(call(sign(SECRET, "msg_1", STAMP, body), body=body)) == "body_too_large"
    accepted = body[:-1]
    assert verify(SECRET, call(sign(SECRET, "msg_1", STAMP, accepted), body=accepted)) == "msg_1"


@pytest.mark.parametrize(
    "secret",
    ["", "whsec_", "whsec_!!!", "sec_" + "A" * 44, base64.b64encode(bytes(32)).decode(),
     "whsec_" + base64.b64encode(bytes(23)).decode(), "whsec_" + base64.b64encode(bytes(65)).decode()],
)  # fmt: skip
def test_bad_secret_is_a_configuration_matter_and_is_not_repeated(secret: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_secret(secret)
    assert str(caught.value) == "webhook_secret_invalid"


def test_secrets_of_24_to_64_bytes_are_read() -> None:
    assert [len(read_secret("whsec_" + base64.b64encode(bytes(size)).decode())) for size in (24, 64)] == [24, 64]
