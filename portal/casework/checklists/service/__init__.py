"""The door of checklists. Everything flushes and nothing commits."""

from portal.casework.checklists.answers import read_answers, read_day
from portal.casework.checklists.definition import ChecklistDefinition, definition_of
from portal.casework.checklists.enums import LineState, QuestionKind
from portal.casework.checklists.ics import MEDIA_TYPE, write_calendar
from portal.casework.checklists.policy import build_lines, progress_of
from portal.casework.checklists.service.keeping import (
    adopt_checklist,
    change_answers,
    create_checklist,
    erase_checklist,
    is_visit_due,
    list_checklists,
    mark_line,
    move_checklists,
    note_visit,
    open_checklist,
    purge_checklists,
)
from portal.casework.checklists.shapes import Answers, ChecklistView, Line, Mark, Progress

__all__ = [
    "MEDIA_TYPE",
    "Answers",
    "ChecklistDefinition",
    "ChecklistView",
    "Line",
    "LineState",
    "Mark",
    "Progress",
    "QuestionKind",
    "adopt_checklist",
    "build_lines",
    "change_answers",
    "create_checklist",
    "definition_of",
    "erase_checklist",
    "is_visit_due",
    "list_checklists",
    "mark_line",
    "move_checklists",
    "note_visit",
    "open_checklist",
    "progress_of",
    "purge_checklists",
    "read_answers",
    "read_day",
    "write_calendar",
]
