"""One try to deliver: what a handler is, what the call gave, how it ended."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from sqlalchemy.orm import Session

from connectors.sdk import Receipt
from portal.engine.exchanges.enums import Ending
from portal.ground.errors import ParvisError
from portal.records.outbox.service import Claimed

TO_VERIFY = "to_verify"


@dataclass(frozen=True, slots=True)
class Delivered:
    """The recipient's transport accepted it."""

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Failed:
    """It may go through later."""

    code: str
    retry_after: float | None = None
    ambiguous: bool = False
    malformed: bool = False


@dataclass(frozen=True, slots=True)
class Misconfigured:
    """Our settings or credentials are at fault: every message of the connection would fail alike."""

    code: str


@dataclass(frozen=True, slots=True)
class Refused:
    """It will never go through as it is."""

    code: str
    answered: bool = True


@dataclass(frozen=True, slots=True)
class Unneeded:
    """Nobody needs it any more, and nobody has to be told."""

    code: str


class NoLongerNeeded(ParvisError):
    """Raised by ``load`` or ``call``: the message must be closed without being sent."""


class NotCarried(ParvisError):
    """Raised by ``load``: no connection takes this to the recipient, a person does."""


class NotYet(ParvisError):
    """Raised by ``load``: the hour is not right. The message waits until ``until`` without burning an attempt."""

    def __init__(self, code: str, until: datetime) -> None:
        super().__init__(code)
        self.until = until


CallResult = Delivered | Failed | Misconfigured | Refused | Unneeded


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the try ended. ``next_attempt_at`` is set when it is retrying or held and a date is known."""

    ending: Ending
    code: str = ""
    receipt: Receipt | None = None
    next_attempt_at: datetime | None = None

    @property
    def lane_must_stop(self) -> bool:
        """True when the rest of the batch must not be tried now."""
        return self.ending is Ending.HELD


class DeliveryHandler(Protocol):
    """What to do with one kind of message. Only ``load`` and ``settle`` see the database, only ``call`` the outside."""

    @property
    def resends(self) -> bool:
        """True when sending again with the same key is harmless; else what is uncertain belongs to a person."""

    def load(self, session: Session, claimed: Claimed) -> Any:
        """Read what is to be sent, in a reading unit. A ``ParvisError`` makes the message a dead letter.

        :raises NoLongerNeeded: there is nothing to send any more.
        """

    def call(self, loaded: Any, claimed: Claimed) -> Receipt:
        """Call the recipient, outside any transaction. Raises the errors of the connectors' kit."""

    def settle(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Write what follows from the outcome, in the unit that writes the outcome itself."""


@runtime_checkable
class NotesUnneeded(Protocol):
    """A handler that has something to write when a message is closed without being sent."""

    def note_unneeded(self, session: Session, claimed: Claimed, code: str) -> None:
        """Write what follows, in the unit that closes the message."""
