"""What the room takes and gives: plain immutable values, never rows."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.casework.notifications.enums import NotificationEvent


@dataclass(frozen=True, slots=True)
class NotificationView:
    """What is kept of a notification."""

    id: UUID
    event: NotificationEvent
    cause: str
    request_id: UUID
    account_id: UUID | None
    agent_id: UUID | None
    language: str


@dataclass(frozen=True, slots=True)
class NotificationFacts:
    """What the letter is about, as it stands when it leaves. Recipients are named as people say them.

    ``recipients`` have the request; of a withdrawal, ``told`` were sent it, ``to_tell`` have the request and were not.
    """

    recipient: str
    reference: str
    procedure_title: str
    department: str
    department_phone: str
    department_address: str
    submitted_at: datetime
    has_account: bool = True
    recipients: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    to_tell: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AlertFacts:
    """What a department is told of a sending that waits for a person. ``about`` is the kind of the message."""

    recipient: str
    reference: str
    procedure_title: str
    partner: str
    about: str


@dataclass(frozen=True, slots=True)
class DraftFacts:
    """What the warning about a draft says: which one, and until when it is kept."""

    recipient: str
    procedure_title: str
    procedure_slug: str
    purge_after: datetime


@dataclass(frozen=True, slots=True)
class RenderedNotification:
    """A message ready to leave, in two equal forms."""

    recipient: str
    subject: str
    text: str
    html: str
