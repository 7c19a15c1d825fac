"""What the journey's services take and give: plain immutable values, never rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from journeys.participation.enums import Access, Phase, Residence

# The answer that every question offers, whatever its choices: a ballot is never refused for want of an opinion.
NO_OPINION = 0


@dataclass(frozen=True, slots=True)
class Question:
    """A question and its choices, in the order of the ballot. Answers are counted from 1; 0 is « sans avis »."""

    text: str
    choices: tuple[str, ...]

    @property
    def codes(self) -> range:
        """Every answer that a ballot may give."""
        return range(len(self.choices) + 1)


@dataclass(frozen=True, slots=True)
class Terms:
    """What an agent decides of a poll. ``opens_on`` begins at midnight, ``closes_on`` ends at midnight, local time.

    ``min_age`` is in whole years on the day of the vote; None asks for none. ``next_step`` says what follows.
    """

    title: str
    summary: str
    questions: tuple[Question, ...]
    opens_on: date
    closes_on: date
    access: Access = Access.SIGNED_IN
    residence: Residence = Residence.ANYONE
    min_age: int | None = None
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class CrossTable:
    """The answers to the second question among those who gave each answer to the first: ``cells[first][second]``."""

    cells: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Results:
    """What came out of the urn. ``counts[question][answer]``; empty when there are too few ballots to be told.

    ``cross`` is None when some cell would tell of fewer than eleven people. ``digest`` is the SHA-256 of the tracking
    codes of the ballots counted, in order: it says which urn was counted.
    """

    ballots: int
    counts: tuple[tuple[int, ...], ...]
    cross: CrossTable | None
    digest: str


@dataclass(frozen=True, slots=True)
class SealedKey:
    """The key that makes the marks of a poll, as it is kept: nothing is learnt from it without the master key."""

    data_key_id: UUID
    sealed: bytes


@dataclass(frozen=True, slots=True)
class PollView:
    """A poll as it stands. ``announced_closing`` differs from ``closes_at`` when it was closed early.

    ``mark_key`` is None before publication, and once the keys are destroyed.
    """

    id: UUID
    slug: str
    terms: Terms
    phase: Phase
    opens_at: datetime
    closes_at: datetime
    announced_closing: datetime
    early_reason: str = ""
    erased_at: datetime | None = None
    results: Results | None = None
    mark_key: SealedKey | None = None

    @property
    def closed_early(self) -> bool:
        """True when an agent ended it before the announced day."""
        return self.closes_at < self.announced_closing

    @property
    def is_open_to_all(self) -> bool:
        """True when no sign-in is asked: such results represent nobody, and every page says so."""
        return self.terms.access is Access.OPEN


@dataclass(frozen=True, slots=True)
class Voter:
    """Who votes, as names that nobody but the poll's own key turns into marks.

    ``names``: the one the mark is kept under, then those of accounts joined to it. ``identity``: the civil identity of
    the person where it is whole, so that two sign-ins never joined give one ballot; empty otherwise. ``birthdate`` is
    ``YYYY-MM-DD`` with zeros for what is unknown, or empty.
    """

    names: tuple[str, ...]
    identity: str = ""
    birthdate: str = ""
    on_behalf: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """That a ballot is in the urn. ``code`` follows the ballot and says nothing of what is in it."""

    code: str
    day: date


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many people voted, and how many ballots there are, counted in one statement."""

    marks: int = 0
    buffered: int = 0
    ballots: int = 0

    @property
    def is_sound(self) -> bool:
        """One ballot for each mark, no more and no fewer."""
        return self.marks == self.buffered + self.ballots


@dataclass(frozen=True, slots=True)
class PollLine:
    """A poll in a list of the agents."""

    view: PollView
    turnout: Turnout = field(default_factory=Turnout)


def questions_to_json(questions: Sequence[Question]) -> list[dict[str, Any]]:
    """As they are kept."""
    return [{"text": one.text, "choices": list(one.choices)} for one in questions]


def questions_from_json(kept: Sequence[Mapping[str, Any]]) -> tuple[Question, ...]:
    """The reverse of :func:`questions_to_json`."""
    return tuple(Question(str(one["text"]), tuple(map(str, one["choices"]))) for one in kept)
