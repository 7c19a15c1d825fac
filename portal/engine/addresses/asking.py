"""One call to a partner while somebody waits for a page: no transaction is open during it, and it is never repeated.

Pause and breaker of the connection are those that the worker knows. Nothing of what was asked goes to the log.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Generic, TypeVar

from connectors.sdk import ConfigurationError, Connector, ConnectorError, PermanentError
from portal.engine.addresses.memory import memory_of
from portal.engine.addresses.shapes import NO_CONNECTION, TOO_MANY
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.errors import Busy
from portal.ground.logs import get_logger, where_raised
from portal.ground.permissions import SYSTEM
from portal.records.connections import service as connections
from portal.records.connections.service import ConnectionRegistry, ConnectionView

log = get_logger("addresses")

# A success is written down at most this often: a page that only reads should rarely write.
SUCCESS_NOTED = timedelta(minutes=5)
T = TypeVar("T")


class _Effect(StrEnum):
    """What the call tells of the connection."""

    ANSWERED = "answered"
    FAILED = "failed"
    MISCONFIGURED = "misconfigured"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Asked(Generic[T]):
    """The partner's answer, or None and why."""

    value: T | None
    reason: str = ""


def ask_first(database: Database, registry: ConnectionRegistry, capability: str, call: Callable[[Any], T]) -> Asked[T]:
    """Make ``call`` with the connector of the first connection that has this capability. Never raises."""
    name = registry.with_capability(capability)
    if name is None:
        return Asked(None, NO_CONNECTION)
    view, refusal = _passage(database, name)
    if refusal:
        return Asked(None, refusal)
    calls = memory_of(registry).calls
    if not calls.acquire(blocking=False):
        return Asked(None, TOO_MANY)
    try:
        answer, effect = _call(registry, name, call)
    finally:
        calls.release()
    _settle(database, view, answer.reason, effect)
    return answer


def _passage(database: Database, name: str) -> tuple[ConnectionView, str]:
    """How the connection fares, and why it may not be called. Only a probe through an open breaker writes."""
    with database.reading() as session:
        view = connections.state(session, name)
    if view.paused:
        return view, connections.Refusal.CONNECTION_PAUSED.value
    if not view.breaker_open:
        return view, ""
    try:
        with database.writing() as session:
            return view, connections.take_passage(session, name).refusal or ""
    except Busy:
        return view, connections.Refusal.BREAKER_OPEN.value


def _call(registry: ConnectionRegistry, name: str, call: Callable[[Connector], T]) -> tuple[Asked[T], _Effect]:
    try:
        return Asked(call(registry.get(name))), _Effect.ANSWERED
    except ConfigurationError as error:
        return Asked(None, error.code), _Effect.MISCONFIGURED
    except PermanentError as error:
        return Asked(None, error.code), _Effect.REFUSED
    except ConnectorError as error:
        return Asked(None, error.code), _Effect.FAILED
    except Exception as error:  # noqa: BLE001 - connectors are other people's code: what they raise may mean anything
        _report(name, error)
        return Asked(None, "internal_error"), _Effect.FAILED


def _report(name: str, error: Exception) -> None:
    """A fault of the connector's code: where and of what type, never about what was asked."""
    log.error("asking_failed", connection=name, error_type=type(error).__name__, where=where_raised(error))


def _settle(database: Database, view: ConnectionView, code: str, effect: _Effect) -> None:
    """Keep what the call tells of the connection, when it is news."""
    if effect is _Effect.ANSWERED and not _is_news(view):
        return
    try:
        with database.writing() as session:
            if effect is _Effect.ANSWERED:
                connections.note_success(session, view.name)
                return
            connections.note_failure(session, view.name, code, trips=effect is _Effect.FAILED)
            if effect is _Effect.MISCONFIGURED and not connections.state(session, view.name).paused:
                connections.pause(session, view.name, SYSTEM, code)
                log.error("connection_paused", connection=view.name, code=code)
    except Busy as error:
        log.warning("state_not_kept", connection=view.name, code=error.code)


def _is_news(view: ConnectionView) -> bool:
    recent = view.last_success_at is not None and clock.now() - view.last_success_at < SUCCESS_NOTED
    return view.breaker_open or view.failures_in_a_row > 0 or not recent
