"""The recipients of a request, and what they are told after it."""

from dataclasses import dataclass
from datetime import date, datetime

from portal.casework.requests.enums import Closing
from portal.records.outbox.enums import MessageState


@dataclass(frozen=True, slots=True)
class ForwardingView:
    """One recipient. ``delivery_state`` is the transport's, the instants are facts about the recipient.

    ``finished_at``: it decided, or stopped what was withdrawn. ``amendment_sent``: the number of the last correction it
    was sent, 0 for the request as submitted; ``amendment_pending``: it still has answers that were corrected since.
    ``prepared_at``: a letter is ready to be posted; ``posted_on``: the day it was.
    ``closing``, ``closed_at`` and ``closing_note``: what an agent did of a sending that failed, and in which words.
    """

    connection: str
    recipient: str
    external_ref: str | None
    transmitted_at: datetime | None
    received_at: datetime | None
    taken_into_account_at: datetime | None
    failed_at: datetime | None
    failure_code: str | None
    delivery_state: MessageState | None
    next_attempt_at: datetime | None
    finished_at: datetime | None = None
    amendment_sent: int = 0
    amendment_pending: bool = False
    closing: Closing | None = None
    closed_at: datetime | None = None
    closing_note: str = ""
    prepared_at: datetime | None = None
    posted_on: date | None = None

    @property
    def is_held_there(self) -> bool:
        """The recipient has the request, or a letter to it is ready: what follows must follow it there."""
        return self.transmitted_at is not None or self.prepared_at is not None or self.closing is Closing.OTHER_WAY


@dataclass(frozen=True, slots=True)
class FollowUpView:
    """What a recipient is told after it has the request. ``kind`` is one of ``FOLLOW_UP_KINDS``."""

    kind: str
    connection: str
    recipient: str
    state: MessageState
    code: str | None
