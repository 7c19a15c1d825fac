"""The opinions that other departments are asked."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from portal.casework.documents.service import DocumentView
from portal.casework.requests.shapes.answers import AnswerStep


@dataclass(frozen=True, slots=True)
class OpinionView:
    """An opinion that another department was asked, for the department in charge. ``answer`` is empty until given."""

    id: UUID
    department_id: UUID
    asked_at: datetime
    question: str
    answered_by: UUID | None
    answered_at: datetime | None
    answer: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class OpinionLine:
    """An opinion to give, in a list: nothing of what the request says."""

    id: UUID
    asked_at: datetime
    reference: str
    deadline: date | None
    procedure_title: str


@dataclass(frozen=True, slots=True)
class OpinionCase:
    """What an agent of the department asked reads: the question, and the request as it was filled in."""

    id: UUID
    reference: str
    procedure_title: str
    department: str
    asked_by: UUID
    asked_at: datetime
    deadline: date | None
    question: str
    steps: tuple[AnswerStep, ...]
    documents: tuple[DocumentView, ...]
