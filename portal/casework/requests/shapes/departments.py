"""What agents see of a request beside itself: their notes, where it was sent, what may be the same."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.casework.requests.enums import Channel, RequestStatus


@dataclass(frozen=True, slots=True)
class NoteView:
    """A note between agents. ``may_edit``: this reader wrote it, a moment ago."""

    id: UUID
    author_id: UUID
    text: str
    written_at: datetime
    edited_at: datetime | None
    may_edit: bool


@dataclass(frozen=True, slots=True)
class TransferLine:
    """A request that a department sent to another one: what it still knows of it."""

    reference: str
    procedure_title: str
    from_department_id: UUID
    to_department_id: UUID
    transferred_at: datetime
    status: RequestStatus


@dataclass(frozen=True, slots=True)
class TwinRequest:
    """A request that may be the same as another. ``surely``: of the same account, not of the same name alone."""

    reference: str
    submitted_at: datetime
    channel: Channel
    status: RequestStatus
    surely: bool


@dataclass(frozen=True, slots=True)
class DuplicateView:
    """The request that this one is the same as. ``may_undo``: it is not closed yet; it will be at ``close_at``."""

    kept: str
    close_at: datetime
    may_undo: bool


@dataclass(frozen=True, slots=True)
class Target:
    """One of many requests acted on at once: where it stands, nothing of what it says."""

    id: UUID
    reference: str
    person_id: UUID
    department_id: UUID
    assigned_agent_id: UUID | None
    status: RequestStatus
    state: str
    may_close: bool
