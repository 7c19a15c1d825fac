"""Drafts, and what sending one gives."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.ground.dictionary.service import Value


@dataclass(frozen=True, slots=True)
class DraftView:
    """Answers saved so far: field name → JSON value. ``version`` goes back with the next save."""

    id: UUID
    procedure_id: UUID
    procedure_slug: str
    procedure_version: int
    answers: Mapping[str, Value]
    done_steps: tuple[str, ...]
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class DraftOwner:
    """Whose draft it is, and of which procedure."""

    account_id: UUID
    procedure_id: UUID


@dataclass(frozen=True, slots=True)
class DraftSummary:
    """A draft in a list. ``purge_after``: erased then, unless it is taken up again."""

    id: UUID
    procedure_slug: str
    procedure_title: str
    done_steps: tuple[str, ...]
    created_at: datetime
    updated_at: datetime
    purge_after: datetime


@dataclass(frozen=True, slots=True)
class DiscardedView:
    """A draft given up, which can be taken back until ``purge_after``."""

    id: UUID
    discarded_at: datetime
    updated_at: datetime
    purge_after: datetime


@dataclass(frozen=True, slots=True)
class SubmittedView:
    """The request made by a submission; ``is_replay`` when the same form had already made it.

    ``code`` opens the request to a person without an account; empty for the others.
    """

    request_id: UUID
    reference: str
    is_replay: bool
    code: str = ""
