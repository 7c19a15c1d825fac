"""What the room gives: plain immutable values, never rows. Facts never show in a ``repr``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from portal.casework.life_events.declaration import Organisation
from portal.casework.life_events.enums import Choice, EventStatus, Knowledge, Stage
from portal.casework.requests.policy import ENDED
from portal.casework.requests.service import RequestStanding
from portal.ground.dictionary.service import Value


@dataclass(frozen=True, slots=True)
class Facts:
    """What the person told: once for all, and for each entry by its slot. A slot is never given to somebody else.

    ``done``: the guides that they have ticked; nobody is told of it.
    """

    common: Mapping[str, Value] = field(default_factory=dict, repr=False)
    entries: Mapping[str, Mapping[str, Value]] = field(default_factory=dict, repr=False)
    done: frozenset[str] = frozenset()

    def seen_by(self, slot: str) -> dict[str, Value]:
        """The facts as an organisation that is told of one entry sees them; of none with an empty slot."""
        return {**self.common, **self.entries.get(slot, {})}


@dataclass(frozen=True, slots=True)
class Told:
    """One fact as an organisation receives it."""

    name: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Preview:
    """All that would leave for an organisation, and what is kept from it with the reason."""

    lines: tuple[Told, ...]
    kept_back: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Consent:
    """An agreement to one telling: which words, which facts, when."""

    code: str
    version: int
    facts_version: int
    given_at: datetime


@dataclass(frozen=True, slots=True)
class LineView:
    """One organisation on the page of the event.

    ``key`` is its address; ``labels`` what it receives; ``blocked`` why nothing may leave; ``since`` and ``by`` say
    when the stage was reached, and who says so. ``applies`` is False when the facts no longer concern it.
    """

    key: str
    organisation: Organisation
    slot: str
    title: str
    name: str
    stage: Stage
    since: datetime | None
    knowledge: Knowledge
    labels: tuple[str, ...]
    choice: Choice | None = None
    consent: Consent | None = None
    request: RequestStanding | None = None
    blocked: str = ""
    applies: bool = True
    correction_waits: bool = False
    is_behind: bool = False

    @property
    def is_ended(self) -> bool:
        """Whether its request is decided or withdrawn: nothing can be taken back from it by the portal."""
        return self.request is not None and self.request.status in ENDED


@dataclass(frozen=True, slots=True)
class EventView:
    """An event of a person's life, with every organisation it concerns."""

    id: UUID
    kind: str
    status: EventStatus
    version: int
    facts: Facts
    happens_on: date
    created_at: datetime
    updated_at: datetime
    kept_until: date
    lines: tuple[LineView, ...] = ()

    def line(self, key: str) -> LineView | None:
        """The line with this address."""
        return next((one for one in self.lines if one.key == key), None)

    def at(self, *stages: Stage) -> tuple[LineView, ...]:
        """The lines at one of these stages."""
        return tuple(one for one in self.lines if one.stage in stages)


@dataclass(frozen=True, slots=True)
class EventSummary:
    """An event in a list."""

    id: UUID
    kind: str
    status: EventStatus
    happens_on: date
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class SentView:
    """What became of a consent: the request it made, or had already made."""

    request_id: UUID
    reference: str
    is_replay: bool


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change of facts did: the organisations told of it, withdrawn from, or that could not be told."""

    version: int
    corrected: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()


__all__ = [
    "Changed",
    "Consent",
    "EventSummary",
    "EventView",
    "Facts",
    "LineView",
    "Preview",
    "SentView",
    "Told",
]
