"""Answers as pages show them: step by step, with their documents and where they come from."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask_babel import gettext as _

from portal.casework.catalogue.document import Field, ProcedureDocument, Step
from portal.casework.catalogue.fields import asks_files, field_name_for_errors, file_ids, rows_in, show_answer
from portal.casework.catalogue.places import path_of
from portal.casework.documents.service import DocumentView
from portal.casework.requests.shapes import AnswerLine, AnswerStep, Origin
from portal.ground.dictionary.service import Value


def answer_steps(
    document: ProcedureDocument,
    answers: Mapping[str, Value],
    documents: Sequence[DocumentView],
    origins: Mapping[str, Origin],
) -> list[AnswerStep]:
    """The answers step by step; of a page asked for each of several, item by item."""
    by_id = {one.id: one for one in documents}
    steps = []
    for step in document.steps:
        rows = rows_in(step, answers)
        if step.repeat is None:
            steps.append(AnswerStep(step.slug, str(step.title), _lines(step, 0, answers, by_id, origins)))
        for number, row in enumerate(rows, start=1):
            title = _("%(title)s, %(number)d sur %(total)d", title=step.title, number=number, total=len(rows))
            steps.append(AnswerStep(step.slug, title, _lines(step, number, row, by_id, origins)))
    return [step for step in steps if step.lines]


def _lines(
    step: Step,
    number: int,
    answers: Mapping[str, Value],
    by_id: Mapping[UUID, DocumentView],
    origins: Mapping[str, Origin],
) -> tuple[AnswerLine, ...]:
    return tuple(
        AnswerLine(
            name=field.name,
            path=path_of(step, field.name, number),
            concept=field.concept,
            label=field_name_for_errors(field),
            text=show_answer(field, answers[field.name]),
            value=answers[field.name],
            documents=tuple(by_id[one] for one in _files(field, answers) if one in by_id),
            origin=origins.get(path_of(step, field.name, number)),
        )
        for field in step.fields
        if field.name in answers
    )


def _files(field: Field, answers: Mapping[str, Value]) -> list[UUID]:
    return file_ids(answers[field.name]) if asks_files(field) else []
