"""What the room takes and gives: plain immutable values, never rows."""

from dataclasses import dataclass
from datetime import date, datetime
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

    ``implicit_on`` is the day on which silence decided, ``is_granted_by_silence`` what it decided.
    ``recipients`` have the request; of a withdrawal, ``told`` were sent it, ``to_tell`` have the request and were not.
    """

    recipient: str
    reference: str
    procedure_title: str
    department: str
    department_phone: str
    department_address: str
    submitted_at: datetime
    is_granted_by_silence: bool = False
    implicit_on: date | None = None
    has_account: bool = True
    recipients: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    to_tell: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AlertFacts:
    """What a department is told of. ``about`` is the kind of the message that failed, or what else it is about.

    ``path``: the page to open, that of the request when empty; ``deadline``: the day silence decides.
    """

    recipient: str
    reference: str
    procedure_title: str
    partner: str
    about: str
    path: str = ""
    deadline: date | None = None


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
