"""Two versions of the same answers, question by question. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.casework.catalogue.document import Questionnaire, Step
from portal.casework.catalogue.fields import check_item, field_name_for_errors, show_answer
from portal.ground.dictionary.service import Value


@dataclass(frozen=True, slots=True)
class Line:
    """One question: what was just typed, what is saved, and whether they differ."""

    label: str
    mine: str
    theirs: str
    differs: bool


def compare(document: Questionnaire, step: Step, raw: Mapping[str, Any], saved: Mapping[str, Value]) -> list[Line]:
    """The questions of a page that have an answer in one version at least.

    :param raw: as typed; an answer that would be refused is shown as typed.
    :param saved: the answers of the other version; those about the item in hand among them.
    """
    values, errors = check_item(document, step, raw, saved)
    lines = []
    for field in step.fields:
        mine = values.get(field.name)
        theirs = saved.get(field.name)
        typed = _as_typed(raw.get(field.name)) if field.name in errors else show_answer(field, mine)
        if typed or theirs is not None:
            differs = field.name in errors or mine != theirs
            lines.append(Line(field_name_for_errors(field), typed, show_answer(field, theirs), differs))
    return lines


def _as_typed(raw: Any) -> str:
    if isinstance(raw, Mapping):
        return "/".join(str(raw.get(part) or "…") for part in ("day", "month", "year")) if any(raw.values()) else ""
    return ", ".join(map(str, raw)) if isinstance(raw, list) else str(raw or "")
