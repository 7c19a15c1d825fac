"""Delivering one claimed message: load (reading unit) → begin → call (no transaction) → settle (writing unit)."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from connectors.sdk import ConfigurationError, PermanentError, ProtocolError, Receipt, RetryableError
from portal.engine.exchanges.enums import Ending
from portal.engine.exchanges.faults import report_fault
from portal.engine.exchanges.outcomes import (
    TO_VERIFY,
    CallResult,
    Delivered,
    DeliveryHandler,
    Failed,
    Misconfigured,
    NoLongerNeeded,
    NotesUnneeded,
    NotYet,
    Outcome,
    Refused,
    Unneeded,
)
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.errors import Busy, ParvisError
from portal.ground.logs import get_logger
from portal.ground.permissions import SYSTEM
from portal.records.connections import service as connections
from portal.records.outbox import service as outbox
from portal.records.outbox.enums import HeldReason
from portal.records.outbox.policy import LEASE
from portal.records.outbox.service import Claimed, StaleClaim

log = get_logger("exchanges")

# How long what waits for an operator is left alone; the worker frees it sooner, as soon as the connection is resumed.
PAUSED_RECHECK = timedelta(minutes=5)
LOST = Outcome(Ending.LOST)


def log_alert(_session: Session, connection: str, code: str) -> None:
    """The least an alert can be: a line in the log."""
    log.error("connection_paused", connection=connection, code=code)


@dataclass(frozen=True, slots=True)
class Delivering:
    """What it takes to deliver.

    :param around: entered around ``load`` and ``settle``, for what needs the application (translations, templates).
    :param alert: told, in the unit that pauses it, that a connection was paused because our settings are at fault.
    """

    database: Database
    handlers: Mapping[str, DeliveryHandler]
    lease: timedelta = LEASE
    around: Callable[[], AbstractContextManager[Any]] = nullcontext
    alert: Callable[[Session, str, str], None] = log_alert

    def deliver(self, claimed: Claimed, *, probe: bool = False) -> Outcome:
        """Try once. Whatever the recipient or the handler does, the message ends in a known state.

        :raises SQLAlchemyError, Busy: the database is not there; the lease will bring the message back.
        """
        handler = self.handlers.get(claimed.kind)
        if handler is None:
            return self._give_back(claimed, "kind_unknown")
        loaded = self._load(handler, claimed)
        if isinstance(loaded, NotYet):
            return self._hold(claimed, loaded)
        if not isinstance(loaded, _Loaded):
            return self.settle(handler, claimed, loaded)
        stopped = self._begin(claimed, probe=probe)
        if stopped is not None:
            return stopped
        return self.settle(handler, claimed, _call(handler, loaded.value, claimed))

    def settle(self, handler: DeliveryHandler, claimed: Claimed, result: CallResult) -> Outcome:
        """Write the result and everything that follows from it, in one unit."""
        try:
            with self.around(), self.database.writing() as session:
                outcome = self._write(session, handler, claimed, result)
        except StaleClaim:
            outcome = LOST
        log.info(
            "delivery_tried",
            lane=claimed.lane,
            kind=claimed.kind,
            message_id=claimed.id,
            attempt=claimed.attempt,
            fence=claimed.fence,
            outcome=outcome.ending,
            code=outcome.code or None,
        )
        return outcome

    def settle_dead(self, claimed: Claimed, code: str, session: Session) -> None:
        """Tell the handler of a message that died without its worker, in the unit that buried it."""
        handler = self.handlers.get(claimed.kind)
        if handler is not None:
            handler.settle(session, claimed, Outcome(Ending.DEAD, code))

    def _load(self, handler: DeliveryHandler, claimed: Claimed) -> "_Loaded | Failed | Refused | Unneeded | NotYet":
        if claimed.uncertain and not handler.resends:
            return Refused(TO_VERIFY, answered=False)
        try:
            with self.around(), self.database.reading() as session:
                return _Loaded(handler.load(session, claimed))
        except (SQLAlchemyError, Busy):
            raise
        except NoLongerNeeded as error:
            return Unneeded(error.code)
        except NotYet as error:
            return error
        except ParvisError as error:
            return Refused(error.code, answered=False)
        except Exception as error:  # noqa: BLE001 - a fault of ours in one message must not stop the others
            report_fault("load_failed", error, kind=claimed.kind)
            return Failed("internal_error")

    def _begin(self, claimed: Claimed, *, probe: bool) -> Outcome | None:
        """Mark that the call is about to leave; an outcome when it must not."""
        with self.database.writing() as session:
            if not probe:
                passage = connections.take_passage(session, claimed.lane)
                if not passage.allowed:
                    until = passage.until or clock.now() + PAUSED_RECHECK
                    reason = HeldReason(passage.refusal) if passage.refusal else None
                    released = outbox.release(session, claimed, not_before=until, reason=reason)
                    return Outcome(Ending.HELD, next_attempt_at=passage.until) if released else LOST
            return None if outbox.begin(session, claimed, lease=self.lease) else LOST

    def _hold(self, claimed: Claimed, early: NotYet) -> Outcome:
        """The hour is not right: the message comes back later, its lane goes on."""
        with self.database.writing() as session:
            outbox.release(session, claimed, not_before=early.until)
        return Outcome(Ending.RETRYING, early.code, next_attempt_at=early.until)

    def _give_back(self, claimed: Claimed, code: str) -> Outcome:
        """A kind that this version of the worker does not know: another may."""
        log.error("delivery_kind_unknown", kind=claimed.kind, message_id=claimed.id)
        until = clock.now() + PAUSED_RECHECK
        with self.database.writing() as session:
            outbox.release(session, claimed, not_before=until, code=code)
        return Outcome(Ending.RETRYING, code, next_attempt_at=until)

    def _write(self, session: Session, handler: DeliveryHandler, claimed: Claimed, result: CallResult) -> Outcome:
        if isinstance(result, Delivered):
            return _write_delivered(session, handler, claimed, result)
        if isinstance(result, Misconfigured):
            return self._write_misconfigured(session, handler, claimed, result)
        if isinstance(result, Refused):
            return _write_refused(session, handler, claimed, result)
        if isinstance(result, Unneeded):
            return _write_unneeded(session, handler, claimed, result)
        return _write_failed(session, handler, claimed, result)

    def _write_misconfigured(
        self, session: Session, handler: DeliveryHandler, claimed: Claimed, result: Misconfigured
    ) -> Outcome:
        until = clock.now() + PAUSED_RECHECK
        reason = HeldReason.CONNECTION_PAUSED
        if not outbox.release(session, claimed, not_before=until, reason=reason, code=result.code):
            raise StaleClaim
        outcome = Outcome(Ending.HELD, result.code)
        handler.settle(session, claimed, outcome)
        connections.note_failure(session, claimed.lane, result.code, trips=False)
        if not connections.state(session, claimed.lane).paused:
            connections.pause(session, claimed.lane, SYSTEM, result.code)
            self.alert(session, claimed.lane, result.code)
        return outcome


@dataclass(frozen=True, slots=True)
class _Loaded:
    value: Any


def _call(handler: DeliveryHandler, loaded: Any, claimed: Claimed) -> CallResult:
    """Call the recipient; every failure becomes one of the known results."""
    try:
        receipt: Receipt = handler.call(loaded, claimed)
        return Delivered(receipt)
    except NoLongerNeeded as error:
        return Unneeded(error.code)
    except ConfigurationError as error:
        return Misconfigured(error.code)
    except PermanentError as error:
        return Refused(error.code)
    except ProtocolError as error:
        return Failed(error.code, retry_after=error.retry_after, ambiguous=True, malformed=True)
    except RetryableError as error:
        return Failed(error.code, retry_after=error.retry_after, ambiguous=error.ambiguous)
    except Exception as error:  # noqa: BLE001 - connectors are other people's code: what they raise may mean anything
        report_fault("call_failed", error, lane=claimed.lane)
        return Failed("internal_error", ambiguous=True)


def _write_delivered(session: Session, handler: DeliveryHandler, claimed: Claimed, result: Delivered) -> Outcome:
    if not outbox.complete(session, claimed, note={"external_ref": result.receipt.external_ref}):
        raise StaleClaim
    outcome = Outcome(Ending.DELIVERED, receipt=result.receipt)
    handler.settle(session, claimed, outcome)
    connections.note_success(session, claimed.lane)
    return outcome


def _write_refused(session: Session, handler: DeliveryHandler, claimed: Claimed, result: Refused) -> Outcome:
    if not outbox.bury(session, claimed, code=result.code, uncertain=claimed.uncertain):
        raise StaleClaim
    outcome = Outcome(Ending.DEAD, result.code)
    handler.settle(session, claimed, outcome)
    if result.answered:
        connections.note_failure(session, claimed.lane, result.code, trips=False)
    return outcome


def _write_unneeded(session: Session, handler: DeliveryHandler, claimed: Claimed, result: Unneeded) -> Outcome:
    if not outbox.drop(session, claimed, code=result.code):
        raise StaleClaim
    if isinstance(handler, NotesUnneeded):
        handler.note_unneeded(session, claimed, result.code)
    return Outcome(Ending.UNNEEDED, result.code)


def _write_failed(session: Session, handler: DeliveryHandler, claimed: Claimed, result: Failed) -> Outcome:
    if result.ambiguous and not handler.resends:
        if not outbox.bury(session, claimed, code=TO_VERIFY, uncertain=True):
            raise StaleClaim
        planned = None
    else:
        planned = outbox.retry_later(
            session,
            claimed,
            code=result.code,
            retry_after=result.retry_after,
            ambiguous=result.ambiguous,
            malformed=result.malformed,
        )
    code = TO_VERIFY if result.ambiguous and not handler.resends else result.code
    outcome = Outcome(Ending.DEAD if planned is None else Ending.RETRYING, code, next_attempt_at=planned)
    handler.settle(session, claimed, outcome)
    connections.note_failure(session, claimed.lane, result.code)
    return outcome
