"""Words of the room."""

from enum import StrEnum


class ExportState(StrEnum):
    """``preparing → ready → taken``; ``over`` once its day is past, ``failed`` when it could not be made."""

    PREPARING = "preparing"
    READY = "ready"
    TAKEN = "taken"
    FAILED = "failed"
