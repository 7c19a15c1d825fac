"""When a question may be asked, and when a consent still holds. Pure."""

from datetime import datetime, timedelta
from typing import Final

from portal.casework.consents.enums import Outcome

# A question that has not been answered by then never will be: the longest wait for a partner is five seconds.
LOST_AFTER: Final = timedelta(seconds=15)
ANSWERED: Final = frozenset({Outcome.KNOWN, Outcome.NOT_FOUND})


def is_being_asked(outcome: Outcome, asked_at: datetime | None, now: datetime) -> bool:
    """True while somebody is waiting for the partner: nobody else asks the same thing meanwhile."""
    return outcome is Outcome.ASKING and asked_at is not None and now < asked_at + LOST_AFTER


def has_fresh_answer(outcome: Outcome, fresh_until: datetime | None, now: datetime) -> bool:
    """True when asking again would only repeat the answer at hand."""
    return outcome in ANSWERED and fresh_until is not None and now < fresh_until


def may_ask(outcome: Outcome, *, asked_at: datetime | None, fresh_until: datetime | None, now: datetime) -> bool:
    """Whether the question should leave now."""
    return not is_being_asked(outcome, asked_at, now) and not has_fresh_answer(outcome, fresh_until, now)
