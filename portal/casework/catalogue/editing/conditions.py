"""Conditions as lines that an officer adds and removes, all of which, or one of which, must hold. Pure.

A condition made of several levels (written in YAML) is no list of lines: it is shown as a sentence and kept as it is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from portal.casework.catalogue.conditions import AllOf, AnyOf, Condition, FieldCondition
from portal.casework.catalogue.document import Field, ProcedureDocument
from portal.casework.catalogue.editing.outline import Data, changed, edit_page, edit_question, page_place
from portal.ground.errors import NotFound

Joint = Literal["all", "any"]
Kind = Literal["page", "question", "sortie"]


@dataclass(frozen=True, slots=True)
class Lines:
    """A condition of one level: its lines, and whether all or any of them must hold."""

    joint: Joint
    lines: tuple[FieldCondition, ...]


def lines_of(condition: Condition | None) -> Lines | None:
    """The condition as lines; None when it has several levels."""
    match condition:
        case None:
            return Lines("all", ())
        case FieldCondition():
            return Lines("all", (condition,))
        case AllOf():
            return _flat("all", condition.all)
        case AnyOf():
            return _flat("any", condition.any)
        case _:
            return None


def _flat(joint: Joint, parts: Sequence[Condition]) -> Lines | None:
    lines = tuple(part for part in parts if isinstance(part, FieldCondition))
    return Lines(joint, lines) if len(lines) == len(parts) else None


def condition_of(lines: Lines) -> dict[str, Any] | None:
    """The condition that these lines make, as data of a document."""
    made = [line.model_dump(mode="json", by_alias=True, exclude_none=True) for line in lines.lines]
    if len(made) <= 1:
        return made[0] if made else None
    return {lines.joint: made}


@dataclass(frozen=True, slots=True)
class Target:
    """What a condition decides of: ``page`` (its slug), ``question`` (its name), ``sortie`` (page and slug of exit)."""

    kind: Kind
    key: str

    def read(self, document: ProcedureDocument) -> Condition | None:
        """The condition that stands.

        :raises NotFound: no such page, question or exit.
        """
        if self.kind == "page":
            return document.steps[page_place(document, self.key)].when
        if self.kind == "question":
            field = document.field(self.key)
            if field is None:
                raise NotFound("question_unknown")
            return field.when
        step, place = exit_place(document, self.key)
        return document.steps[page_place(document, step)].exits[place].when

    def page(self, document: ProcedureDocument) -> str:
        """The slug of the page it is on."""
        if self.kind != "question":
            return self.key.partition(":")[0]
        return next((step.slug for step, field in document.fields() if field.name == self.key), "")

    def write(self, document: ProcedureDocument, condition: dict[str, Any] | None) -> ProcedureDocument:
        """The document with this condition.

        :raises Invalid: an exit without any condition.
        """

        def put(part: Data) -> None:
            part.pop("when", None)
            if condition is not None:
                part["when"] = condition

        if self.kind == "page":
            return edit_page(document, self.key, put)
        if self.kind == "question":
            return edit_question(document, self.key, put)
        step, place = exit_place(document, self.key)
        return edit_page(document, step, lambda data: put(data["exits"][place]))

    def former_questions(self, document: ProcedureDocument) -> list[Field]:
        """The questions whose answer is known when the condition is looked at."""
        found: list[Field] = []
        for step in document.steps:
            if self.kind == "page" and step.slug == self.key:
                return found
            for field in step.fields:
                if self.kind == "question" and field.name == self.key:
                    return found
                found.append(field)
            if self.kind == "sortie" and step.slug == self.page(document):
                return found
        return found


def exit_place(document: ProcedureDocument, key: str) -> tuple[str, int]:
    """The page of an exit (« page:slug ») and its place there.

    :raises NotFound: there is none.
    """
    page, _sep, slug = key.partition(":")
    for place, one in enumerate(document.steps[page_place(document, page)].exits):
        if one.slug == slug:
            return page, place
    raise NotFound("exit_unknown")


def add_line(document: ProcedureDocument, target: Target, line: dict[str, Any]) -> ProcedureDocument:
    """One more line.

    :raises NotFound: the condition has several levels: it is changed in YAML only.
    """
    return _with_lines(document, target, lambda lines, made: [*lines, made], line)


def remove_line(document: ProcedureDocument, target: Target, place: int) -> ProcedureDocument:
    """The condition without the line at this place; without any line, it is no condition any more."""
    return _with_lines(document, target, lambda lines, _made: lines[:place] + lines[place + 1 :], {})


def _with_lines(
    document: ProcedureDocument,
    target: Target,
    edit: Callable[[list[Any], dict[str, Any]], list[Any]],
    line: dict[str, Any],
) -> ProcedureDocument:
    known = lines_of(target.read(document))
    if known is None:
        raise NotFound("condition_nested")
    made = [one.model_dump(mode="json", by_alias=True, exclude_none=True) for one in known.lines]
    kept = edit(made, line)
    return target.write(document, {known.joint: kept} if len(kept) > 1 else (kept[0] if kept else None))


def join_lines(document: ProcedureDocument, target: Target, joint: Joint) -> ProcedureDocument:
    """All of the lines must hold, or any."""
    known = lines_of(target.read(document))
    if known is None:
        raise NotFound("condition_nested")
    return target.write(document, condition_of(Lines(joint, known.lines)))


def remove_exit(document: ProcedureDocument, page: str, slug: str) -> ProcedureDocument:
    """The page without this exit.

    :raises NotFound: there is none.
    """
    _page, place = exit_place(document, f"{page}:{slug}")
    step = page_place(document, page)
    return changed(document, lambda data: data["steps"][step]["exits"].pop(place) and None)
