"""What the room gives and gathers: plain immutable values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from portal.engine.own_data.enums import ExportState


@dataclass(frozen=True, slots=True)
class ExportView:
    """A copy asked by a person, as they see it."""

    id: UUID
    state: ExportState
    asked_at: datetime
    expires_at: datetime
    size: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing, for people: a title, and what is said of it."""

    title: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """One kind of things: ``data`` for machines under ``key``, ``entries`` for people, ``files`` by path."""

    key: str
    title: str
    data: Any
    entries: tuple[Entry, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class KeptRequest:
    """A request that an erasure leaves, and until when; ``until`` is None while its end is not known."""

    reference: str
    title: str
    until: date | None


@dataclass(frozen=True, slots=True)
class ErasurePlan:
    """What an erasure would do. ``open_requests`` must end first."""

    open_requests: tuple[KeptRequest, ...]
    kept: tuple[KeptRequest, ...]
    drafts: int
    documents: int
    lists: int
    consents: int
