"""What is asked to be corrected, and what was."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.casework.catalogue.places import Place
from portal.ground.dictionary.service import Value


@dataclass(frozen=True, slots=True)
class AmendedView:
    """A request that was corrected. ``amendment``: the number of its last correction, 0 when nothing was corrected."""

    request_id: UUID
    amendment: int


@dataclass(frozen=True, slots=True)
class CorrectionsView:
    """The questions that the resident is asked to answer again, at their places, and every answer given so far.

    ``opened``: those that nobody asked, and that the new answers open.
    """

    reference: str
    procedure_title: str
    person_id: UUID
    places: tuple[Place, ...]
    opened: tuple[Place, ...]
    answers: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """What one answer was and became, as people read it; empty when there is none."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class AmendmentView:
    """One correction."""

    number: int
    amended_at: datetime
    changes: tuple[AnswerChange, ...]
