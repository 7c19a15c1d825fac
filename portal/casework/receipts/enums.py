"""Words of receipts."""

from enum import StrEnum


class PaperKind(StrEnum):
    """What a paper is."""

    ACKNOWLEDGEMENT = "acknowledgement"
    DECISION = "decision"
    MANDATE = "mandate"


class Making(StrEnum):
    """How far the PDF of a paper is. ``absent``: nobody has asked for it yet."""

    ABSENT = "absent"
    PREPARING = "preparing"
    FAILED = "failed"
    READY = "ready"


class Form(StrEnum):
    """How a piece of text is shown. On paper, only ``strong`` differs from plain."""

    PLAIN = "plain"
    STRONG = "strong"
    NAME = "name"
    TIME = "time"
    PHONE = "phone"
    EMAIL = "email"
    CODE = "code"
    LINK = "link"
