"""What the room takes and gives: plain immutable values, never rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from uuid import UUID

from portal.casework.appointments.enums import AppointmentState, Audience, EventKind, Means, Reminder
from portal.casework.appointments.policy import WITHOUT_TIME
from portal.ground.permissions import ActorKind


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """What a department says of a place."""

    department_id: UUID
    name: str
    address: str
    access: str = ""
    directions: str = ""
    phone: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class PlaceView:
    """A place."""

    id: UUID
    facts: PlaceFacts
    version: int

    @property
    def name(self) -> str:
        """Its name."""
        return self.facts.name


@dataclass(frozen=True, slots=True)
class KindFacts:
    """What a department says of a kind. ``title`` and ``bring`` are by language; hours and days are whole numbers."""

    department_id: UUID
    slug: str
    title: Mapping[str, str]
    minutes: int
    means: tuple[Means, ...]
    audience: Audience = Audience.PUBLIC
    bring: Mapping[str, str] = field(default_factory=dict)
    spare_minutes: int = 0
    capacity: int = 1
    notice_hours: int = 24
    horizon_days: int = 60
    cancel_hours: int = 2
    procedure_slug: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class KindView:
    """A kind."""

    id: UUID
    facts: KindFacts
    version: int

    def say_title(self, language: str = "fr") -> str:
        """Its title in a language, else in French."""
        return self.facts.title.get(language) or self.facts.title["fr"]

    def say_bring(self, language: str = "fr") -> str:
        """What to bring, in a language, else in French; empty when nothing is."""
        return self.facts.bring.get(language) or self.facts.bring.get("fr", "")


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """A weekly opening. ``weekday``: 0 is Monday. ``desk_group``: desks of one name are the same ones, however many
    openings speak of them.
    """

    place_id: UUID
    kind_ids: frozenset[UUID]
    weekday: int
    opens: time
    closes: time
    valid_from: date
    valid_until: date | None = None
    desks: int = 1
    desk_group: str = ""


@dataclass(frozen=True, slots=True)
class RuleView:
    """A weekly opening."""

    id: UUID
    facts: RuleFacts
    version: int


@dataclass(frozen=True, slots=True)
class ClosureView:
    """A time when a place receives nobody."""

    id: UUID
    place_id: UUID
    starts_at: datetime
    ends_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class KindName:
    """A kind that is not withdrawn, as whoever names it needs it; ``title`` in French."""

    slug: str
    title: str
    department_id: UUID


@dataclass(frozen=True, slots=True)
class KindOffer:
    """A kind that may be booked, with the places where it is held."""

    kind: KindView
    places: tuple[PlaceView, ...]


@dataclass(frozen=True, slots=True)
class FreeSlot:
    """A time that can be booked. ``left``: how many people may still take it."""

    place_id: UUID
    starts_at: datetime
    ends_at: datetime
    left: int


@dataclass(frozen=True, slots=True)
class Contact:
    """How the person of an appointment is called and reached. Needed of who has no account."""

    name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Booking:
    """What is asked. ``request_reference``: the request it belongs to, if any; ``language``: of what is written."""

    kind_id: UUID
    place_id: UUID
    starts_at: datetime
    means: Means
    contact: Contact = field(default_factory=Contact)
    remark: str = ""
    reminders: tuple[Reminder, ...] = tuple(Reminder)
    request_reference: str = ""


@dataclass(frozen=True, slots=True)
class WaitView:
    """A person’s wish for an earlier time. ``offer``: the one kept for them, until ``offered_until``."""

    since: datetime
    offer: datetime | None
    offered_until: datetime | None


@dataclass(frozen=True, slots=True)
class AppointmentView:
    """An appointment, with what was sealed. ``may_change``: the person may still move or cancel it by themselves.

    ``code``: given once, to who booked without an account; it opens the appointment with its ``reference``.
    ``reason``: why it was cancelled or displaced; ``note``: between agents. ``holder_has_account``: it is in a space.
    """

    id: UUID
    reference: str
    department_id: UUID
    kind: KindView
    place: PlaceView
    person_id: UUID
    account_id: UUID | None
    request_id: UUID | None
    starts_at: datetime
    ends_at: datetime
    means: Means
    state: AppointmentState
    marked_at: datetime | None
    booked_by: UUID | None
    assigned_agent_id: UUID | None
    reminders: tuple[Reminder, ...]
    sequence: int
    version: int
    created_at: datetime
    updated_at: datetime
    contact: Contact
    remark: str
    reason: str
    note: str
    may_change: bool
    wait: WaitView | None = None
    code: str = ""
    is_replay: bool = False

    @property
    def has_time(self) -> bool:
        """Whether somebody is expected at ``starts_at``; else it is the latest time that would do."""
        return self.state not in WITHOUT_TIME


@dataclass(frozen=True, slots=True)
class EventView:
    """One line of the history of an appointment."""

    kind: EventKind
    occurred_at: datetime
    actor_kind: ActorKind
    actor_id: UUID | None
    payload: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AgendaQuery:
    """Which appointments an agent wants to see: days included, of one place, of one state. Empty: any of theirs."""

    first: date
    last: date
    place_id: UUID | None = None
    state: AppointmentState | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Concerned:
    """Somebody who has an appointment in a time that is about to be closed."""

    id: UUID
    reference: str
    starts_at: datetime
    kind_title: str
    name: str
    version: int


@dataclass(frozen=True, slots=True)
class FeedView:
    """The calendar of a place. ``token`` is known once, when it is made."""

    id: UUID
    place_id: UUID
    created_at: datetime
    created_by: UUID
    token: str = ""


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """How many people wait for a kind at a place: for any time, and for an earlier one than they have."""

    kind_title: str
    place_name: str
    without_time: int
    earlier: int


@dataclass(frozen=True, slots=True)
class KindFigures:
    """What a department reads of a kind for a month: appointments held, missed, and text messages ordered."""

    kind_id: UUID
    attended: int
    missed: int
    texts: int
