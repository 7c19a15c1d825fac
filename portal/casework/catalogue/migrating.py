"""From the answers of a draft made on one version of a procedure to another version. Pure.

An answer is kept when its question still asks the same datum; it moves with it, under a new name or in another page.
Nothing is ever made up, and nothing is lost without being told: what does not fit is listed, and shown to the person
before they choose. What is kept and no longer fits (a choice that was taken away) stays, on a page to redo.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from portal.casework.catalogue.document import Field, ProcedureDocument, Step
from portal.casework.catalogue.fields import (
    check_item,
    field_concept,
    field_name_for_errors,
    field_options,
    visible_steps,
)
from portal.ground.dictionary.service import ConceptType, display

_DECLARATION = "declaration"
# Concepts without a meaning of their own: a number, a text, a declaration.
_IN_OWN_WORDS = "form."
# What is read or worked out, and never answered.
_NOT_ANSWERED = frozenset({"information", "computed"})


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as people read it."""

    name: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Migration:
    """A draft in the new version.

    ``answers`` and ``done_steps`` are what the draft becomes. ``kept``: the names of the questions whose answer is
    kept; ``dropped``: the answers that have no place any more; ``doubtful``: kept, and no longer among what may be
    answered; ``new``: labels of the questions never asked yet; ``redo``: titles of the pages to answer again.
    """

    answers: Mapping[str, Any]
    done_steps: tuple[str, ...]
    kept: tuple[str, ...]
    dropped: tuple[Said, ...]
    doubtful: tuple[Said, ...]
    new: tuple[str, ...]
    redo: tuple[str, ...]

    @property
    def is_harmless(self) -> bool:
        """Nothing is lost and nothing has to be done again."""
        return not (self.dropped or self.doubtful or self.redo)


@dataclass(frozen=True, slots=True)
class _Home:
    """Where a question stands in a document."""

    step: Step
    field: Field


def migrate(
    before: ProcedureDocument, after: ProcedureDocument, answers: Mapping[str, Any], done: Collection[str]
) -> Migration:
    """What becomes of the answers and of the pages done, from one version to another."""
    old = {field.name: _Home(step, field) for step, field in before.fields()}
    pairs = _pairs(before, after)
    moved: dict[str, Any] = {}
    for step in after.steps:
        moved |= _move_page(step, pairs, old, answers)
    done_steps, doubtful = _redone(after, pairs, old, moved, done)
    before_done = {step.slug for step in before.steps if step.slug in done}
    asked_before = {home.field.name for home in old.values() if home.step.slug in before_done}
    new = [
        field_name_for_errors(field)
        for step, field in after.fields()
        if pairs.get(field.name) not in old and _is_answered(field) and before_done and _is_asked(after, step, moved)
    ]
    redo = [
        str(step.title)
        for step in visible_steps(after, moved)
        if step.slug not in done_steps and any(pairs.get(field.name) in asked_before for field in step.fields)
    ]
    return Migration(
        answers=moved,
        done_steps=done_steps,
        kept=tuple(name for name in pairs if pairs[name] is not None and _holds(after, moved, name)),
        dropped=tuple(_dropped(before, after, pairs, answers, moved)),
        doubtful=tuple(doubtful),
        new=tuple(new),
        redo=tuple(redo),
    )


def _is_asked(document: ProcedureDocument, step: Step, answers: Mapping[str, Any]) -> bool:
    return step in visible_steps(document, answers)


def _pairs(before: ProcedureDocument, after: ProcedureDocument) -> dict[str, str | None]:
    """The question of the old version that each question of the new one continues, by name; None for a new one."""
    old = {field.name: field for _step, field in before.fields()}
    taken: set[str] = set()
    pairs: dict[str, str | None] = {}
    for _step, field in after.fields():
        same = old.get(field.name)
        pairs[field.name] = field.name if same is not None and _same_datum(same, field) else None
        taken |= {field.name} if pairs[field.name] else set()
    for _step, field in after.fields():
        if pairs[field.name] is None:
            renamed = [one.name for one in old.values() if one.name not in taken and _same_question(one, field)]
            if len(renamed) == 1:
                pairs[field.name] = renamed[0]
                taken.add(renamed[0])
    return pairs


def _is_answered(field: Field) -> bool:
    return field.formula is None and field_concept(field).type not in _NOT_ANSWERED


def _same_question(old: Field, new: Field) -> bool:
    """The same datum under another name; what a procedure asks in its own words is known by these words only."""
    if new.concept.startswith(_IN_OWN_WORDS) and field_name_for_errors(old) != field_name_for_errors(new):
        return False
    return _same_datum(old, new)


def _same_datum(old: Field, new: Field) -> bool:
    """The same concept, written in the same way. Whoever declared something declared those words and no others."""
    if old.concept != new.concept or field_concept(old).type is not field_concept(new).type:
        return False
    if field_concept(new).type == _DECLARATION:
        return field_name_for_errors(old) == field_name_for_errors(new)
    return True


def _move_page(
    step: Step, pairs: Mapping[str, str | None], old: Mapping[str, _Home], answers: Mapping[str, Any]
) -> dict[str, Any]:
    """The answers of one page of the new version. One answer that is now asked of each of several is the first's."""
    if step.repeat is None:
        return _move_row(step, pairs, old, answers, 0)
    count = max((len(_values(old, pairs.get(field.name), answers)) for field in step.fields), default=0)
    rows = [_move_row(step, pairs, old, answers, index) for index in range(count)]
    return {step.repeat.name: rows} if any(rows) else {}


def _move_row(
    step: Step, pairs: Mapping[str, str | None], old: Mapping[str, _Home], answers: Mapping[str, Any], index: int
) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for field in step.fields:
        values = _values(old, pairs.get(field.name), answers)
        if step.repeat is None and len(values) > 1:
            continue  # of several to one: nobody can tell which
        if index < len(values) and values[index] is not None:
            row[field.name] = values[index]
    return row


def _values(old: Mapping[str, _Home], name: str | None, answers: Mapping[str, Any]) -> list[Any]:
    """Every answer to one question of the old version: one, or one of each row of its repeated page."""
    if name is None or name not in old:
        return []
    home = old[name]
    if home.step.repeat is None:
        return [answers[name]] if name in answers else []
    rows = answers.get(home.step.repeat.name)
    return [row.get(name) for row in rows if isinstance(row, Mapping)] if isinstance(rows, (list, tuple)) else []


def _redone(
    after: ProcedureDocument,
    pairs: Mapping[str, str | None],
    old: Mapping[str, _Home],
    moved: Mapping[str, Any],
    done: Collection[str],
) -> tuple[tuple[str, ...], list[Said]]:
    """The pages of the new version that need no second look, and the answers that no longer fit."""
    fine: list[str] = []
    doubtful: list[Said] = []
    for step in visible_steps(after, moved):
        homes = [old.get(pairs.get(field.name) or "") for field in step.fields if _is_answered(field)]
        rows = moved.get(step.repeat.name, []) if step.repeat else [moved]
        wrong = False
        for row in rows:
            _checked, errors = check_item(after, step, row, moved)
            wrong = wrong or bool(errors)
            refused = [field for field in step.fields if field.name in errors and field.name in row]
            doubtful += [_said(field, row[field.name]) for field in refused]
        if rows and not wrong and all(home is not None and home.step.slug in done for home in homes):
            fine.append(step.slug)
    return tuple(fine), doubtful


def _dropped(
    before: ProcedureDocument,
    after: ProcedureDocument,
    pairs: Mapping[str, str | None],
    answers: Mapping[str, Any],
    moved: Mapping[str, Any],
) -> list[Said]:
    """The old answers that are nowhere in the new version."""
    old = {field.name: _Home(step, field) for step, field in before.fields()}
    landed = {source: name for name, source in pairs.items() if source is not None}
    lost = []
    for name, home in old.items():
        there = _landed_values(after, moved, landed.get(name))
        for value in _values(old, name, answers):
            if value in there:
                there.remove(value)
            elif value is not None:
                lost.append(_said(home.field, value))
    return lost


def _landed_values(after: ProcedureDocument, moved: Mapping[str, Any], name: str | None) -> list[Any]:
    if name is None:
        return []
    return _values({field.name: _Home(step, field) for step, field in after.fields()}, name, moved)


def _holds(document: ProcedureDocument, answers: Mapping[str, Any], name: str) -> bool:
    return any(value is not None for value in _landed_values(document, answers, name))


def _said(field: Field, value: Any) -> Said:
    concept = field_concept(field)
    options = field_options(field) if concept.type is not ConceptType.SCHOOL_YEAR else None
    return Said(field.name, field_name_for_errors(field), display(concept, value, options=options))
