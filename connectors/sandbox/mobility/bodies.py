"""The bodies of mobility-pass/1. What the contract does not name is refused."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, EmailStr, Field

Name = Annotated[str, Field(min_length=1, max_length=200)]


class Part(BaseModel):
    """A part of a body: no unknown member; read with `strict`, so no silent conversion of types either."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Holder(Part):
    """Whose pass it is. `birth_date` is as precise as it is known: a year, a month or a day."""

    birth_name: Name
    usual_name: Name | None = None
    first_names: Annotated[list[Name], Field(min_length=1, max_length=20)]
    birth_date: Annotated[str, Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")] | None = None
    email: EmailStr | None = None


class Closure(Part):
    """A pass to close and what is left of it to refund."""

    external_ref: Annotated[str, Field(min_length=1, max_length=64)]
    pass_number: Annotated[str, Field(min_length=1, max_length=40)]
    close_on: date
    holder: Holder
    refund_iban: Annotated[str, Field(pattern=r"^[A-Z]{2}\d{2}[A-Z0-9]{10,30}$")] | None = None


class Amendment(Closure):
    """The whole closure as it now stands; `amendment` counts corrections from 1."""

    amendment: Annotated[int, Field(ge=1, le=1_000)]


class Withdrawal(Part):
    """The person gives it up: nothing more to say."""
