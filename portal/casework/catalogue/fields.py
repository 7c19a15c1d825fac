"""Which questions are asked, and whether the answers fit. Pure.

Conditions are applied in the order of the document, on the answers that count: what was typed in a field that is hidden
since is ignored, so that a condition never hangs on something the person no longer sees.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.casework.catalogue.conditions import holds
from portal.casework.catalogue.document import Field, Questionnaire, Step
from portal.ground import clock
from portal.ground.dictionary.service import (
    FRENCH,
    Concept,
    ConceptType,
    FileKind,
    LocalText,
    Option,
    Value,
    ValueRefused,
    get_concept,
    missing_message,
    validate,
)

Answers = dict[str, Value]
NEW_SCHOOL_YEAR_MONTH = 8
USUAL_KINDS = (FileKind.PDF, FileKind.JPEG, FileKind.PNG)
USUAL_MAX_FILES = 5


def field_concept(field: Field) -> Concept:
    """The concept behind a field: the dictionary's, or the department's own."""
    return field.own or get_concept(field.concept)


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


def field_options(field: Field, *, today: date | None = None) -> tuple[Option, ...]:
    """The answers proposed: the procedure's, else the concept's; for a school year, the current one and the next."""
    concept = field_concept(field)
    if concept.type is ConceptType.SCHOOL_YEAR and not field.options:
        return _school_years(today or clock.today())
    return field.options or concept.options


def _school_years(today: date) -> tuple[Option, ...]:
    first = today.year if today.month >= NEW_SCHOOL_YEAR_MONTH else today.year - 1
    codes = [f"{year}-{year + 1}" for year in (first, first + 1)]
    return tuple(Option(code=code, label=LocalText({"fr": code})) for code in codes)


def asks_files(field: Field) -> bool:
    """Whether the answer is supporting documents."""
    return field_concept(field).type is ConceptType.FILES


def field_accepts(field: Field) -> tuple[FileKind, ...]:
    """The kinds of files taken: the procedure's, else PDF, JPEG and PNG."""
    return field.accepts or USUAL_KINDS


def field_max_files(field: Field) -> int:
    """How many files the answer may hold."""
    return field.max_files or USUAL_MAX_FILES


def file_ids(value: object) -> list[UUID]:
    """The documents of an answer, in the order they were added; none for no answer."""
    return [UUID(text) for text in value.split()] if isinstance(value, str) else []


def _walk(document: Questionnaire, answers: Mapping[str, Any]) -> Iterator[tuple[Step, Field]]:
    """The questions asked, given the answers."""
    kept: dict[str, Any] = {}
    for step in document.steps:
        if not holds(step.when, kept):
            continue
        for field in step.fields:
            if holds(field.when, kept):
                yield step, field
                if field.name in answers:
                    kept[field.name] = answers[field.name]


def visible_steps(document: Questionnaire, answers: Mapping[str, Any]) -> list[Step]:
    """The steps that have at least one question to ask."""
    steps: list[Step] = []
    for step, _field in _walk(document, answers):
        if not steps or steps[-1] is not step:
            steps.append(step)
    return steps


def visible_fields(document: Questionnaire, step: Step, answers: Mapping[str, Any]) -> list[Field]:
    """The questions of one step."""
    return [field for asked, field in _walk(document, answers) if asked.slug == step.slug]


def check_field(field: Field, raw: object) -> Value | None:
    """The value of one answer; None for an empty optional one.

    :raises ValueRefused: unfit, or empty and mandatory.
    """
    concept = field_concept(field)
    label = field_name_for_errors(field)
    value = validate(concept, raw, label=label, options=field_options(field))
    if value is None and field.required:
        raise ValueRefused(missing_message(concept, label=label))
    if concept.type is ConceptType.FILES and len(file_ids(value)) > field_max_files(field):
        limit = field_max_files(field)
        raise ValueRefused(
            ngettext(
                "« %(label)s » : gardez %(num)d fichier au plus.",
                "« %(label)s » : gardez %(num)d fichiers au plus.",
                limit,
                label=label,
            )
        )
    return value


def check_step(
    document: Questionnaire, step: Step, raw: Mapping[str, object], answers: Mapping[str, Any]
) -> tuple[Answers, dict[str, str]]:
    """Values and errors by field name of one step. ``answers`` are those already saved, of every step."""
    names = {field.name for field in step.fields}
    kept: dict[str, Any] = {name: value for name, value in answers.items() if name not in names}
    values: Answers = {}
    errors: dict[str, str] = {}
    for field in step.fields:
        if field not in visible_fields(document, step, {**kept, **values}):
            continue
        try:
            value = check_field(field, raw.get(field.name))
        except ValueRefused as refusal:
            errors[field.name] = refusal.message
            continue
        if value is not None:
            values[field.name] = value
    return values, errors


def check_all(document: Questionnaire, answers: Mapping[str, object]) -> tuple[Answers, dict[str, str]]:
    """Every answer checked again: the values that count, and errors by field name. Hidden answers are dropped."""
    values: Answers = {}
    errors: dict[str, str] = {}
    for step in document.steps:
        if holds(step.when, values):
            for field in step.fields:
                if holds(field.when, values):
                    _check_into(values, errors, field, answers.get(field.name))
    return values, errors


def _check_into(values: Answers, errors: dict[str, str], field: Field, raw: object) -> None:
    try:
        value = check_field(field, raw)
    except ValueRefused as refusal:
        errors[field.name] = refusal.message
        return
    if value is not None:
        values[field.name] = value
