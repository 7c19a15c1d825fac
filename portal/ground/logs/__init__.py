"""Structured logs: one JSON line per event, allow-listed fields, a correlation id, no personal data."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

# A field that is not listed is dropped before writing: the list is the guard against personal data in logs.
ALLOWED_FIELDS = frozenset(
    {
        "action", "actor_kind", "attempt", "attempts", "body_bytes", "code", "connection", "correlation_id", "count",
        "detail_code", "duration_ms", "endpoint", "error_type", "error_uri_code", "event", "fence", "incident", "job",
        "kind", "lane", "level", "logger", "message_id", "method", "outcome", "position", "provider", "realm",
        "request_id", "room", "seal", "state", "status", "template", "timestamp", "update_id", "version", "where",
        "worker",
    }
)  # fmt: skip
MAX_VALUE = 300


def _keep_allowed(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    kept: dict[str, Any] = {}
    for key, value in event.items():
        if key in ALLOWED_FIELDS:
            kept[key] = value if isinstance(value, int | float | bool) or value is None else str(value)[:MAX_VALUE]
    return kept


def configure(level: str = "INFO") -> None:
    """Set up the process: JSON lines on standard error. Third-party loggers below WARNING are silent."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _keep_allowed,
            structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, force=True)


def get_logger(room: str) -> Any:
    """A logger bound to its room. Event names are snake_case codes: ``log.info("request_submitted", request_id=…)``."""
    return structlog.get_logger(room=room)  # lazy: modules ask before the process is configured


def where_raised(error: BaseException) -> str:
    """File and line of the deepest frame of ours: enough to find a fault, without values."""
    frame = error.__traceback__
    found = "unknown"
    while frame is not None:
        path = frame.tb_frame.f_code.co_filename
        for root in ("portal/", "connectors/", "journeys/", "accessibility/"):
            if f"/{root}" in path:
                found = f"{root}{path.rsplit('/' + root, 1)[1]}:{frame.tb_lineno}"
        frame = frame.tb_next
    return found
