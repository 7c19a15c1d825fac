"""Between the dictionary's concepts and the bodies of mobility-pass/1. Pure: no input, no output, no clock."""

import re
from collections.abc import Mapping
from typing import Any

from connectors.partners.mobility.wire import Closure
from connectors.sdk import Receipt, StatusUpdate, UpdateStatus
from connectors.sdk.mapping import first_names, one_line, required, without_empty
from connectors.sdk.reporting import Event

STATUSES: Mapping[str, UpdateStatus] = {
    "received": UpdateStatus.RECEIVED,
    "pass_closed": UpdateStatus.TAKEN_INTO_ACCOUNT,
    "refunded": UpdateStatus.ACCEPTED,
    "refused": UpdateStatus.REJECTED,
    "withdrawn": UpdateStatus.CANCELLED,
}
MAX_DETAIL_LENGTH = 500
MAX_CENTS = 1_000_000


def to_closure(reference: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The body of ``POST /closures``, and of a correction but for its number. ``payload`` holds declared concepts only.

    Raises PermanentError ``payload_incomplete``: a person must look at the request.
    """
    holder = {
        "birth_name": required(payload, "person.family_name"),
        "usual_name": payload.get("person.preferred_name"),
        "first_names": first_names(required(payload, "person.given_names")),
        "birth_date": _known_part(payload.get("person.birthdate")),
        "email": payload.get("contact.email"),
    }
    body = {
        "external_ref": reference,
        "pass_number": required(payload, "mobility.pass_number"),
        "close_on": required(payload, "move.date"),
        "holder": without_empty(holder),
        "refund_iban": payload.get("mobility.refund_iban"),
    }
    return without_empty(body)


def _known_part(value: Any) -> str | None:
    """A birth date as precise as it is known: ``1957-00-00`` is told as ``1957``."""
    return re.sub(r"(-00)+$", "", str(value)) if value else None


def to_receipt(closure_id: str, raw_status: str) -> Receipt:
    """A known state means that the partner has the request, beyond its transport having accepted it."""
    return Receipt(external_ref=closure_id, raw_status=raw_status, received=raw_status in STATUSES)


def to_updates(closure: Closure) -> list[StatusUpdate]:
    """The events of one closure, in the partner's order."""
    return [to_update(closure.closure_id, event) for event in closure.events]


def to_update(closure_id: str, event: Event) -> StatusUpdate:
    """One event, fetched or received."""
    return event.to_update(closure_id, STATUSES, _details(event.details))


def _details(details: Mapping[str, Any]) -> dict[str, str]:
    """The two members of the contract, checked: what a partner writes is not trusted."""
    kept: dict[str, str] = {}
    cents, reason = details.get("amount_cents"), details.get("reason")
    if isinstance(cents, int) and not isinstance(cents, bool) and 0 <= cents <= MAX_CENTS:
        kept["amount_cents"] = str(cents)
    if isinstance(reason, str) and (text := one_line(reason, MAX_DETAIL_LENGTH)):
        kept["reason"] = text
    return kept
