"""The messages of sms-gateway/1, as strict as needed and no more."""

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, Field

Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._~-]{0,99}$")]
Word = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[a-z0-9_]+$")]


class Pong(BaseModel):
    """Answer of ``GET /ping``."""

    contract: Annotated[str, Field(pattern=r"^sms-gateway/1$")]


class Accepted(BaseModel):
    """Answer of ``POST /messages``: the gateway has it and will try to deliver it."""

    message_id: Identifier
    status: Word
    segments: Annotated[int, Field(strict=True, ge=1, le=50)]


class Event(BaseModel):
    """One step of a message's way. ``code`` says why it was not delivered."""

    event_id: Annotated[str, Field(min_length=1, max_length=100)]
    status: Word
    occurred_at: AwareDatetime
    code: Word | None = None

    @property
    def at(self) -> datetime:
        """When it happened."""
        return self.occurred_at


class Message(BaseModel):
    """Answer of ``GET /messages/<id>``."""

    message_id: Identifier
    events: list[Event]


class Report(Event):
    """The latest event of one message, as the gateway tells it of itself."""

    message_id: Identifier


class Callback(BaseModel):
    """The call that reports a delivery."""

    data: Report
