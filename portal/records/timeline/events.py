"""The types of event, their versions, and what each payload may hold. Sentences are made by the screens."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from portal.ground.errors import ParvisError

REQUEST_SUBMITTED: Final = "request_submitted"
DELIVERY_SUCCEEDED: Final = "delivery_succeeded"
DELIVERY_RETRYING: Final = "delivery_retrying"
DELIVERY_DEAD: Final = "delivery_dead"
DELIVERY_CLOSED: Final = "delivery_closed"
PARTNER_RECEIVED: Final = "partner_received"
STATUS_CHANGED: Final = "status_changed"
STATUS_REFUSED: Final = "status_refused"
MESSAGE_POSTED: Final = "message_posted"
REQUEST_ASSIGNED: Final = "request_assigned"
DECISION_MADE: Final = "decision_made"
REQUEST_AMENDED: Final = "request_amended"
AMENDMENT_SENT: Final = "amendment_sent"
REQUEST_WITHDRAWN: Final = "request_withdrawn"
WITHDRAWAL_SENT: Final = "withdrawal_sent"
WITHDRAWAL_CONFIRMED: Final = "withdrawal_confirmed"
COMPLEMENT_SENT: Final = "complement_sent"
FOLLOW_UP_DEAD: Final = "follow_up_dead"
FOLLOW_UP_CLOSED: Final = "follow_up_closed"
REQUEST_ATTACHED: Final = "request_attached"
LETTER_PREPARED: Final = "letter_prepared"
LETTER_POSTED: Final = "letter_posted"
LETTER_UNPOSTED: Final = "letter_unposted"
LETTER_RETURNED: Final = "letter_returned"
LETTER_CANCELLED: Final = "letter_cancelled"
EMAIL_SENT: Final = "email_sent"
EMAIL_REFUSED: Final = "email_refused"
VALUE_FETCHED: Final = "value_fetched"
CORRECTIONS_ASKED: Final = "corrections_asked"
CORRECTIONS_ANSWERED: Final = "corrections_answered"
APPOINTMENT_PROPOSED: Final = "appointment_proposed"
APPOINTMENT_CHANGED: Final = "appointment_changed"
OPINION_ASKED: Final = "opinion_asked"
OPINION_GIVEN: Final = "opinion_given"
OPINION_CLOSED: Final = "opinion_closed"
IMPLICIT_DECISION: Final = "implicit_decision"
RUNNING_LATE: Final = "running_late"
DRAFT_ASSISTED: Final = "draft_assisted"
REQUEST_TRANSFERRED: Final = "request_transferred"

MAX_TEXT = 2_000
MAX_KEYS = 20
Value = str | int | bool | None | list[str] | Mapping[str, str]

# (type, version) → keys that must be there. Others may be added: readers ignore what they do not know.
REQUIRED: Mapping[tuple[str, int], frozenset[str]] = MappingProxyType(
    {
        (REQUEST_SUBMITTED, 1): frozenset(),
        (DELIVERY_SUCCEEDED, 1): frozenset({"connection"}),
        (DELIVERY_RETRYING, 1): frozenset({"connection", "next_attempt_at", "code"}),
        (DELIVERY_DEAD, 1): frozenset({"connection", "code"}),
        (DELIVERY_CLOSED, 1): frozenset({"connection"}),
        (PARTNER_RECEIVED, 1): frozenset({"connection"}),
        (STATUS_CHANGED, 1): frozenset({"from", "to", "by"}),
        (STATUS_REFUSED, 1): frozenset(),
        (MESSAGE_POSTED, 1): frozenset({"message_id", "from"}),
        (REQUEST_ASSIGNED, 1): frozenset({"agent_id"}),
        (DECISION_MADE, 1): frozenset({"decision", "reason"}),
        (REQUEST_AMENDED, 1): frozenset({"amendment", "fields"}),
        (AMENDMENT_SENT, 1): frozenset({"connection", "amendment"}),
        (REQUEST_WITHDRAWN, 1): frozenset(),
        (WITHDRAWAL_SENT, 1): frozenset({"connection"}),
        (WITHDRAWAL_CONFIRMED, 1): frozenset({"connection"}),
        (COMPLEMENT_SENT, 1): frozenset({"connection", "message_id"}),
        (FOLLOW_UP_DEAD, 1): frozenset({"connection", "kind", "code"}),
        (FOLLOW_UP_CLOSED, 1): frozenset({"connection", "kind"}),
        (REQUEST_ATTACHED, 1): frozenset(),
        (LETTER_PREPARED, 1): frozenset({"connection", "number", "purpose"}),
        (LETTER_POSTED, 1): frozenset({"connection", "number", "purpose", "posted_on"}),
        (LETTER_UNPOSTED, 1): frozenset({"connection", "number", "purpose"}),
        (LETTER_RETURNED, 1): frozenset({"connection", "number", "purpose"}),
        (LETTER_CANCELLED, 1): frozenset({"connection"}),
        (EMAIL_REFUSED, 1): frozenset({"template", "code"}),
        (EMAIL_SENT, 1): frozenset({"template"}),
        (VALUE_FETCHED, 1): frozenset({"connection", "concept", "source", "period"}),
        (CORRECTIONS_ASKED, 1): frozenset({"fields"}),
        (CORRECTIONS_ANSWERED, 1): frozenset({"fields", "changed"}),
        (APPOINTMENT_PROPOSED, 1): frozenset(),
        (APPOINTMENT_CHANGED, 1): frozenset({"appointment", "change", "at"}),
        (OPINION_ASKED, 1): frozenset({"opinion_id", "department_id"}),
        (OPINION_GIVEN, 1): frozenset({"opinion_id", "department_id"}),
        (OPINION_CLOSED, 1): frozenset({"opinion_id", "department_id"}),
        (IMPLICIT_DECISION, 1): frozenset({"regime", "on"}),
        (RUNNING_LATE, 1): frozenset({"days", "source"}),
        (REQUEST_TRANSFERRED, 1): frozenset({"from", "to"}),
        (DRAFT_ASSISTED, 1): frozenset({"agent_id", "proof"}),
    }
)


class UnknownEvent(ParvisError):
    """A type, a version or a payload that the timeline does not know: a fault of ours, never of a person."""


def check_event(event_type: str, version: int, payload: Mapping[str, object]) -> None:
    """:raises UnknownEvent: the event does not have the declared shape."""
    required = REQUIRED.get((event_type, version))
    if required is None:
        raise UnknownEvent("event_unknown")
    if not required <= payload.keys():
        raise UnknownEvent("event_incomplete")
    if len(payload) > MAX_KEYS or not all(_is_plain(value) for value in payload.values()):
        raise UnknownEvent("event_payload")


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= MAX_TEXT
    if isinstance(value, list):
        return len(value) <= MAX_KEYS and all(isinstance(item, str) and len(item) <= MAX_TEXT for item in value)
    if isinstance(value, Mapping):
        return len(value) <= MAX_KEYS and all(
            isinstance(item, str) and len(item) <= MAX_TEXT for item in value.values()
        )
    return value is None or isinstance(value, int)
