"""The figures read, and how they are put together. Pure."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from portal.casework.figures.service import Cell, OpenGroup, Tally

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class ProcedureName:
    """How a procedure is called today. ``is_open``: one that was withdrawn keeps its figures."""

    id: UUID
    slug: str
    title: str
    department_id: UUID
    is_open: bool


@dataclass(frozen=True, slots=True)
class Names:
    """How departments (by slug) and procedures are called."""

    departments: dict[str, tuple[UUID, str]]
    procedures: dict[UUID, ProcedureName]


@dataclass(frozen=True, slots=True)
class Figures:
    """What a page is made from. ``counted_at``: None when nothing was ever counted."""

    cells: Sequence[tuple[Cell, Tally]]
    titles: dict[UUID, str]
    counted_at: datetime | None
    backlog: Sequence[OpenGroup] = ()

    @property
    def total(self) -> Tally:
        """Everything together."""
        return Tally.of(tally for _cell, tally in self.cells)

    def by(self, key: Callable[[Cell], K]) -> dict[K, Tally]:
        """Everything, put together by what ``key`` says of each cell."""
        groups: dict[K, list[Tally]] = {}
        for cell, tally in self.cells:
            groups.setdefault(key(cell), []).append(tally)
        return {name: Tally.of(tallies) for name, tallies in groups.items()}

    def by_procedure(self) -> list[tuple[UUID, str, Tally]]:
        """Each procedure where something was decided, the most decided first."""
        found = [(key, self.titles.get(key, ""), one) for key, one in self.by(lambda cell: cell.procedure_id).items()]
        return sorted((one for one in found if one[2].decided), key=lambda one: (-one[2].decided, one[1]))

    def by_month(self) -> dict[date, Tally]:
        """Each month where something happened."""
        return self.by(lambda cell: cell.month)
