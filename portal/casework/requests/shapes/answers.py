"""Answers: where each came from, what earlier ones may spare, and how they are read."""

import dataclasses
from dataclasses import dataclass
from datetime import date, datetime

from portal.casework.documents.service import DocumentView
from portal.ground.dictionary.service import Value
from portal.people.accounts.enums import ValueSource


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an answer came from when it was sent: codes and days, never the value.

    ``as_of``: the day its source last confirmed it. ``reference``: of the earlier request that it was taken from.
    ``who`` and ``period`` (``YYYY-MM``): of a value that a partner answered.
    """

    source: ValueSource
    verified: bool
    as_of: date
    reference: str = ""
    who: str = ""
    period: str = ""


@dataclass(frozen=True, slots=True)
class EarlierAnswer:
    """What the person answered to a concept in an earlier request of theirs. ``group``: asked on one page together."""

    concept: str
    value: str
    group: str


@dataclass(frozen=True, slots=True)
class EarlierRequest:
    """A request already made, as what it may spare in the next ones."""

    reference: str
    submitted_at: datetime
    answers: tuple[EarlierAnswer, ...] = dataclasses.field(repr=False)


@dataclass(frozen=True, slots=True)
class ToldRecipient:
    """Somebody elsewhere that has a request, and since when."""

    connection: str
    recipient: str
    transmitted_at: datetime


@dataclass(frozen=True, slots=True)
class ToldRequest:
    """A request as what it made known: ``concepts`` are (concept id, label) of its answers, never their value.

    ``service`` is the department, which has all of them; each recipient has what its connection declares.
    """

    reference: str
    title: str
    submitted_at: datetime
    service: str
    basis: str
    concepts: tuple[tuple[str, str], ...]
    recipients: tuple[ToldRecipient, ...]


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One answer: ``text`` as people read it, ``value`` as it is kept, ``documents`` when it is files.

    ``path`` tells apart the answers about each of several; ``name`` is that of the question.
    ``origin`` is None in a request sent before origins were kept.
    """

    name: str
    concept: str
    label: str
    text: str
    value: Value
    documents: tuple[DocumentView, ...] = ()
    path: str = ""
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class AnswerStep:
    """The answers of one step."""

    slug: str
    title: str
    lines: tuple[AnswerLine, ...]
