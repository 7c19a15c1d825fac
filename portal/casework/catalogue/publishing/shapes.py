"""What the door of publication gives: plain immutable values."""

from dataclasses import dataclass
from datetime import datetime

from portal.casework.catalogue.enums import VersionState
from portal.casework.catalogue.shapes import ProcedureView


@dataclass(frozen=True, slots=True)
class Edited:
    """A procedure as officers see it: its newest version, and the one offered, None when it is closed or new."""

    latest: ProcedureView
    published: ProcedureView | None

    @property
    def is_draft(self) -> bool:
        """The newest version waits to be published."""
        return self.latest.state is VersionState.DRAFT


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version in a list. ``note``: why it was published, for colleagues."""

    version: int
    state: VersionState
    published_at: datetime | None
    archived_at: datetime | None
    note: str
