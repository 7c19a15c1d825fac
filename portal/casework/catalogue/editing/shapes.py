"""What the drafts' door gives: plain immutable values."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.casework.catalogue.document import ProcedureDocument


@dataclass(frozen=True, slots=True)
class DraftView:
    """The version of a procedure that is being written. ``revision`` counts its changes.

    ``published``: the version residents are offered, None when it is closed or was never published; ``edited_by`` is
    an agent's id.
    """

    procedure_id: UUID
    slug: str
    version: int
    revision: int
    document: ProcedureDocument
    edited_at: datetime | None
    edited_by: UUID | None
    can_undo: bool
    published: int | None
