"""What somebody reported of a request."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from portal.casework.requests.enums import RequestStatus

MAX_UPDATE_ID = 255


@dataclass(frozen=True, slots=True)
class Reported:
    """What was reported, by whom (``connection``, None for us). ``status`` is None when we do not know the word.

    ``transition``: the move of the procedure's workflow that somebody chose; empty when only the status is known.
    """

    connection: str | None
    update_id: str
    status: RequestStatus | None
    occurred_at: datetime
    details: Mapping[str, str]
    transition: str = ""

    @property
    def source(self) -> str:
        """The connection's name, empty for us."""
        return self.connection or ""
