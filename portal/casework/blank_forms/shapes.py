"""What the room gives: plain immutable values. A form is the same content for the page and for the PDF."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from portal.casework.blank_forms.enums import Answering


@dataclass(frozen=True, slots=True)
class PaperQuestion:
    """One question. ``number`` is empty for what asks nothing; ``when`` is the condition, as a sentence.

    ``boxes`` are what may be ticked; ``several``: more than one.
    """

    number: str
    label: str
    answering: Answering
    hint: str = ""
    when: str = ""
    boxes: tuple[str, ...] = ()
    several: bool = False


@dataclass(frozen=True, slots=True)
class PaperPart:
    """A titled part: what to know, then questions, then what to know after them."""

    key: str
    title: str
    notes: tuple[str, ...] = ()
    questions: tuple[PaperQuestion, ...] = ()


@dataclass(frozen=True, slots=True)
class BlankForm:
    """Everything that a blank form says, in reading order. ``code`` tells two states of one version apart."""

    title: str
    letterhead: tuple[str, ...]
    lead: tuple[str, ...]
    parts: tuple[PaperPart, ...]
    closing: str
    code: str
    author: str


@dataclass(frozen=True, slots=True)
class FormFile:
    """The PDF of a form."""

    name: str
    pdf: bytes


@dataclass(frozen=True, slots=True)
class FormOrder:
    """A form to be printed."""

    procedure_id: UUID
    version: int
    code: str
    content: Mapping[str, Any]
    made_at: datetime
