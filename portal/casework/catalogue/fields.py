"""The door to the questions of a procedure: which are asked (``asked.py``), and whether answers fit. Pure.

A hidden question is never missed, and what was typed in it before it was hidden is dropped.
"""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.casework.catalogue import patterns
from portal.casework.catalogue.asked import (
    Door,
    answer_names,
    asks_files,
    compute,
    field_accepts,
    field_concept,
    field_hint,
    field_label,
    field_max_files,
    field_name_for_errors,
    field_options,
    file_ids,
    is_asked,
    is_typed,
    rows_in,
    show_answer,
    visible_fields,
    visible_steps,
    walk,
    with_computed,
)
from portal.casework.catalogue.conditions import holds
from portal.casework.catalogue.document import Field, Questionnaire, Repeat, Step
from portal.ground.dictionary.service import (
    NUMERIC,
    ConceptType,
    Row,
    Scalar,
    Value,
    ValueRefused,
    display,
    missing_message,
    read_decimal,
    validate,
)

__all__ = [
    "Answers",
    "Door",
    "answer_names",
    "asks_files",
    "check_all",
    "check_field",
    "check_item",
    "check_step",
    "count_error",
    "field_accepts",
    "field_concept",
    "field_hint",
    "field_label",
    "field_max_files",
    "field_name_for_errors",
    "field_options",
    "file_ids",
    "is_typed",
    "rows_in",
    "show_answer",
    "visible_fields",
    "visible_steps",
    "walk",
    "with_computed",
]

Answers = dict[str, Value]
Errors = dict[str, str]


def check_field(field: Field, raw: object, answers: Mapping[str, Any] | None = None) -> Scalar | None:
    """The value of one answer; None for an empty optional one, and for what is only read.

    :param answers: those before it, on which a linked list hangs.
    :raises ValueRefused: unfit, or empty and mandatory.
    """
    concept, label = field_concept(field), field_name_for_errors(field)
    value = validate(concept, raw, label=label, options=field_options(field, answers=answers))
    if value is None and field.required and concept.type is not ConceptType.INFORMATION:
        raise ValueRefused(missing_message(concept, label=label))
    if isinstance(value, str):
        sentence = _against(field, value)
        if sentence:
            raise ValueRefused(_("« %(label)s » : %(sentence)s", label=label, sentence=sentence))
    return value


def _against(field: Field, value: str) -> str:
    """What this procedure has against a value that its concept accepts, in a sentence; empty for nothing."""
    if asks_files(field) and len(file_ids(value)) > field_max_files(field):
        limit = field_max_files(field)
        return ngettext("gardez %(num)d fichier au plus.", "gardez %(num)d fichiers au plus.", limit)
    if field.pattern is not None and not patterns.matches(field.pattern, value):
        return str(field.pattern_says) if field.pattern_says else _("cette réponse n’a pas la forme attendue.")
    return _out_of_bounds(field, value)


def _out_of_bounds(field: Field, value: str) -> str:
    concept = field_concept(field)
    number = read_decimal(value) if concept.type in NUMERIC else None
    if number is None:
        return ""
    if field.at_least is not None and number < field.at_least:
        return _("écrivez au moins %(limit)s.", limit=display(concept, f"{field.at_least:f}"))
    if field.at_most is not None and number > field.at_most:
        return _("écrivez au plus %(limit)s.", limit=display(concept, f"{field.at_most:f}"))
    return ""


def _check_page(step: Step, raw: Mapping[str, Any], before: Mapping[str, Any]) -> tuple[Row, Errors]:
    seen, values, errors = dict(before), Row(), Errors()
    for field in step.fields:
        if not is_asked(field, seen):
            continue
        try:
            value = compute(field, seen) if field.formula else check_field(field, raw.get(field.name), seen)
        except ValueRefused as refusal:
            errors[field.name] = refusal.message
            continue
        if value is not None:
            seen[field.name] = values[field.name] = value
    return values, errors


def _check_rows(
    step: Step, repeat: Repeat, raw: object, before: Mapping[str, Any], *, counted: bool
) -> tuple[Answers, Errors]:
    """Items and errors: « enfants.2.prenom » for an answer, « enfants » for their number."""
    rows, errors = [], Errors()
    given = [row for row in raw if isinstance(row, Mapping)] if isinstance(raw, (list, tuple)) else []
    for number, row in enumerate(given[: repeat.at_most], start=1):
        values, wrong = _check_page(step, row, before)
        rows.append(values)
        errors |= {f"{repeat.name}.{number}.{name}": sentence for name, sentence in wrong.items()}
    sentence = count_error(repeat, len(given)) if counted else ""
    if sentence:
        errors[repeat.name] = sentence
    return ({repeat.name: rows} if rows else {}), errors


def count_error(repeat: Repeat, count: int) -> str:
    """What stands against this number of items, in a sentence; empty when nothing does."""
    if count > repeat.at_most:
        return ngettext("Gardez %(num)d fiche au plus.", "Gardez %(num)d fiches au plus.", repeat.at_most)
    if count == 0 < repeat.at_least:
        return _("Ajoutez %(item)s pour continuer.", item=repeat.item)
    if count < repeat.at_least:
        return ngettext(
            "Il manque %(num)d fiche : ajoutez %(item)s.",
            "Il manque %(num)d fiches : ajoutez %(item)s.",
            repeat.at_least - count,
            item=repeat.item,
        )
    return ""


def _before(document: Questionnaire, step: Step, answers: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The answers that count when a step opens; None when they do not lead through it."""
    own = {*answer_names(step), *(field.name for field in step.fields)}
    others = {name: value for name, value in answers.items() if name not in own}
    return next((door.before for door in walk(document, others) if door.step.slug == step.slug), None)


def check_item(
    document: Questionnaire, step: Step, raw: Mapping[str, object], answers: Mapping[str, Any]
) -> tuple[Row, Errors]:
    """Values and errors by field name of one page, or of one item of a page asked for each of several."""
    before = _before(document, step, answers)
    return ({}, {}) if before is None else _check_page(step, raw, before)


def check_step(
    document: Questionnaire, step: Step, raw: Mapping[str, object], answers: Mapping[str, Any]
) -> tuple[Answers, Errors]:
    """Values and errors by field name of one step. ``answers`` are those already saved, of every step.

    Of a page asked for each of several, ``raw`` holds the items under the name they are kept under.
    """
    before = _before(document, step, answers)
    if before is None:
        return {}, {}
    if step.repeat:
        return _check_rows(step, step.repeat, raw.get(step.repeat.name), before, counted=True)
    values, errors = _check_page(step, raw, before)
    return dict(values), errors


def check_all(document: Questionnaire, answers: Mapping[str, object]) -> tuple[Answers, Errors]:
    """Every answer checked again: the values that count, and errors by field name. Hidden answers are dropped."""
    values, errors = Answers(), Errors()
    for step in document.steps:
        if not holds(step.when, values):
            continue
        if step.repeat:
            rows, wrong = _check_rows(step, step.repeat, answers.get(step.repeat.name), values, counted=True)
            values |= rows
        else:
            found, wrong = _check_page(step, answers, values)
            values |= found
        errors |= wrong
    return values, errors
