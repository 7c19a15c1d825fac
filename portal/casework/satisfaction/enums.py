"""Words of the survey."""

from enum import StrEnum


class Origin(StrEnum):
    """By whom an answer was given: the person, or an agent who typed in a paper."""

    PERSON = "person"
    PAPER = "paper"
