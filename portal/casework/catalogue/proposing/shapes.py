"""What the door of proposals gives: plain immutable values."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.casework.catalogue.enums import ProposalState
from portal.ground.dictionary.service import Concept


@dataclass(frozen=True, slots=True)
class OwnConcept:
    """A datum that the dictionary does not know. ``used_in``: titles of the procedures that ask it.

    ``agrees`` is False where two procedures describe it otherwise.
    """

    concept: Concept
    used_in: tuple[str, ...]
    agrees: bool = True


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal. ``answer``: what was said with the decision."""

    id: UUID
    concept: Concept
    reason: str
    state: ProposalState
    answer: str
    proposed_at: datetime
    proposed_by: UUID
    decided_at: datetime | None
