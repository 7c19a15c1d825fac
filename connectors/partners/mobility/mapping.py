"""Between the dictionary's concepts and the bodies of mobility-pass/1. Pure: no input, no output, no clock."""

import re
from collections.abc import Mapping
from typing import Any

from connectors.partners.mobility.wire import Closure, Event
from connectors.sdk import PermanentError, Receipt, StatusUpdate, UpdateStatus

STATUSES: Mapping[str, UpdateStatus] = {
    "received": UpdateStatus.RECEIVED,
    "pass_closed": UpdateStatus.TAKEN_INTO_ACCOUNT,
    "refunded": UpdateStatus.ACCEPTED,
    "refused": UpdateStatus.REJECTED,
    "withdrawn": UpdateStatus.CANCELLED,
}
MAX_DETAIL_LENGTH = 500
MAX_CENTS = 1_000_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def to_closure(reference: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The body of ``POST /closures``, and of a correction but for its number. ``payload`` holds declared concepts only.

    Raises PermanentError ``payload_incomplete``: a person must look at the request.
    """
    holder = {
        "birth_name": _required(payload, "person.family_name"),
        "usual_name": payload.get("person.preferred_name"),
        "first_names": _first_names(_required(payload, "person.given_names")),
        "birth_date": _known_part(payload.get("person.birthdate")),
        "email": payload.get("contact.email"),
    }
    body = {
        "external_ref": reference,
        "pass_number": _required(payload, "mobility.pass_number"),
        "close_on": _required(payload, "move.date"),
        "holder": _without_empty(holder),
        "refund_iban": payload.get("mobility.refund_iban"),
    }
    return _without_empty(body)


def _required(payload: Mapping[str, Any], concept: str) -> Any:
    value = payload.get(concept)
    if value in (None, "", []):
        raise PermanentError("payload_incomplete")
    return value


def _first_names(value: Any) -> list[str]:
    """Civil status order. Given as a list, or as one line separated by commas if there are any, else by spaces."""
    if isinstance(value, list):
        return [str(name) for name in value]
    text = str(value)
    names = text.split(",") if "," in text else text.split()
    return [name.strip() for name in names if name.strip()]


def _known_part(value: Any) -> str | None:
    """A birth date as precise as it is known: ``1957-00-00`` is told as ``1957``."""
    return re.sub(r"(-00)+$", "", str(value)) if value else None


def _without_empty(part: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in part.items() if value is not None and value not in ("", [], {})}


def to_receipt(closure_id: str, raw_status: str) -> Receipt:
    """A known state means that the partner has the request, beyond its transport having accepted it."""
    return Receipt(external_ref=closure_id, raw_status=raw_status, received=raw_status in STATUSES)


def to_updates(closure: Closure) -> list[StatusUpdate]:
    """The events of one closure, in the partner's order."""
    return [to_update(closure.closure_id, event) for event in closure.events]


def to_update(closure_id: str, event: Event) -> StatusUpdate:
    """One event, fetched or received: the same event gives the same update."""
    return StatusUpdate(
        update_id=event.event_id,
        external_ref=closure_id,
        status=STATUSES.get(event.status, UpdateStatus.UNKNOWN),
        raw_status=event.status,
        occurred_at=event.occurred_at,
        details=_details(event.details),
    )


def _details(details: Mapping[str, Any]) -> dict[str, str]:
    """The two members of the contract, checked: what a partner writes is not trusted."""
    kept: dict[str, str] = {}
    cents, reason = details.get("amount_cents"), details.get("reason")
    if isinstance(cents, int) and not isinstance(cents, bool) and 0 <= cents <= MAX_CENTS:
        kept["amount_cents"] = str(cents)
    if isinstance(reason, str) and (text := _CONTROL.sub(" ", reason).strip()[:MAX_DETAIL_LENGTH]):
        kept["reason"] = text
    return kept
