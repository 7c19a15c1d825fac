"""The answers of a preview or of a recorded case: read from what was sent, and told as people read them."""

import json
from collections.abc import Mapping
from typing import Any

from portal.casework.catalogue.document import Field, ProcedureDocument
from portal.casework.catalogue.fields import field_concept, field_name_for_errors, field_options, visible_steps
from portal.casework.catalogue.trials import Passage
from portal.ground.dictionary.service import display

MAX_SENT = 40_000
MAX_VALUE = 5_000


def read_answers(document: ProcedureDocument, sent: str) -> dict[str, Any]:
    """The answers in a hidden field, by name; what is not an answer to this document is left out."""
    if len(sent) > MAX_SENT:
        return {}
    try:
        data = json.loads(sent or "{}")
    except (ValueError, RecursionError):
        return {}
    names = {field.name for _step, field in document.fields()}
    repeats = {step.repeat.name for step in document.steps if step.repeat}
    if not isinstance(data, dict):
        return {}
    kept = {name: value for name, value in data.items() if name in names and _is_answer(value)}
    return kept | {name: _rows(data[name], names) for name in repeats if isinstance(data.get(name), list)}


def _is_answer(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= MAX_VALUE
    if isinstance(value, dict):
        return all(isinstance(part, str) and len(part) < 20 for part in value.values())
    if isinstance(value, list):
        return len(value) < 100 and all(isinstance(part, str) and len(part) < 100 for part in value)
    return isinstance(value, bool)


def _rows(rows: list[Any], names: set[str]) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in row.items() if name in names and _is_answer(value)}
        for row in rows[:20]
        if isinstance(row, dict)
    ]


def write_answers(answers: Mapping[str, Any]) -> str:
    """The same, for the hidden field."""
    return json.dumps(dict(answers), ensure_ascii=False)


def told(document: ProcedureDocument, passage: Passage) -> list[tuple[str, str]]:
    """Label and words of each answer that counts, in the order of the pages."""
    lines: list[tuple[str, str]] = []
    for step in visible_steps(document, passage.values):
        rows = passage.values.get(step.repeat.name, []) if step.repeat else [passage.values]
        lines += [_line(field, row[field.name]) for row in rows for field in step.fields if field.name in row]
    return lines


def _line(field: Field, value: Any) -> tuple[str, str]:
    return field_name_for_errors(field), display(field_concept(field), value, options=field_options(field))
