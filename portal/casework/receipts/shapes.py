"""What the room gives: plain immutable values. A paper is the same content for the page and for the PDF."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from portal.casework.receipts.enums import Form, Making, PaperKind


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text. ``machine`` is its value for a machine: an instant, an address."""

    text: str
    form: Form = Form.PLAIN
    machine: str = ""

    @property
    def strong(self) -> bool:
        """Shown in bold, on paper too."""
        return self.form is Form.STRONG


Line = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A term and what is said of it, line by line."""

    term: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part: facts, then paragraphs of lines. ``key`` is unique in the paper."""

    key: str
    title: str
    facts: tuple[Fact, ...] = ()
    paragraphs: tuple[tuple[Line, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """Everything that a paper says, in reading order."""

    kind: PaperKind
    number: str
    title: str
    letterhead: tuple[Line, ...]
    lead: tuple[Line, ...]
    sections: tuple[Section, ...]
    closing: tuple[Line, ...]
    author: str
    language: str


@dataclass(frozen=True, slots=True)
class PaperView:
    """A paper as its page shows it. ``size`` of the PDF in bytes, and ``code``, once it is ready."""

    content: Paper
    making: Making
    size: int = 0
    code: str = ""


@dataclass(frozen=True, slots=True)
class PaperFile:
    """A PDF to hand over."""

    name: str
    pdf: bytes


@dataclass(frozen=True, slots=True)
class PrintOrder:
    """A paper to be printed: all that the typesetter is given, and where the PDF is to be kept."""

    request_id: UUID
    data_key_id: UUID
    kind: PaperKind
    code: str
    reference: str
    subject: str
    content_hash: str
    issued_at: datetime
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Printed:
    """What came out of the press. ``missing``: the characters that no font has, as ``U+4E2D``."""

    pdf: bytes
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VerifiedPaper:
    """What is said of a genuine paper to whoever holds its code: nothing that the paper itself does not show.

    ``standing``: of a mandate, whether it still holds; empty for what never ends.
    """

    kind: PaperKind
    authority: str
    subject: str
    issued_on: date
    masked_reference: str
    content_hash: str
    file_hash: str
    standing: str = ""
