"""The answers of school-enrolment/1, as strict as needed and no more: unknown extra members are ignored."""

from typing import Literal

from pydantic import BaseModel

from connectors.sdk.reporting import Event, RawStatus, Reference


class Pong(BaseModel):
    """Answer of ``GET /ping``."""

    contract: Literal["school-enrolment/1"]
    authority: str


class Created(BaseModel):
    """Answer of ``POST /enrolments`` and of ``POST /enrolments/{id}/cancellation``."""

    enrolment_id: Reference
    status: RawStatus


class Enrolment(BaseModel):
    """Answer of ``GET /enrolments/{id}``."""

    enrolment_id: Reference
    external_ref: str
    status: RawStatus
    events: list[Event] = []


class EnrolmentList(BaseModel):
    """Answer of ``GET /enrolments?external_ref=``."""

    items: list[Enrolment]


class Complemented(BaseModel):
    """Answer of ``POST /enrolments/{id}/complements``."""

    complement_id: Reference
    enrolment_id: Reference
    status: RawStatus


class Amended(BaseModel):
    """Answer of ``POST /enrolments/{id}/amendments``. ``amendment``: the latest correction that the partner holds."""

    enrolment_id: Reference
    amendment: int
    status: RawStatus


class CallbackEvent(Event):
    """An event with the enrolment it belongs to."""

    enrolment_id: Reference
    external_ref: str


class Callback(BaseModel):
    """Body of a signed call."""

    type: Literal["enrolment.status_changed"]
    data: CallbackEvent
