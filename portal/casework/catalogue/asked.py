"""Which questions are asked, given the answers, and how they are called. Pure.


Conditions are applied in the order of the document, on the answers that count: what was typed in a field that is hidden
since is ignored, so that a condition never hangs on something the person no longer sees. On a page asked for each of
several, the answers about the one in hand come first, then the rest.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from portal.casework.catalogue.computed import work_out
from portal.casework.catalogue.conditions import holds
from portal.casework.catalogue.document import Field, Questionnaire, Step
from portal.ground import clock
from portal.ground.dictionary.service import (
    FILE_TYPES,
    FRENCH,
    Concept,
    ConceptType,
    FileKind,
    LocalText,
    Option,
    Row,
    Value,
    display,
    get_concept,
    has_concept,
)

NEW_SCHOOL_YEAR_MONTH = 8
USUAL_KINDS = (FileKind.PDF, FileKind.JPEG, FileKind.PNG)
USUAL_MAX_FILES = 5
IDENTITY_MAX_FILES = 2


def field_concept(field: Field) -> Concept:
    """The concept behind a field: the dictionary's, or the department's own."""
    return field.own or get_concept(field.concept)


def concept_of(field: Field) -> Concept | None:
    """The concept behind a field, None where neither the dictionary nor the department has it (an unfinished draft)."""
    return field_concept(field) if field.own or has_concept(field.concept) else None


def label_of(field: Field) -> str:
    """The words of a question, even where its concept is unknown."""
    concept = concept_of(field)
    return str(field.label or (concept.label if concept else field.name))


def options_of(field: Field) -> tuple[Option, ...]:
    """The answers written in the document or in the dictionary, none where the answer is free or unknown."""
    concept = concept_of(field)
    return field.options or (concept.options if concept else ())


def field_label(field: Field) -> str:
    """The label asked: the procedure's, else the concept's; said optional where the answer is."""
    label = str(field.label or field_concept(field).label)
    return label if field.required else _("%(label)s (facultatif)", label=label)


def field_name_for_errors(field: Field) -> str:
    """The label without the mention of what is optional."""
    return str(field.label or field_concept(field).label)


def field_hint(field: Field, language: str = FRENCH) -> str | None:
    """The help under the label, None when there is none."""
    hint = field.hint or field_concept(field).hint
    return hint.get(language) if hint else None


def field_options(
    field: Field, *, today: date | None = None, answers: Mapping[str, Any] | None = None
) -> tuple[Option, ...]:
    """The answers proposed: the procedure's, else the concept's; for a school year, the current one and the next.

    :param answers: those given so far, where a linked list is asked: only what fits the list before is proposed.
    """
    concept = field_concept(field)
    if concept.type is ConceptType.SCHOOL_YEAR and not field.options:
        return school_years(today or clock.today())
    options = field.options or concept.options
    if field.linked_to is None or answers is None:
        return options
    chosen = set(str(answers.get(field.linked_to) or "").split())
    return tuple(option for option in options if chosen & set(option.under))


def school_years(today: date) -> tuple[Option, ...]:
    """The school year of a day, and the next one."""
    first = today.year if today.month >= NEW_SCHOOL_YEAR_MONTH else today.year - 1
    codes = [f"{year}-{year + 1}" for year in (first, first + 1)]
    return tuple(Option(code=code, label=LocalText({"fr": code})) for code in codes)


def show_answer(field: Field, value: object) -> str:
    """An answer as people read it."""
    return display(field_concept(field), value, options=field_options(field))


def asks_files(field: Field) -> bool:
    """Whether the answer is supporting documents."""
    return field_concept(field).type in FILE_TYPES


def is_typed(field: Field) -> bool:
    """Whether the person answers by hand: neither a file, nor worked out, nor only read."""
    return not asks_files(field) and field.formula is None and field_concept(field).type is not ConceptType.INFORMATION


def field_accepts(field: Field) -> tuple[FileKind, ...]:
    """The kinds of files taken: the procedure's, else PDF, JPEG and PNG."""
    return field.accepts or USUAL_KINDS


def field_max_files(field: Field) -> int:
    """How many files the answer may hold: two sides at most for an identity document, unless said otherwise."""
    identity = field_concept(field).type is ConceptType.IDENTITY_FILE
    return field.max_files or (IDENTITY_MAX_FILES if identity else USUAL_MAX_FILES)


def file_ids(value: object) -> list[UUID]:
    """The documents of an answer, in the order they were added; none for no answer."""
    return [UUID(text) for text in value.split()] if isinstance(value, str) else []


def answer_names(step: Step) -> tuple[str, ...]:
    """The names under which the answers of a step are kept: its questions', or that of what it is asked for each of."""
    return (step.repeat.name,) if step.repeat else tuple(field.name for field in step.fields)


def rows_in(step: Step, answers: Mapping[str, Any]) -> list[Row]:
    """What a page asked for each of several has been told so far, item by item."""
    found = answers.get(step.repeat.name) if step.repeat else None
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


@dataclass(frozen=True, slots=True)
class Door:
    """A step that is asked: the answers that count when it opens, its questions, and the answers once it is passed."""

    step: Step
    before: Mapping[str, Any]
    asked: list[Field]
    after: Mapping[str, Any]


def walk(document: Questionnaire, answers: Mapping[str, Any]) -> Iterator[Door]:
    """The steps asked, given the answers, in order; a computed value is worked out on the way, never believed."""
    kept: Mapping[str, Any] = {}
    for step in document.steps:
        if not holds(step.when, kept):
            continue
        asked, own = _page(step, answers, kept)
        if step.repeat:
            own = {step.repeat.name: [_page(step, row, kept)[1] for row in rows_in(step, answers)]}
        after = {**kept, **own}
        yield Door(step, kept, asked, after)
        kept = after


def _page(step: Step, answers: Mapping[str, Any], kept: Mapping[str, Any]) -> tuple[list[Field], dict[str, Any]]:
    """The questions of a page and the answers to them that count."""
    seen, asked, own = dict(kept), [], {}
    for field in step.fields:
        if is_asked(field, seen):
            asked.append(field)
            value = compute(field, seen) if field.formula else answers.get(field.name)
            if value is not None:
                seen[field.name] = own[field.name] = value
    return asked, own


def is_asked(field: Field, answers: Mapping[str, Any]) -> bool:
    """Whether a question is asked, given the answers before it. A linked list waits for the list that limits it."""
    return holds(field.when, answers) and (field.linked_to is None or bool(field_options(field, answers=answers)))


def compute(field: Field, answers: Mapping[str, Any]) -> str | None:
    """The value of a computed field, None while it cannot be known."""
    return work_out(field.formula, field_concept(field).type, answers, clock.today()) if field.formula else None


def with_computed(document: Questionnaire, answers: Mapping[str, Value]) -> Mapping[str, Value]:
    """The answers, with the computed ones worked out anew: they may hang on another step, or on the day."""
    names = {field.name for _step, field in document.fields() if field.formula}
    if not names:
        return answers
    settled: Mapping[str, Any] = {}
    for door in walk(document, answers):
        settled = door.after
    repeated = {step.repeat.name for step in document.steps if step.repeat}
    kept = {name: value for name, value in answers.items() if name not in names}
    return kept | {name: value for name, value in settled.items() if name in names or name in repeated & kept.keys()}


def visible_steps(document: Questionnaire, answers: Mapping[str, Any]) -> list[Step]:
    """The steps that have at least one question to ask."""
    return [door.step for door in walk(document, answers) if door.asked or door.step.repeat]


def visible_fields(document: Questionnaire, step: Step, answers: Mapping[str, Any]) -> list[Field]:
    """The questions of one step. Of a page asked for each of several: ``answers`` hold those about the one in hand."""
    return next((door.asked for door in walk(document, answers) if door.step.slug == step.slug), [])
