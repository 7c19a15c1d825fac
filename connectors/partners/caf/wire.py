"""The answers of API Particulier v3, as strict as needed and no more.

Which members come depends on the scopes granted; those we did not ask for are not even read.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

# Far above any real quotient: beyond it, the answer is about something else.
HIGHEST = 99_999

Whole = Annotated[int, Field(strict=True)]


class FamilyQuotient(BaseModel):
    """The quotient, in euros, with the month it applies to."""

    fournisseur: Literal["CNAF", "MSA"]
    valeur: Annotated[Whole, Field(ge=0, le=HIGHEST)]
    annee: Annotated[Whole, Field(ge=2000, le=2200)]
    mois: Annotated[Whole, Field(ge=1, le=12)]


class Known(BaseModel):
    """The part of the data that we ask for; absent when the scope was not granted."""

    quotient_familial: FamilyQuotient | None = None


class Found(BaseModel):
    """Answer of ``GET /v3/dss/quotient_familial/identite`` about somebody who is known."""

    data: Known


class Source(BaseModel):
    """The parameter that an error is about."""

    parameter: str = ""


class Fault(BaseModel):
    """One error of the envelope."""

    code: Annotated[str, Field(min_length=1, max_length=20, pattern=r"^[0-9A-Za-z_-]+$")]
    source: Source | None = None
    meta: dict[str, Any] = {}


class Refused(BaseModel):
    """The envelope of every error."""

    errors: Annotated[list[Fault], Field(min_length=1)]
