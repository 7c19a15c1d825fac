"""Asking partners what became of requests, and whether they can be reached."""

import time
from dataclasses import dataclass

from connectors.sdk import ConfigurationError, ConnectorError, PermanentError, ReportsStatus, StatusUpdate
from portal.casework.notifications import service as notifications
from portal.casework.requests import service as requests
from portal.engine.exchanges import policy, service
from portal.engine.exchanges.delivering import Delivering
from portal.engine.exchanges.enums import Source
from portal.engine.exchanges.faults import report_fault
from portal.engine.exchanges.handlers import connector_of
from portal.ground.db import Database
from portal.ground.logs import get_logger
from portal.ground.permissions import SYSTEM
from portal.records.connections import service as connections
from portal.records.connections.service import ConnectionRegistry
from portal.records.outbox import service as outbox

log = get_logger("exchanges")
ALL_OPEN = 10_000


@dataclass(frozen=True, slots=True)
class Polling:
    """Periodic calls to partners, outside any transaction; one partner's fault does not keep others waiting."""

    database: Database
    registry: ConnectionRegistry
    delivering: Delivering

    def poll_statuses(self) -> None:
        """Ask each partner that reports statuses about some of its open requests, each in its turn."""
        for name in self.registry.names():
            if "reports_status" in self.registry.manifest(name).capabilities:
                self.poll(name)

    def poll(self, name: str) -> int:
        """Ask one partner; return how many pieces of news took effect. Skipped while it must not be called."""
        with self.database.reading() as session:
            state = connections.state(session, name)
            position = service.poll_position(session, name)
            references = requests.open_external_refs(session, name, limit=ALL_OPEN)
            references += notifications.open_references(session, name, limit=ALL_OPEN)
        if state.paused or state.breaker_open or not references:
            return 0
        turn = policy.next_in_turn(references, position, policy.POLL_AT_MOST)
        applied, started = 0, time.monotonic()
        for start in range(0, len(turn), policy.POLL_BATCH):
            batch = turn[start : start + policy.POLL_BATCH]
            late = time.monotonic() - started > policy.POLL_WITHIN.total_seconds()
            news = None if late else self._fetch(name, batch)
            if news is None:
                break
            applied += self._record(name, batch, news)
        return applied

    def _fetch(self, name: str, references: list[str]) -> list[StatusUpdate] | None:
        """What the partner says; ``None`` when it could not be asked."""
        try:
            connector = connector_of(self.registry, name)
            if not isinstance(connector, ReportsStatus):
                raise ConfigurationError("connection_does_not_report")  # noqa: TRY301 - one place decides what follows
            return list(connector.fetch_updates(references))
        except ConfigurationError as error:
            self._pause(name, error)
        except ConnectorError as error:
            with self.database.writing() as session:
                connections.note_failure(session, name, error.code, trips=not isinstance(error, PermanentError))
        except Exception as error:  # noqa: BLE001 - connectors are other people's code: what they raise may mean anything
            report_fault("poll_failed", error, connection=name)
            with self.database.writing() as session:
                connections.note_failure(session, name, "internal_error")
        return None

    def _record(self, name: str, batch: list[str], news: list[StatusUpdate]) -> int:
        asked = set(batch)
        mine = [one for one in service.in_lock_order(news) if one.external_ref in asked]
        outcomes = []
        with self.delivering.around(), self.database.writing() as session:
            outcomes = [service.record_update(session, name, one, Source.POLL) for one in mine]
            service.keep_poll_position(session, name, batch[-1])
            connections.note_success(session, name)
        return sum(outcome is service.UpdateOutcome.APPLIED for outcome in outcomes)

    def _pause(self, name: str, error: ConfigurationError) -> None:
        with self.database.writing() as session:
            connections.note_failure(session, name, error.code, trips=False)
            if not connections.state(session, name).paused:
                connections.pause(session, name, SYSTEM, error.code)
                self.delivering.alert(session, name, error.code)

    def check_connections(self) -> None:
        """Check the connections whose check was asked for, or is old."""
        with self.database.reading() as session:
            due = connections.checks_due(session, self.registry.names(), every=policy.CHECK_EVERY)
        for name in due:
            self.check(name)

    def check(self, name: str) -> connections.CheckView:
        """Check one connection, without any effect at the partner's, and keep what was found."""
        try:
            found = connector_of(self.registry, name).check()
            view = connections.CheckView(
                ok=found.ok,
                settings_ok=found.settings_ok,
                connection_ok=found.connection_ok,
                credentials_ok=found.credentials_ok,
                message_code=found.message_code,
            )
        except ConfigurationError as error:
            view = connections.CheckView(False, False, None, None, error.code)
        with self.database.writing() as session:
            connections.record_check(session, name, view)
        return view

    def watch_deliveries(self) -> None:
        """Raise the alarm in the log for what waits too long."""
        with self.database.reading() as session:
            waiting, dead = outbox.count_overdue(
                session, undelivered_for=policy.UNDELIVERED_ALARM, dead_for=policy.DEAD_ALARM
            )
        if waiting:
            log.warning("deliveries_overdue", count=waiting)
        if dead:
            log.warning("dead_letters_waiting", count=dead)

    def apply_orphans(self) -> None:
        """Apply the news that came before its reference was known."""
        with self.delivering.around(), self.database.writing() as session:
            service.apply_orphans(session)

    def purge_receipts(self) -> None:
        """Forget news older than 90 days."""
        with self.database.writing() as session:
            service.purge_receipts(session)
