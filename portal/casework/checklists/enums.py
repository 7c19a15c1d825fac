"""Closed lists of the room."""

from enum import StrEnum


class QuestionKind(StrEnum):
    """How a question is answered."""

    DATE = "date"
    ONE = "one"
    MANY = "many"


class LineState(StrEnum):
    """Where a line stands, in the order people read them. Late is a date that has passed, nothing more."""

    LATE = "late"
    TODO = "todo"
    DONE = "done"
