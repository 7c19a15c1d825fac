"""What each answer means for the delivery of a message."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx2
import pytest
from pydantic import BaseModel

from connectors.sdk import (
    ConfigurationError,
    ConnectorError,
    PermanentError,
    ProtocolError,
    RetryableError,
)
from connectors.sdk.http import classify, guarded, parse_retry_after, read_json

NOW = datetime(2027, 3, 2, 9, 30, tzinfo=UTC)


def verdict(status: int, **headers: str) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        classify(httpx2.Response(status, headers=headers), now=NOW)
    return caught.value


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_success_passes(status: int) -> None:
    classify(httpx2.Response(status))
    assert httpx2.Response(status).is_success


@pytest.mark.parametrize("status", [408, 425, 429, 500, 501, 502, 503, 504, 507, 599])
def test_retryable(status: int) -> None:
    error = verdict(status)
    assert type(error) is RetryableError
    assert error.code == f"http_{status}"
    assert error.retry_after is None


def test_partner_that_may_have_done_the_work_is_ambiguous() -> None:
    def ambiguous(status: int) -> bool:
        error = verdict(status)
        assert isinstance(error, RetryableError)
        return error.ambiguous

    assert [status for status in (408, 425, 429, 500, 501, 502, 503, 504) if ambiguous(status)] == [500, 502, 504]


@pytest.mark.parametrize("status", [401, 403])
def test_credentials(status: int) -> None:
    error = verdict(status)
    assert (type(error), error.code) == (ConfigurationError, "credentials_refused")


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
def test_redirect_means_that_the_address_set_is_not_the_right_one(status: int) -> None:
    error = verdict(status, Location="https://elsewhere.example/")
    assert (type(error), error.code) == (ConfigurationError, "redirect_refused")


@pytest.mark.parametrize(
    "status", [400, 402, 404, 405, 406, 409, 410, 411, 413, 415, 418, 422, 423, 428, 431, 451, 499]
)
def test_permanent(status: int) -> None:
    error = verdict(status)
    assert (type(error), error.code) == (PermanentError, f"http_{status}")


@pytest.mark.parametrize("status", [100, 199, 600, 999])
def test_statuses_that_do_not_exist(status: int) -> None:
    assert type(verdict(status)) is ProtocolError


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0), ("7", 7), (" 120 ", 120), ("3600", 3600), ("86400", 3600), ("999999999", 3600),
        ("Tue, 02 Mar 2027 09:31:30 GMT", 90), ("Tue, 02 Mar 2027 10:31:30 +0100", 90),
        ("Tue, 02 Mar 2027 09:00:00 GMT", 0), ("Wed, 03 Mar 2027 09:30:00 GMT", 3600),
        ("Tuesday, 02-Mar-27 09:31:30 GMT", 90), ("Tue Mar  2 09:31:30 2027", 90),
        ("", None), ("-5", None), ("1.5", None), ("soon", None), ("9999999999999", None), ("٣", None),
        ("Tue, 99 Mar 2027 09:31:30 GMT", None), ("Fri, 31 Dec 9999 23:59:59 -2359", 3600),
    ],
)  # fmt: skip
def test_retry_after_in_both_forms(value: str, seconds: float | None) -> None:
    assert parse_retry_after(value, NOW) == seconds


def test_retry_after_goes_with_the_error() -> None:
    for status in (429, 503):
        error = verdict(status, **{"Retry-After": "7"})
        assert isinstance(error, RetryableError)
        assert error.retry_after == 7


def test_date_of_retry_after_is_read_by_the_clock_of_the_partner() -> None:
    theirs = NOW + timedelta(hours=5)
    headers = {"Date": format_datetime(theirs, usegmt=True)}
    headers["Retry-After"] = format_datetime(theirs + timedelta(seconds=40), usegmt=True)
    error = verdict(503, **headers)
    assert isinstance(error, RetryableError)
    assert error.retry_after == 40


@pytest.mark.parametrize(
    ("raised", "kind", "code", "ambiguous"),
    [
        (httpx2.ConnectError("x"), RetryableError, "connection_failed", False),
        (httpx2.ConnectTimeout("x"), RetryableError, "connection_timeout", False),
        (httpx2.PoolTimeout("x"), RetryableError, "connection_timeout", False),
        (httpx2.ReadTimeout("x"), RetryableError, "answer_timeout", True),
        (httpx2.WriteTimeout("x"), RetryableError, "answer_timeout", True),
        (httpx2.ReadError("x"), RetryableError, "connection_lost", True),
        (httpx2.WriteError("x"), RetryableError, "connection_lost", True),
        (httpx2.RemoteProtocolError("x"), RetryableError, "connection_lost", True),
        (httpx2.LocalProtocolError("x"), ConfigurationError, "request_not_sendable", None),
        (httpx2.UnsupportedProtocol("x"), ConfigurationError, "request_not_sendable", None),
        (httpx2.InvalidURL("x"), ConfigurationError, "request_not_sendable", None),
    ],
)
def test_failures_of_the_way(raised: Exception, kind: type[ConnectorError], code: str, ambiguous: bool | None) -> None:
    with pytest.raises(ConnectorError) as caught, guarded():
        raise raised
    assert (type(caught.value), caught.value.code) == (kind, code)
    assert getattr(caught.value, "ambiguous", None) == ambiguous


def test_other_errors_go_through() -> None:
    with pytest.raises(KeyError), guarded():
        raise KeyError


class Thing(BaseModel):
    name: str
    size: int


def test_answer_is_read() -> None:
    response = httpx2.Response(200, content='{"name": "Ñandú", "size": 3, "extra": true}')
    assert read_json(response, Thing) == Thing(name="Ñandú", size=3)


@pytest.mark.parametrize(
    "content",
    [b"", b"null", b"[]", b"3", b"<html>", b'{"name": "x"}', b'{"name": "x", "size": "many"}', b"\xff\xfe", b"{" * 9999,
     b'{"name": "x", "size": 1e999}', b'{"name": "x", "size": NaN}'],
)  # fmt: skip
def test_nonsense_is_a_protocol_error_that_repeats_nothing(content: bytes) -> None:
    with pytest.raises(ProtocolError) as caught:
        read_json(httpx2.Response(200, content=content), Thing)
    assert (caught.value.code, caught.value.ambiguous) == ("answer_unreadable", True)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
