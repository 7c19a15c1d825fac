"""Saying in the log that something went wrong: where and of what type, never with whose data."""

from portal.ground.errors import ParvisError
from portal.ground.logs import get_logger, where_raised

log = get_logger("exchanges")


def report_fault(event: str, error: Exception, **fields: str) -> None:
    """One line at level error. ``fields`` are codes and identifiers."""
    code = error.code if isinstance(error, ParvisError) else None
    log.error(event, error_type=type(error).__name__, where=where_raised(error), code=code, **fields)
