"""The answers of mobility-pass/1 and the envelope of a GBFS feed: unknown extra members are ignored."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from connectors.sdk.reporting import Event, RawStatus, Reference


class Pong(BaseModel):
    """Answer of ``GET /ping``."""

    contract: Literal["mobility-pass/1"]
    operator: str


class Kept(BaseModel):
    """Answer to a submission, a correction or a withdrawal."""

    closure_id: Reference
    status: RawStatus


class Closure(BaseModel):
    """Answer of ``GET /closures/{id}``."""

    closure_id: Reference
    external_ref: str
    status: RawStatus
    events: list[Event] = []


class ClosureList(BaseModel):
    """Answer of ``GET /closures?external_ref=``."""

    items: list[Closure]


class CallbackEvent(Event):
    """An event with the closure it belongs to."""

    closure_id: Reference
    external_ref: str


class Callback(BaseModel):
    """Body of a signed call."""

    type: Literal["closure.status_changed"]
    data: CallbackEvent


class Feed(BaseModel):
    """A GBFS file. Times and durations differ from one operator to the next: ``gbfs.py`` makes sense of them."""

    data: dict[str, Any]
    last_updated: Any = None
    last_updated_other: Annotated[Any, Field(alias="lastUpdatedOther")] = None
    ttl: Any = None
