"""Signed calls, after the Standard Webhooks specification: HMAC-SHA256 of ``id.timestamp.body``."""

import base64
import binascii
import hashlib
import hmac
import re

from connectors.sdk.errors import ConfigurationError, WebhookRefused
from connectors.sdk.values import InboundCall

TOLERANCE = 300
MAX_BODY = 1_000_000
MAX_SIGNATURES = 20
_PREFIX = "whsec_"
_ID = re.compile(r"[\x21-\x2d\x2f-\x7e]{1,255}")  # printable, and no dot: it separates the signed parts
_TIMESTAMP = re.compile(r"[0-9]{1,12}")


def read_secret(secret: str) -> bytes:
    """The key inside ``whsec_<base64 of 24 to 64 bytes>``. Raises ConfigurationError ``webhook_secret_invalid``."""
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (ValueError, binascii.Error):
        raise ConfigurationError("webhook_secret_invalid") from None
    if not secret.startswith(_PREFIX) or not 24 <= len(key) <= 64:
        raise ConfigurationError("webhook_secret_invalid")
    return key


def sign(secret: str, webhook_id: str, timestamp: int, body: bytes) -> str:
    """The ``webhook-signature`` value of one call. ``timestamp`` is in Unix seconds."""
    return _signature(read_secret(secret), webhook_id, str(timestamp), body)


def verify(secret: str, call: InboundCall, tolerance: int = TOLERANCE) -> str:
    """Check a call and give its ``webhook-id``, which the caller must accept only once.

    Several signatures may be given, separated by spaces (a partner changes its secret): one good one is enough.
    Raises WebhookRefused: ``body_too_large``, ``headers_missing``, ``headers_invalid``, ``timestamp_stale``,
    ``signature_mismatch``.
    """
    if len(call.body) > MAX_BODY:
        raise WebhookRefused("body_too_large")
    webhook_id = call.headers.get("webhook-id", "")
    timestamp = call.headers.get("webhook-timestamp", "")
    given = call.headers.get("webhook-signature", "")
    if not (webhook_id and timestamp and given):
        raise WebhookRefused("headers_missing")
    if not _ID.fullmatch(webhook_id) or not _TIMESTAMP.fullmatch(timestamp):
        raise WebhookRefused("headers_invalid")
    expected = _signature(read_secret(secret), webhook_id, timestamp, call.body).encode("ascii")
    signatures = [one.encode("utf-8", "replace") for one in given.split(" ")[:MAX_SIGNATURES]]
    if sum(hmac.compare_digest(expected, one) for one in signatures) == 0:  # all are compared, whichever is good
        raise WebhookRefused("signature_mismatch")
    if abs(call.received_at.timestamp() - int(timestamp)) > tolerance:
        raise WebhookRefused("timestamp_stale")
    return webhook_id


def _signature(key: bytes, webhook_id: str, timestamp: str, body: bytes) -> str:
    content = f"{webhook_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode("ascii")
