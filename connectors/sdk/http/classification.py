"""What an answer, or its absence, means for the delivery of a message."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

import httpx2
from pydantic import BaseModel, ValidationError

from connectors.sdk.checks import CREDENTIALS_REFUSED
from connectors.sdk.errors import ConfigurationError, PermanentError, ProtocolError, RetryableError

MAX_RETRY_AFTER = 3600.0
_RETRYABLE = frozenset({408, 425, 429})
_NOT_DONE = frozenset({501, 503})  # the partner says that it did nothing; other 5xx may come after the work
_DELAY = re.compile(r"[0-9]{1,9}")

Model = TypeVar("Model", bound=BaseModel)


def classify(response: httpx2.Response, *, now: datetime | None = None) -> None:
    """Return on 2xx, otherwise raise what the status means.

    401, 403 → ConfigurationError ``credentials_refused``; 3xx → ConfigurationError ``redirect_refused`` (the address
    set is not the right one); 408, 425, 429, 5xx → RetryableError with the ``Retry-After`` asked, at most an hour;
    other 4xx → PermanentError ``http_<status>``; anything else → ProtocolError.
    """
    status = response.status_code
    if 200 <= status < 300:
        return
    if status in {401, 403}:
        raise ConfigurationError(CREDENTIALS_REFUSED)
    if 300 <= status < 400:
        raise ConfigurationError("redirect_refused")
    if status in _RETRYABLE or 500 <= status < 600:
        ambiguous = status >= 500 and status not in _NOT_DONE
        delay = _asked_delay(response, now)
        raise RetryableError(f"http_{status}", retry_after=delay, ambiguous=ambiguous)
    if 400 <= status < 500:
        raise PermanentError(f"http_{status}")
    raise ProtocolError(f"http_{status}")


def _asked_delay(response: httpx2.Response, now: datetime | None) -> float | None:
    """The partner's own clock, when it shows it, is the reference of a date it gives."""
    reference = _http_date(response.headers.get("date", "")) or now or datetime.now(UTC)
    return parse_retry_after(response.headers.get("retry-after"), reference)


def parse_retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait, 0 to 3600, from either form of ``Retry-After`` (RFC 9110 §10.2.3); None when unreadable."""
    text = (value or "").strip()
    if _DELAY.fullmatch(text):
        return min(float(text), MAX_RETRY_AFTER)
    moment = _http_date(text)
    if moment is None:
        return None
    return min(max((moment - now).total_seconds(), 0.0), MAX_RETRY_AFTER)


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@contextmanager
def guarded() -> Iterator[None]:
    """Turn the HTTP library's errors into ours.

    Never connected → RetryableError, not ambiguous. Lost on the way → RetryableError, ambiguous. A request or an
    address that cannot even be written → ConfigurationError.
    """
    try:
        yield
    except (httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
        raise RetryableError("connection_timeout") from error
    except httpx2.ConnectError as error:
        raise RetryableError("connection_failed") from error
    except httpx2.TimeoutException as error:
        raise RetryableError("answer_timeout", ambiguous=True) from error
    except (httpx2.LocalProtocolError, httpx2.UnsupportedProtocol, httpx2.InvalidURL) as error:
        raise ConfigurationError("request_not_sendable") from error
    except httpx2.RequestError as error:
        raise RetryableError("connection_lost", ambiguous=True) from error


def read_json(response: httpx2.Response, model: type[Model]) -> Model:
    """Read an answer. Raises ProtocolError ``answer_unreadable``; the answer itself never shows in the error."""
    try:
        return model.model_validate_json(response.content)
    except ValidationError:
        raise ProtocolError("answer_unreadable") from None
