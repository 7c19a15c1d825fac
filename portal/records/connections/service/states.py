"""Pause, breaker and health of connections, in the database so that every process sees the same."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from portal.ground import clock
from portal.ground.audit.service import record
from portal.ground.errors import Forbidden
from portal.ground.permissions import Actor, ActorKind
from portal.records.connections import policy
from portal.records.connections.enums import Refusal
from portal.records.connections.models import STATES
from portal.records.connections.shapes import CheckView, ConnectionView, Passage

MAX_REASON = 200
MAX_CODE = 80


def state(session: Session, name: str) -> ConnectionView:
    """How one connection fares; a connection that was never used is in its first state."""
    return _view(_read(session, name), name)


def list_states(session: Session) -> dict[str, ConnectionView]:
    """The state of every connection that was ever used, by name. One statement."""
    rows = session.execute(select(STATES).order_by(STATES.c.name))
    return {row.name: _view(row, row.name) for row in rows}


def pause(session: Session, name: str, actor: Actor, reason: str) -> None:
    """Stop calling a connection until somebody resumes it; its messages are kept.

    :param reason: an error code when the portal pauses it by itself, else what the operator wrote.
    :raises Forbidden: the actor may not.
    """
    _check_operator(session, name, actor)
    _update(session, name, paused=True, paused_at=clock.now(), paused_reason=reason[:MAX_REASON], paused_by=actor.id)
    code = reason[:MAX_REASON] if actor.kind is ActorKind.SYSTEM else "operator"
    record(session, actor, "connection_paused", connection=name, details={"code": code})


def resume(session: Session, name: str, actor: Actor) -> None:
    """Call the connection again, its breaker closed.

    :raises Forbidden: the actor may not.
    """
    _check_operator(session, name, actor)
    nobody = {"paused": False, "paused_reason": None, "paused_by": None, "paused_at": None}
    _update(session, name, **nobody, **_breaker_values(policy.Breaker()))
    record(session, actor, "connection_resumed", connection=name)


def breaker_allows(session: Session, name: str) -> tuple[bool, datetime | None]:
    """Whether the connection may be called now, and when the next probe is if not. Reads only: takes no probe."""
    passage = _passage(_read(session, name), clock.now())
    return passage.allowed, passage.until


def take_passage(session: Session, name: str) -> Passage:
    """Ask to call the connection, in a writing unit. An open breaker gives its probe to one asker only."""
    now = clock.now()
    passage = _passage(_read(session, name), now)
    if not passage.probe:
        return passage
    row = _locked(session, name)
    passage = _passage(row, now)
    if passage.probe:
        _update(session, name, **_breaker_values(policy.with_probe_taken(_breaker(row), now)))
    return passage


def note_success(session: Session, name: str) -> None:
    """A call succeeded. Keep it last in its unit: the row is shared by all the lane's threads."""
    row, now = _locked(session, name), clock.now()
    closed = _breaker_values(policy.after_success(_breaker(row), now))
    _update(session, name, last_success_at=now, successes=row.successes + 1, **closed)


def note_failure(session: Session, name: str, code: str, *, trips: bool = True) -> Passage:
    """A call failed; return whether the next one may leave.

    :param trips: ``False`` when the partner did answer, and the answer was a refusal: the breaker is told of a success.
    """
    row, now = _locked(session, name), clock.now()
    breaker = (policy.after_failure if trips else policy.after_success)(_breaker(row), now)
    seen = {"last_failure_at": now, "last_error_code": code[:MAX_CODE], "failures": row.failures + 1}
    _update(session, name, **seen, **_breaker_values(breaker))
    return _passage_through(breaker, now, paused=row.paused)


def request_check(session: Session, name: str, actor: Actor) -> None:
    """Ask the worker to check the connection soon: pages never call a partner.

    :raises Forbidden: the actor may not.
    """
    _check_operator(session, name, actor)
    _update(session, name, check_requested_at=clock.now())


def checks_due(session: Session, names: list[str], *, every: timedelta) -> list[str]:
    """The connections whose check was asked for, or is older than ``every``."""
    states = list_states(session)
    limit = clock.now() - every
    return [name for name in names if _check_is_due(states.get(name), limit)]


def record_check(session: Session, name: str, report: Any) -> None:
    """Keep what a check found. ``report``: a ``CheckReport`` of the connectors' kit."""
    _locked(session, name)
    kept = CheckView(
        ok=report.ok,
        settings_ok=report.settings_ok,
        connection_ok=report.connection_ok,
        credentials_ok=report.credentials_ok,
        message_code=report.message_code[:MAX_CODE],
    )
    _update(session, name, checked_at=clock.now(), check_requested_at=None, check_report=asdict(kept))


def _check_is_due(view: ConnectionView | None, limit: datetime) -> bool:
    if view is None or view.checked_at is None:
        return True
    return view.check_requested_at is not None or view.checked_at <= limit


def _passage(row: Any, now: datetime) -> Passage:
    return Passage(allowed=True) if row is None else _passage_through(_breaker(row), now, paused=row.paused)


def _passage_through(breaker: policy.Breaker, now: datetime, *, paused: bool) -> Passage:
    if paused:
        return Passage(allowed=False, refusal=Refusal.CONNECTION_PAUSED)
    if not breaker.is_open:
        return Passage(allowed=True)
    if policy.may_probe(breaker, now):
        return Passage(allowed=True, probe=True)
    return Passage(allowed=False, refusal=Refusal.BREAKER_OPEN, until=breaker.next_probe_at)


def _read(session: Session, name: str) -> Any:
    """The row, or None. A plain row: nothing stale is kept in the session."""
    return session.execute(select(STATES).where(STATES.c.name == name)).one_or_none()


def _locked(session: Session, name: str) -> Any:
    """The row, locked until the unit ends, created when missing."""
    wanted = select(STATES).where(STATES.c.name == name).with_for_update()
    row = session.execute(wanted).one_or_none()
    if row is None:
        insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
        first = {"paused": False, "successes": 0, "failures": 0, **_breaker_values(policy.Breaker())}
        fresh = insert(STATES).values(name=name, **first)
        session.execute(fresh.on_conflict_do_nothing(index_elements=["name"]))
        row = session.execute(wanted).one()
    return row


def _update(session: Session, name: str, **values: Any) -> None:
    session.execute(update(STATES).where(STATES.c.name == name).values(values))


def _check_operator(session: Session, name: str, actor: Actor) -> None:
    if not policy.can_operate(actor):
        raise Forbidden("permission")
    _locked(session, name)


def _breaker(row: Any) -> policy.Breaker:
    return policy.Breaker(
        failures_in_a_row=row.failures_in_a_row,
        window=tuple((start, calls, failures) for start, calls, failures in row.window),
        opened_at=row.opened_at,
        next_probe_at=row.next_probe_at,
        probe_interval=timedelta(seconds=row.probe_interval_s),
        probing=row.probing,
    )


def _breaker_values(breaker: policy.Breaker) -> dict[str, Any]:
    return {
        "failures_in_a_row": breaker.failures_in_a_row,
        "window": [list(bucket) for bucket in breaker.window],
        "opened_at": breaker.opened_at,
        "next_probe_at": breaker.next_probe_at,
        "probe_interval_s": int(breaker.probe_interval.total_seconds()),
        "probing": breaker.probing,
    }


def _view(row: Any, name: str) -> ConnectionView:
    if row is None:
        return ConnectionView(name=name)
    return ConnectionView(
        name=row.name,
        paused=row.paused,
        paused_reason=row.paused_reason,
        paused_by=row.paused_by,
        paused_at=row.paused_at,
        breaker_open=row.opened_at is not None,
        opened_at=row.opened_at,
        next_probe_at=row.next_probe_at,
        failures_in_a_row=row.failures_in_a_row,
        last_success_at=row.last_success_at,
        last_failure_at=row.last_failure_at,
        last_error_code=row.last_error_code,
        successes=row.successes,
        failures=row.failures,
        check_requested_at=row.check_requested_at,
        checked_at=row.checked_at,
        check=CheckView(**row.check_report) if row.check_report else None,
    )
