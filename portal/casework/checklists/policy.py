"""From answers to lines, and the rules of the room. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from portal.casework.catalogue.conditions import holds
from portal.casework.checklists.definition import ChecklistDefinition, LineDefinition
from portal.casework.checklists.enums import LineState
from portal.casework.checklists.shapes import Answers, Line, Mark, Progress
from portal.ground.permissions import Actor

# How long a list that is in no account is kept after the last visit: decision 0016.
LOOSE_KEPT: Final = timedelta(days=90)
# Visits are noted once a day: a page that is only read seldom writes.
VISIT_EVERY: Final = timedelta(days=1)
# How far ahead a line can be put off.
FURTHEST: Final = timedelta(days=731)

NO_MARKS: Final[Mapping[str, Mark]] = {}


def as_facts(answers: Answers) -> dict[str, Any]:
    """The answers as conditions read them: ``{"foyer": ("bebe",)}`` gives ``foyer`` and ``foyer.bebe``."""
    facts: dict[str, Any] = {}
    for name, answer in answers.items():
        if isinstance(answer, str):
            facts[name] = answer
        else:
            facts[name] = " ".join(answer)
            facts.update({f"{name}.{code}": True for code in answer})
    return facts


def build_lines(
    definition: ChecklistDefinition,
    answers: Answers,
    today: date,
    *,
    marks: Mapping[str, Mark] = NO_MARKS,
    language: str = "fr",
) -> tuple[Line, ...]:
    """The lines that these answers call for: late ones, then by date, those without a date, those that are done.

    :param marks: by line id; those of lines that the answers do not call for are ignored.
    """
    facts = as_facts(answers)
    called = [line for line in definition.lines if holds(line.when, facts)]
    lines = [_line(line, answers, marks.get(line.id, Mark()), today, language) for line in called]
    return tuple(sorted(lines, key=_rank))


def _line(line: LineDefinition, answers: Answers, mark: Mark, today: date, language: str) -> Line:
    due = mark.postponed_to or _due(line, answers)
    state = LineState.TODO
    if mark.done_on is not None:
        state = LineState.DONE
    elif due is not None and due < today:
        state = LineState.LATE
    return Line(
        id=line.id,
        title=line.title.get(language),
        why=line.why.get(language),
        help=line.help.get(language) if line.help else "",
        action=line.action,
        due=due,
        state=state,
        done_on=mark.done_on,
        postponed=mark.postponed_to is not None,
    )


def _due(line: LineDefinition, answers: Answers) -> date | None:
    start = answers.get(line.due.after) if line.due else None
    if line.due is None or not isinstance(start, str):
        return None
    return line.due.from_day(date.fromisoformat(start))


def _rank(line: Line) -> tuple[bool, date]:
    return line.state is LineState.DONE, line.due or date.max


def progress_of(lines: Sequence[Line]) -> Progress:
    """How far a list has got."""
    left = [line for line in lines if line.state is not LineState.DONE]
    late = sum(line.state is LineState.LATE for line in left)
    return Progress(len(lines) - len(left), len(lines), late, left[0] if left else None)


def may_open(actor: Actor, person_id: UUID | None) -> bool:
    """Whoever has its address opens a list that is nobody's; the others open for their owner alone."""
    return person_id is None or (actor.is_resident and actor.subject == person_id)


def purge_day(definition: ChecklistDefinition, person_id: UUID | None, visited: datetime) -> datetime:
    """Until when a list is kept that was opened at ``visited``."""
    return visited + (LOOSE_KEPT if person_id is None else timedelta(days=definition.kept_days))
