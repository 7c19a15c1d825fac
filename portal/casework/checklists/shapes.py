"""What the room takes and gives: plain frozen values, never rows. Answers never show in a ``repr``."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from portal.casework.checklists.definition import Action
from portal.casework.checklists.enums import LineState

# A date as YYYY-MM-DD, one code, or several.
Answer = str | tuple[str, ...]
Answers = Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class Mark:
    """What the person did with a line: done that day, or put off to that day."""

    done_on: date | None = None
    postponed_to: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it stands today, in the language asked for. ``due`` is the day chosen when it was put off."""

    id: str
    title: str
    why: str
    help: str
    action: Action | None
    due: date | None
    state: LineState
    done_on: date | None = None
    postponed: bool = False


@dataclass(frozen=True, slots=True)
class ChecklistView:
    """A list of somebody, or of whoever has its ``token``. ``open_procedures``: slugs of those offered now."""

    id: UUID
    journey: str
    person_id: UUID | None
    version: int
    created_at: datetime
    updated_at: datetime
    purge_after: datetime
    token: str = dataclasses.field(repr=False)
    answers: Answers = dataclasses.field(repr=False)
    marks: Mapping[str, Mark] = dataclasses.field(repr=False)
    open_procedures: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Progress:
    """« 3 faites sur 9 », and what comes next."""

    done: int
    total: int
    late: int
    next: Line | None
