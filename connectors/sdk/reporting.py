"""News by question and by signed call: what is alike in every partner that gives it both ways."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar

from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from connectors.sdk.errors import PermanentError, WebhookRefused
from connectors.sdk.values import InboundCall, StatusUpdate, UpdateStatus
from connectors.sdk.webhooks import verify

LOST = "not_found"
# Goes into addresses we call: no slash, no dot at the start, nothing to escape.
_REFERENCE = r"[A-Za-z0-9][A-Za-z0-9._~-]{0,99}"
Reference = Annotated[str, Field(pattern=f"^{_REFERENCE}$")]
RawStatus = Annotated[str, Field(min_length=1, max_length=100)]


class AnyCallback(BaseModel):
    """What every signed call has: types we do not know are acknowledged and ignored."""

    type: Annotated[str, Field(max_length=200)]


class Event(BaseModel):
    """A change of state, as partners tell it when asked and by signed calls alike."""

    event_id: Annotated[str, Field(min_length=1, max_length=200)]
    status: RawStatus
    occurred_at: AwareDatetime
    details: dict[str, Any] = {}

    def to_update(
        self, external_ref: str, statuses: Mapping[str, UpdateStatus], details: Mapping[str, str]
    ) -> StatusUpdate:
        """The same event gives the same update. ``details`` are those of the event once checked."""
        return StatusUpdate(
            update_id=self.event_id,
            external_ref=external_ref,
            status=statuses.get(self.status, UpdateStatus.UNKNOWN),
            raw_status=self.status,
            occurred_at=self.occurred_at,
            details=details,
        )


class ReportsBothWays(ABC):
    """A connector whose partner tells what became of things when asked, and by signed calls.

    Each kind of partner says how it is asked, how its call is read, and with which secret the call is signed.
    """

    callback_type: ClassVar[str]
    """The type of the calls that report a status."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now

    @abstractmethod
    def reports_about(self, external_ref: str) -> Sequence[StatusUpdate] | None:
        """Everything that the partner tells of this; None when it has lost it. Raises connector errors."""

    @abstractmethod
    def read_report(self, body: bytes) -> StatusUpdate:
        """The news in the body of a call. Raises ``pydantic.ValidationError``."""

    @abstractmethod
    def callback_secret(self) -> str:
        """What calls are signed with. Raises WebhookRefused where none is configured."""

    def fetch_updates(self, external_refs: Sequence[str]) -> Sequence[StatusUpdate]:
        """All news of these references. One that the partner has lost is news too, of unknown meaning."""
        updates: list[StatusUpdate] = []
        for reference in external_refs:
            found = self.reports_about(reference) if is_safe_reference(reference) else None
            updates += [self._lost(reference)] if found is None else found
        return updates

    def _lost(self, reference: str) -> StatusUpdate:
        return StatusUpdate(
            update_id=f"{reference}:{LOST}",
            external_ref=reference,
            status=UpdateStatus.UNKNOWN,
            raw_status=LOST,
            occurred_at=self._now(),
            details={},
        )

    def read_webhook(self, call: InboundCall) -> Sequence[StatusUpdate]:
        """Check the signature first, then read. A type of call we do not know is news for somebody else."""
        verify(self.callback_secret(), call)
        try:
            if AnyCallback.model_validate_json(call.body).type != self.callback_type:
                return []
            return [self.read_report(call.body)]
        except ValidationError:
            raise WebhookRefused("body_unreadable") from None


def is_safe_reference(reference: str) -> bool:
    """Whether a reference may go into an address: one word, nothing in it to escape."""
    return re.fullmatch(_REFERENCE, reference) is not None


def safe_reference(reference: str) -> str:
    """The reference, once sure of it. Raises PermanentError ``reference_unusable``."""
    if not is_safe_reference(reference):
        raise PermanentError("reference_unusable")
    return reference
