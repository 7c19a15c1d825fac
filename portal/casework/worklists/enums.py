"""Words of the room."""

from enum import StrEnum


class BulkKind(StrEnum):
    """What is done to many requests at once."""

    ASSIGN = "assign"
    GIVE_BACK = "give_back"
    TRANSFER = "transfer"
    MESSAGE = "message"
    CLOSE = "close"


class BulkState(StrEnum):
    """``waiting → running → done``; ``stopped`` when an agent stopped it: what was done stays done."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


class Outcome(StrEnum):
    """What became of one request of the lot."""

    DONE = "done"
    SKIPPED = "skipped"


class Skipped(StrEnum):
    """Why a request of the lot was left as it is."""

    ENDED = "ended"
    NOT_YOURS = "not_yours"
    NOT_ALLOWED = "not_allowed"
    CHANGED = "changed"
    ALREADY_SO = "already_so"
    NOT_THEIR_AGENT = "not_their_agent"
    SAME_DEPARTMENT = "same_department"
    WORKFLOW = "workflow"
    GAPS = "gaps"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    STOPPED = "stopped"


class ListFormat(StrEnum):
    """The file of a list."""

    CSV = "csv"
    ODS = "ods"


class ListState(StrEnum):
    """``preparing → ready → taken``; ``failed`` when it could not be made."""

    PREPARING = "preparing"
    READY = "ready"
    TAKEN = "taken"
    FAILED = "failed"
