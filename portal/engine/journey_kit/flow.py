"""Where a person stands in a procedure. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from portal.casework.catalogue.document import ProcedureDocument, Step
from portal.casework.catalogue.fields import visible_steps


@dataclass(frozen=True, slots=True)
class Place:
    """One step among those to go through: ``number`` starts at 1, ``before`` is the previous one."""

    step: Step
    number: int
    total: int
    before: Step | None


def next_step(document: ProcedureDocument, answers: Mapping[str, Any], done: Collection[str]) -> Step | None:
    """The first step to answer that was not; None when only checking is left."""
    return next((step for step in visible_steps(document, answers) if step.slug not in done), None)


def place_of(document: ProcedureDocument, answers: Mapping[str, Any], slug: str) -> Place | None:
    """The place of a step; None when the answers so far do not lead through it."""
    steps = visible_steps(document, answers)
    for index, step in enumerate(steps):
        if step.slug == slug:
            return Place(step, index + 1, len(steps), steps[index - 1] if index else None)
    return None


def is_open(document: ProcedureDocument, answers: Mapping[str, Any], done: Collection[str], slug: str) -> bool:
    """Whether a step may be opened: it was answered, or every step before it was."""
    for step in visible_steps(document, answers):
        if step.slug == slug:
            return True
        if step.slug not in done:
            return False
    return False
