"""What the room takes and gives: plain immutable values."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.casework.worklists.enums import BulkKind, BulkState, ListFormat, ListState, Skipped


@dataclass(frozen=True, slots=True)
class ViewLine:
    """A saved view. ``query`` stands in the address; ``mine``: this agent may rename and remove it."""

    id: UUID
    name: str
    query: str
    department_id: UUID | None
    mine: bool
    is_default: bool
    removed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BulkOrder:
    """What to do to each request: to whom, to which department, in which words. Empty where it does not apply."""

    kind: BulkKind
    agent_id: UUID | None = None
    department_id: UUID | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class SkippedLine:
    """A request of a lot that was left as it is, and why."""

    reference: str
    why: Skipped


@dataclass(frozen=True, slots=True)
class BulkView:
    """How far a lot is. ``left``: still to be done; ``skipped``: in the order of the lot."""

    id: UUID
    kind: BulkKind
    state: BulkState
    asked_at: datetime
    ended_at: datetime | None
    total: int
    done: int
    skipped: tuple[SkippedLine, ...]
    references: tuple[str, ...]

    @property
    def left(self) -> int:
        """How many are still to be done."""
        return self.total - self.done - len(self.skipped)

    @property
    def is_over(self) -> bool:
        """Whether nothing more will be done."""
        return self.state in {BulkState.DONE, BulkState.STOPPED}


@dataclass(frozen=True, slots=True)
class ListView:
    """A list asked by an agent."""

    id: UUID
    format: ListFormat
    state: ListState
    rows: int
    asked_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ListOrder:
    """What the worker must write: for whom, which filters, which columns, in which format."""

    id: UUID
    agent_id: UUID
    query: str
    columns: tuple[str, ...]
    format: ListFormat


@dataclass(frozen=True, slots=True)
class Present:
    """A colleague who has the request open, and since when."""

    agent_id: UUID
    opened_at: datetime
