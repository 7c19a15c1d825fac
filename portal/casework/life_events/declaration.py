"""How a journey describes its event: format 1. Facts asked once, organisations to tell, and what we cannot do for them.

The document is data: a new organisation is a paragraph of YAML and a procedure, no code.
"""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from portal.casework.catalogue.conditions import Condition
from portal.casework.catalogue.document import Field as FormField
from portal.casework.catalogue.document import FieldName, LocalText, Slug, Step

__all__ = ["Declaration", "Entry", "Guide", "LocalText", "Organisation", "Questions", "Rule", "load_declaration"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Questions(_Part):
    """Pages of questions, as in a procedure."""

    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=10)]

    def fields(self) -> Iterator[tuple[Step, FormField]]:
        """Every field with its step, in the order they are asked."""
        for step in self.steps:
            for field in step.fields:
                yield step, field


class Entry(Questions):
    """What is asked of each of several people or things, for example each child. ``most``: how many there may be.

    ``label_fields``: the answers that name one; ``removed``: how one is called that was taken out.
    """

    name: FieldName
    most: Annotated[int, Field(ge=1, le=20)]
    title: LocalText
    removed: LocalText
    label_fields: Annotated[tuple[FieldName, ...], Field(min_length=1)]


class Rule(_Part):
    """A sentence said when a condition on the facts holds; ``fields`` are those that it takes away."""

    when: Condition
    say: LocalText
    fields: tuple[FieldName, ...] = ()


class Organisation(_Part):
    """One organisation to tell. ``procedure`` carries what it receives, from whom, on what basis and for how long.

    ``each`` makes one line for each entry. ``mapping`` gives the fact behind a field of the procedure where the names
    differ, ``constants`` the answers that are the same for everybody. ``blocked``: nothing may leave while the
    condition holds. ``withheld``: the named facts never leave. ``manual`` is what to do when the portal cannot.
    """

    code: Slug
    procedure: Slug
    name: LocalText
    title: LocalText
    purpose: LocalText
    channel: LocalText
    manual: LocalText
    usual_delay: LocalText
    each: FieldName | None = None
    when: Condition | None = None
    mapping: dict[FieldName, FieldName] = Field(default_factory=dict)
    constants: dict[FieldName, str] = Field(default_factory=dict)
    blocked: tuple[Rule, ...] = ()
    withheld: tuple[Rule, ...] = ()


class Guide(_Part):
    """What the portal cannot do and the person can: said with its deadline, and where to do it. Never sent anywhere.

    In ``when``, the name of the entries is filled as soon as there is one. ``due_days`` counts from the date of the
    event, before it when negative; None when there is no date to keep.
    """

    code: Slug
    title: LocalText
    text: LocalText
    when: Condition | None = None
    due_days: Annotated[int, Field(ge=-365, le=365)] | None = None
    link: Annotated[str, Field(max_length=300, pattern=r"^(https://|/)")] = ""
    link_label: LocalText | None = None

    @model_validator(mode="after")
    def _link_is_named(self) -> Self:
        if bool(self.link) is not (self.link_label is not None):
            raise ValueError("a link and its label go together")
        return self


class Window(_Part):
    """Between which days the date of the event may lie, counted from today; ``field`` is the fact that holds it."""

    field: FieldName
    past_days: Annotated[int, Field(ge=0, le=3650)]
    future_days: Annotated[int, Field(ge=0, le=3650)]


class ConsentText(_Part):
    """What a person agrees to, for one organisation. A change of words is a new ``version``."""

    code: Slug
    version: Annotated[int, Field(ge=1)]
    text: LocalText


class Declaration(_Part):
    """An event, and all there is to know of it. ``keep_days``: after its date, or the last change of its facts."""

    format: Literal[1]
    kind: Slug
    facts: Questions
    entry: Entry | None = None
    window: Window
    keep_days: Annotated[int, Field(ge=1, le=3650)]
    consent: ConsentText
    organisations: Annotated[tuple[Organisation, ...], Field(min_length=1, max_length=30)]
    guides: Annotated[tuple[Guide, ...], Field(max_length=60)] = ()

    @model_validator(mode="after")
    def _entries_are_declared(self) -> Self:
        known = {self.entry.name} if self.entry else set()
        unknown = {one.each for one in self.organisations if one.each} - known
        if unknown:
            raise ValueError(f"unknown entries: {sorted(unknown)}")
        return self

    def organisation(self, code: str) -> Organisation | None:
        """The organisation with this code."""
        return next((one for one in self.organisations if one.code == code), None)

    @property
    def slugs(self) -> frozenset[str]:
        """The procedures that the organisations are told by."""
        return frozenset(one.procedure for one in self.organisations)


@cache
def load_declaration(package: str, name: str = "organisations.yaml") -> Declaration:
    """The declaration of a journey, from its package.

    :raises pydantic.ValidationError: it is not one.
    """
    text = files(package).joinpath(name).read_text(encoding="utf-8")
    return Declaration.model_validate(yaml.safe_load(text))
