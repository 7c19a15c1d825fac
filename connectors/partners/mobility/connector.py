"""Shared bikes to look at, and season passes to close: handed over, corrected, taken back, followed."""

import re
from collections.abc import Sequence

from pydantic import ValidationError

from connectors.partners.mobility import mapping
from connectors.partners.mobility.client import FeedClient, PassClient
from connectors.partners.mobility.settings import MobilitySettings
from connectors.partners.mobility.wire import AnyCallback, Callback, Kept
from connectors.sdk import (
    AmendCommand,
    CheckReport,
    ConfigurationError,
    ConnectorContext,
    InboundCall,
    PermanentError,
    Receipt,
    StatusUpdate,
    SubmitCommand,
    UpdateStatus,
    VehicleStations,
    WebhookRefused,
    WithdrawCommand,
    load_manifest,
    report_check,
)
from connectors.sdk.webhooks import verify

_SAFE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,99}")


class MobilityConnector:
    """Reads GBFS; submits, amends, withdraws, reports status and receives webhooks over mobility-pass/1."""

    manifest = load_manifest("connectors.partners.mobility")

    def __init__(self, settings: MobilitySettings, context: ConnectorContext) -> None:
        self._settings = settings
        self._now = context.now
        self._feeds = FeedClient(settings, context)
        self._passes = PassClient(settings, context)

    def check(self) -> CheckReport:
        """Read the list of feeds, and ask the interface of passes, when there is one, who it is."""
        return report_check(self._probe)

    def _probe(self) -> None:
        self._feeds.addresses()
        if self._settings.pass_url and self._passes.ping().operator != self._settings.operator_code:
            raise ConfigurationError("operator_mismatch", fields={"operator_code": "mismatch"})

    def fetch_stations(self) -> VehicleStations:
        """All the stations with what is there now, within five seconds."""
        return self._feeds.stations()

    def submit(self, command: SubmitCommand) -> Receipt:
        """Ask to close the pass. On "already open", it is ours if it bears our reference."""
        body = mapping.to_closure(command.reference, self.manifest.keep_declared(command.payload))
        try:
            return _receipt(self._passes.create(body, command.idempotency_key))
        except PermanentError as error:
            ours = self._ours(command) if error.code == "closure_already_open" else None
            if ours is None:
                raise
            return ours

    def _ours(self, command: SubmitCommand) -> Receipt | None:
        return self.find_submission(command.reference, command.idempotency_key)

    def find_submission(self, reference: str, idempotency_key: str) -> Receipt | None:
        """Look the closure up by our reference: the partner does not search by key."""
        del idempotency_key
        found = self._passes.find(reference)
        return mapping.to_receipt(found[0].closure_id, found[0].status) if found else None

    def amend(self, command: AmendCommand) -> Receipt:
        """Correct what was asked. Raises PermanentError ``closure_settled`` once the pass is closed."""
        body = mapping.to_closure(command.reference, self.manifest.keep_declared(command.payload))
        corrected = {**body, "amendment": command.amendment}
        return _receipt(self._passes.correct(_safe(command.external_ref), corrected, command.idempotency_key))

    def withdraw(self, command: WithdrawCommand) -> Receipt:
        """Take back what was asked. Raises PermanentError ``closure_settled`` once the pass is closed."""
        return _receipt(self._passes.take_back(_safe(command.external_ref), command.idempotency_key))

    def fetch_updates(self, external_refs: Sequence[str]) -> Sequence[StatusUpdate]:
        """All events of these closures. One that the partner has lost is news too, of unknown meaning."""
        updates: list[StatusUpdate] = []
        for closure_id in external_refs:
            found = self._passes.get(closure_id) if _SAFE_ID.fullmatch(closure_id) else None
            updates += mapping.to_updates(found) if found else [self._lost(closure_id)]
        return updates

    def _lost(self, closure_id: str) -> StatusUpdate:
        return StatusUpdate(
            update_id=f"{closure_id}:not_found",
            external_ref=closure_id,
            status=UpdateStatus.UNKNOWN,
            raw_status="not_found",
            occurred_at=self._now(),
            details={},
        )

    def read_webhook(self, call: InboundCall) -> Sequence[StatusUpdate]:
        """Check the signature first, then read. A type of call we do not know is good news for somebody else."""
        secret = self._settings.webhook_secret
        if secret is None:
            raise WebhookRefused("pass_not_configured")
        verify(secret.get_secret_value(), call)
        try:
            if AnyCallback.model_validate_json(call.body).type != "closure.status_changed":
                return []
            data = Callback.model_validate_json(call.body).data
        except ValidationError:
            raise WebhookRefused("body_unreadable") from None
        return [mapping.to_update(data.closure_id, data)]

    def close(self) -> None:
        """Close the connections."""
        self._feeds.close()
        self._passes.close()


def _receipt(kept: Kept) -> Receipt:
    return mapping.to_receipt(kept.closure_id, kept.status)


def _safe(closure_id: str) -> str:
    """The reference, once sure that it is a single word of an address."""
    if not _SAFE_ID.fullmatch(closure_id):
        raise PermanentError("reference_invalid")
    return closure_id
