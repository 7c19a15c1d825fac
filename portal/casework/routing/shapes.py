"""What the room takes and gives: plain immutable values."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """A rule as typed. ``channels`` empty: any; ``field`` empty: whatever was answered; the agents take turns."""

    procedure_id: UUID
    name: str
    agent_ids: tuple[UUID, ...]
    channels: tuple[str, ...] = ()
    field: str = ""
    wanted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule as it stands. ``version`` goes back with the next change."""

    id: UUID
    department_id: UUID
    draft: RuleDraft
    version: int
    turn: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """Whom a rule gives a request to, and which rule."""

    rule_id: UUID
    agent_id: UUID
