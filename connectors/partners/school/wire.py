"""The answers of school-enrolment/1, as strict as needed and no more: unknown extra members are ignored."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, Field

# Goes into addresses we call: no slash, no dot at the start, nothing to escape.
EnrolmentId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._~-]{0,99}$")]
RawStatus = Annotated[str, Field(min_length=1, max_length=100)]


class Pong(BaseModel):
    """Answer of ``GET /ping``."""

    contract: Literal["school-enrolment/1"]
    authority: str


class Created(BaseModel):
    """Answer of ``POST /enrolments`` and of ``POST /enrolments/{id}/cancellation``."""

    enrolment_id: EnrolmentId
    status: RawStatus


class Event(BaseModel):
    """A change of state."""

    event_id: Annotated[str, Field(min_length=1, max_length=200)]
    status: RawStatus
    occurred_at: AwareDatetime
    details: dict[str, Any] = {}


class Enrolment(BaseModel):
    """Answer of ``GET /enrolments/{id}``."""

    enrolment_id: EnrolmentId
    external_ref: str
    status: RawStatus
    events: list[Event] = []


class EnrolmentList(BaseModel):
    """Answer of ``GET /enrolments?external_ref=``."""

    items: list[Enrolment]


class Complemented(BaseModel):
    """Answer of ``POST /enrolments/{id}/complements``."""

    complement_id: EnrolmentId
    enrolment_id: EnrolmentId
    status: RawStatus


class Amended(BaseModel):
    """Answer of ``POST /enrolments/{id}/amendments``. ``amendment``: the latest correction that the partner holds."""

    enrolment_id: EnrolmentId
    amendment: int
    status: RawStatus


class CallbackEvent(Event):
    """An event with the enrolment it belongs to."""

    enrolment_id: EnrolmentId
    external_ref: str


class Callback(BaseModel):
    """Body of a signed call."""

    type: Literal["enrolment.status_changed"]
    data: CallbackEvent
