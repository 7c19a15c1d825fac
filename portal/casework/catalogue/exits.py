"""Whom a procedure is not for, given their answers. Pure."""

from collections.abc import Collection, Mapping
from typing import Any

from portal.casework.catalogue.conditions import holds
from portal.casework.catalogue.document import Exit, Questionnaire, Step
from portal.casework.catalogue.fields import Door, rows_in, walk


def exit_for(
    document: Questionnaire, answers: Mapping[str, Any], steps: Collection[str] | None = None
) -> tuple[Step, Exit] | None:
    """The first exit that holds, with its step; None when the procedure is for this person.

    :param steps: the slugs of the steps to look at, those that were saved; all of them when None.
    """
    for door in walk(document, answers):
        if steps is None or door.step.slug in steps:
            for one in door.step.exits:
                if _holds(one, door):
                    return door.step, one
    return None


def _holds(one: Exit, door: Door) -> bool:
    """Of a page asked for each of several, it is enough that it holds of one."""
    rows = rows_in(door.step, door.after)
    return any(holds(one.when, {**door.after, **row}) for row in rows or [{}])
