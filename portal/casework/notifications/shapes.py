"""What the room takes and gives: plain immutable values, never rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from portal.casework.notifications.enums import (
    DeliveryProgress,
    NoticeChannel,
    NoticeKind,
    NotificationEvent,
    Way,
)


@dataclass(frozen=True, slots=True)
class NotificationView:
    """What is kept of a notification."""

    id: UUID
    event: NotificationEvent
    cause: str
    request_id: UUID | None
    account_id: UUID | None
    agent_id: UUID | None
    language: str
    title: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class NotificationFacts:
    """What the letter is about, as it stands when it leaves. Recipients are named as people say them.

    ``implicit_on`` is the day on which silence decided, ``is_granted_by_silence`` what it decided.
    ``recipients`` have the request; of a withdrawal, ``told`` were sent it, ``to_tell`` have the request and were not.
    ``asks_opinion``: the person has not refused to be asked two questions after the answer.
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
    asks_opinion: bool = False


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


@dataclass(frozen=True, slots=True)
class TextMessage:
    """A text message ready to leave."""

    recipient: str = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PreferenceView:
    """What one account chose. Hours are those of the wall clock; the same twice means no quiet hours.

    ``language``: of what we write to tell of something, ``fr`` or ``fr@falc``.
    """

    ways: Mapping[NoticeKind, Way]
    quiet_from: int
    quiet_until: int
    digest: bool = False
    language: str = "fr"
    phone_digest: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class PhoneView:
    """The number that a person declared. ``awaited_until``: a code was sent, and may be typed until then.

    ``refused``: the operator could not deliver the code; ``blocked``: nothing is sent to the number for now.
    """

    number: str = field(repr=False)
    verified: bool = False
    awaited_until: datetime | None = None
    refused: bool = False
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """How far one notice got by one channel, for who asks. ``cause``: what it tells of, the id of a message say."""

    event: NotificationEvent
    channel: NoticeChannel
    progress: DeliveryProgress
    code: str
    updated_at: datetime
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """What left by SMS in one month."""

    messages: int
    segments: int
