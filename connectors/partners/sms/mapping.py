"""Between the portal's messages and sms-gateway/1. Pure: no input, no output, no clock."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from connectors.partners.sms.wire import Accepted, Event
from connectors.sdk import OutgoingMessage, PermanentError, Receipt, StatusUpdate, UpdateStatus
from connectors.sdk.sms import measure, to_plain

MOST_SEGMENTS = 5
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_STATUSES: Mapping[str, UpdateStatus] = MappingProxyType(
    {
        "accepted": UpdateStatus.RECEIVED,
        "under_review": UpdateStatus.RECEIVED,
        "sent": UpdateStatus.TAKEN_INTO_ACCOUNT,
        "delivered": UpdateStatus.ACCEPTED,
        "undelivered": UpdateStatus.REJECTED,
        "blocked": UpdateStatus.REJECTED,
        "expired": UpdateStatus.CANCELLED,
    }
)
# The gateway's word → ours: both are about the number, which no further message will reach.
REFUSALS: Mapping[str, str] = MappingProxyType({"invalid_number": "number_invalid", "blocked": "number_blocked"})


def to_body(message: OutgoingMessage, sender: str) -> dict[str, Any]:
    """The body of ``POST /messages``.

    Raises PermanentError ``number_invalid`` or ``text_invalid`` (empty, or longer than any of our texts).
    """
    text = to_plain(message.text)
    length = measure(text)
    if not text or length.segments > MOST_SEGMENTS:
        raise PermanentError("text_invalid")
    return {"to": to_number(message.recipient), "from": sender, "text": text, "encoding": length.encoding}


def to_number(recipient: str) -> str:
    """An E.164 number, without what people put between the digits."""
    number = re.sub(r"[ .\-\u00a0\u202f]", "", recipient)
    if not _NUMBER.fullmatch(number):
        raise PermanentError("number_invalid")
    return number


def to_receipt(accepted: Accepted) -> Receipt:
    """Accepted is not delivered: a report says so later. The segments are those the gateway counts."""
    return Receipt(external_ref=accepted.message_id, raw_status=f"segments:{accepted.segments}", received=True)


def to_update(message_id: str, event: Event) -> StatusUpdate:
    """One report. A word that the contract does not have is kept as it is."""
    return StatusUpdate(
        update_id=event.event_id,
        external_ref=message_id,
        status=_STATUSES.get(event.status, UpdateStatus.UNKNOWN),
        raw_status=event.status,
        occurred_at=event.at,
        details={"code": event.code} if event.code else {},
    )
