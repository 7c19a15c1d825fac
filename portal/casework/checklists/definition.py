"""What a list is made of: questions, and lines that hang on their answers. Format 1, kept in a journey's package.

Conditions are those of procedures. They look at the answers as :func:`portal.casework.checklists.policy.as_facts` lays
them out: a choice under the name of its question, each ticked box as ``<question>.<code>`` equal to true.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic import Field as Limits

from portal.casework.catalogue.conditions import MAX_DEPTH, Condition, depth, fields_of
from portal.casework.catalogue.interchange import parse_document
from portal.casework.catalogue.journeys import Journey
from portal.casework.checklists.enums import QuestionKind
from portal.ground.dictionary.service import LocalText, Option

FILE = "checklist.yaml"
COMMON_YEAR = 2026  # a day that is not in it (29 February) is not in every year
AUTHORITY = "authority"
Name = Annotated[str, Limits(min_length=1, max_length=40, pattern=r"^[a-z][a-z0-9_]*$")]
LineId = Annotated[str, Limits(min_length=1, max_length=60, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Question(_Part):
    """One question. A date lies from ``past_days`` before today to ``future_days`` after; ``many`` may stay empty."""

    name: Name
    kind: QuestionKind
    label: LocalText
    hint: LocalText | None = None
    options: Annotated[tuple[Option, ...], Limits(max_length=12)] = ()
    past_days: Annotated[int, Limits(ge=0, le=3660)] = 1096
    future_days: Annotated[int, Limits(ge=0, le=3660)] = 366

    @model_validator(mode="after")
    def _options_fit(self) -> Self:
        wanted = 0 if self.kind is QuestionKind.DATE else 2
        if bool(wanted) is not bool(self.options) or len(self.options) < wanted:
            raise ValueError("a date has no options, any other question has two at least")
        return self

    def codes(self) -> frozenset[str]:
        """The answers that may be chosen."""
        return frozenset(option.code for option in self.options)


class Due(_Part):
    """By when: so many ``days`` after the date answered to ``after``, or the first ``month`` and ``day`` from it on."""

    after: Name
    days: Annotated[int, Limits(ge=-365, le=1096)] | None = None
    month: Annotated[int, Limits(ge=1, le=12)] | None = None
    day: Annotated[int, Limits(ge=1, le=31)] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        fixed = self.month is not None and self.day is not None
        if (self.days is not None) is fixed or (self.month is None) is not (self.day is None):
            raise ValueError("either days, or month and day")
        if self.month is not None and self.day is not None:
            date(COMMON_YEAR, self.month, self.day)
        return self

    def from_day(self, start: date) -> date:
        """The day itself, counted from ``start``."""
        if self.days is not None:
            return start + timedelta(days=self.days)
        this_year = date(start.year, self.month or 1, self.day or 1)
        return this_year if this_year >= start else this_year.replace(year=start.year + 1)


class Action(_Part):
    """What the line leads to: exactly one of a procedure (its slug), a link, a phone number, a place.

    ``phone`` and ``place`` may be ``authority``: the switchboard and the address of the local authority.
    """

    label: LocalText
    procedure: LineId | None = None
    link: Annotated[str, Limits(max_length=300, pattern=r"^(https://[^\s]+|/[^/\s][^\s]*)$")] | None = None
    phone: Annotated[str, Limits(max_length=30, pattern=r"^(authority|\+?[0-9 ]{2,29})$")] | None = None
    place: LocalText | Literal["authority"] | None = None

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        given = [one for one in (self.procedure, self.link, self.phone, self.place) if one is not None]
        if len(given) != 1:
            raise ValueError("one target exactly is needed: procedure, link, phone or place")
        return self


class LineDefinition(_Part):
    """A thing to do, the verb first. ``why`` completes « parce que … »; ``help`` names who helps."""

    id: LineId
    title: LocalText
    why: LocalText
    when: Condition | None = None
    due: Due | None = None
    help: LocalText | None = None
    action: Action | None = None


class ChecklistDefinition(_Part):
    """A list: ``version`` grows with each change of its rules, ``kept_days`` is for those kept in an account."""

    format: Literal[1]
    version: Annotated[int, Limits(ge=1)]
    title: LocalText
    lead: LocalText
    kept_days: Annotated[int, Limits(ge=90, le=731)] = 365
    questions: Annotated[tuple[Question, ...], Limits(min_length=1, max_length=8)]
    lines: Annotated[tuple[LineDefinition, ...], Limits(min_length=1, max_length=60)]

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        for names in ([one.name for one in self.questions], [one.id for one in self.lines]):
            if len(set(names)) != len(names):
                raise ValueError("a name is used twice")
        dates = {one.name for one in self.questions if one.kind is QuestionKind.DATE}
        known = set(self._facts())
        for line in self.lines:
            if line.due is not None and line.due.after not in dates:
                raise ValueError(f"{line.id}: due counts from {line.due.after}, which is no date that is asked")
            if set(fields_of(line.when)) - known or depth(line.when) > MAX_DEPTH:
                raise ValueError(f"{line.id}: the condition looks at something that is not asked, or nests too deep")
        return self

    def _facts(self) -> Iterator[str]:
        for one in self.questions:
            yield one.name
            if one.kind is QuestionKind.MANY:
                yield from (f"{one.name}.{option.code}" for option in one.options)

    def line(self, line_id: str) -> LineDefinition | None:
        """The line with this id."""
        return next((line for line in self.lines if line.id == line_id), None)


def definition_of(journey: Journey) -> ChecklistDefinition | None:
    """The list of a journey, read once from ``checklist.yaml`` in its package; None when it has none.

    :raises Invalid: the file cannot be read. :raises ValueError: it does not describe a list.
    """
    return _read(journey.package)


@cache
def _read(package: str) -> ChecklistDefinition | None:
    file = files(package).joinpath(FILE)
    if not file.is_file():
        return None
    data: dict[str, Any] = parse_document(file.read_text(encoding="utf-8"))
    return ChecklistDefinition.model_validate(data)
