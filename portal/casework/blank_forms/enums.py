"""Words of blank forms."""

from enum import StrEnum


class Answering(StrEnum):
    """How a question is answered on paper."""

    LINE = "line"
    LINES = "lines"
    BOXES = "boxes"
    NOTHING = "nothing"
