"""What a concept is made of. The concepts themselves are data: ``concepts.yaml``."""

import re
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel, field_validator

Language = Annotated[str, Field(pattern=r"^[a-z]{2}(@[a-z]+)?$")]
Code = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
ConceptId = Annotated[str, Field(min_length=3, max_length=60, pattern=r"^[a-z][a-z_]*(\.[a-z][a-z_]*)+$")]

FRENCH = "fr"
# Short sentences, everyday words (« facile à lire et à comprendre »). A catalogue's name, never the ``lang`` of a page.
SIMPLIFIED = "fr@falc"

# French puts a space before these signs, and inside its quotation marks, at which a line must not break.
_FRENCH_SPACE = re.compile(r"(?<=\S) (?=[?!:;»])|(?<=«) ")


def _set(text: str, language: str) -> str:
    return _FRENCH_SPACE.sub("\N{NO-BREAK SPACE}", text) if language.startswith("fr") else text


class LocalText(RootModel[dict[Language, Annotated[str, Field(min_length=1, max_length=4000)]]]):
    """A text by language, as it is shown. French is always there, and is what ``str()`` gives."""

    model_config = ConfigDict(frozen=True)

    @field_validator("root")
    @classmethod
    def _french_is_there(cls, texts: dict[str, str]) -> dict[str, str]:
        if "fr" not in texts:
            raise ValueError("a French text is needed")
        return texts

    def __str__(self) -> str:
        return _set(self.root["fr"], "fr")

    def get(self, language: str) -> str:
        """The text in ``language``, in French where that language is missing."""
        return _set(self.root[language], language) if language in self.root else str(self)


class ConceptType(StrEnum):
    """How a value is written: decides the form control, the check and the display."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NAME = "name"
    DATE = "date"
    PARTIAL_DATE = "partial_date"
    EMAIL = "email"
    PHONE = "phone"
    CHOICE = "choice"
    BOOLEAN = "boolean"
    POSTCODE = "postcode"
    COMMUNE_CODE = "commune_code"
    COUNTRY_CODE = "country_code"
    SCHOOL_YEAR = "school_year"
    EUROS = "euros"
    IBAN = "iban"
    FILES = "files"
    NUMBER = "number"
    MONEY = "money"
    SEVERAL = "several"
    SIRET = "siret"
    NIR = "nir"
    ADDRESS = "address"
    COMMUNE = "commune"
    MAP_POINT = "map_point"
    IDENTITY_FILE = "identity_file"
    HOUSEHOLD_MEMBER = "household_member"
    INFORMATION = "information"
    DECLARATION = "declaration"
    COMPUTED = "computed"


# How each is stored: numbers and amounts (with cents) as decimal texts, several codes separated by spaces, a place as
# words and perhaps coordinates on a last line, documents as ids separated by spaces, a declaration as True. Information
# is read and has no answer; a computed value is worked out and never asked.
NUMERIC = frozenset({ConceptType.NUMBER, ConceptType.MONEY, ConceptType.EUROS, ConceptType.COMPUTED})
FILE_TYPES = frozenset({ConceptType.FILES, ConceptType.IDENTITY_FILE})
CHOICES = frozenset({ConceptType.CHOICE, ConceptType.SEVERAL})


class Sensitivity(StrEnum):
    """From what anyone may know to what the GDPR protects most (art. 9)."""

    PUBLIC = "public"
    PERSONAL = "personal"
    CHILD = "child"
    SPECIAL = "special"


class Source(StrEnum):
    """Who is believed when two values differ."""

    FRANCECONNECT = "franceconnect"
    RESIDENT = "resident"
    AUTHORITY = "authority"
    CAF = "caf"


class Retention(StrEnum):
    """How long a value lives: with the account, or with the request that carries it."""

    ACCOUNT = "account"
    REQUEST = "request"


class Option(BaseModel):
    """One answer of a choice. ``under``: in a linked list, the answers to the first list under which it is offered."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    label: LocalText
    under: Annotated[tuple[Code, ...], Field(max_length=40)] = ()


class Concept(BaseModel):
    """One datum, described once for forms, partners, the register of processing and the open dictionary.

    ``max_length`` counts characters once cleaned. ``period`` limits dates to the past or the future. ``critical`` marks
    what a wrong value would harm: a partner's copy never overwrites it silently. ``lasting``: what was answered in one
    request is most likely true in the next, and may be offered there.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: ConceptId
    label: LocalText
    hint: LocalText | None = None
    example: LocalText | None = None
    type: ConceptType
    options: tuple[Option, ...] = ()
    max_length: Annotated[int, Field(ge=1, le=5000)] | None = None
    period: Literal["past", "future", "any"] = "any"
    autocomplete: str | None = None
    sensitivity: Sensitivity = Sensitivity.PERSONAL
    owner: str = "commune"
    source_of_truth: Source = Source.RESIDENT
    retention: Retention = Retention.REQUEST
    critical: bool = False
    lasting: bool = False
