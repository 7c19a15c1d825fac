"""Between the portal's commands and the demonstration partner's bodies. Pure: no input, no output, no clock."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, Field

from connectors.sdk import Receipt, SubmitCommand

KNOWN_STATUSES = frozenset({"accepted"})


class Record(BaseModel):
    """A request as the partner keeps it."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._~-]{0,99}$")]
    status: Annotated[str, Field(min_length=1, max_length=100)]
    reference: str = ""


class RecordList(BaseModel):
    """Answer of a search."""

    items: list[Record]


class Pong(BaseModel):
    """Answer of ``GET /ping``."""

    contract: str


def to_body(command: SubmitCommand, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The body of ``POST /requests``. ``payload`` holds declared concepts only."""
    return {
        "reference": command.reference,
        "subject": command.subject_pseudonym,
        "procedure": command.procedure,
        "procedure_version": command.procedure_version,
        "submitted_at": command.submitted_at.isoformat(),
        "answers": dict(payload),
    }


def to_receipt(record: Record) -> Receipt:
    """What the partner made of the request."""
    return Receipt(external_ref=record.id, raw_status=record.status, received=record.status in KNOWN_STATUSES)
