"""Shared bikes to look at, and season passes to close: handed over, corrected, taken back, followed."""

from collections.abc import Sequence

from connectors.partners.mobility import mapping
from connectors.partners.mobility.client import FeedClient, PassClient
from connectors.partners.mobility.settings import MobilitySettings
from connectors.partners.mobility.wire import Callback, Kept
from connectors.sdk import (
    AmendCommand,
    CheckReport,
    ConfigurationError,
    ConnectorContext,
    PermanentError,
    Receipt,
    StatusUpdate,
    SubmitCommand,
    VehicleStations,
    WebhookRefused,
    WithdrawCommand,
    load_manifest,
    report_check,
)
from connectors.sdk.reporting import ReportsBothWays, safe_reference


class MobilityConnector(ReportsBothWays):
    """Reads GBFS; submits, amends, withdraws, reports status and receives webhooks over mobility-pass/1."""

    manifest = load_manifest("connectors.partners.mobility")
    callback_type = "closure.status_changed"

    def __init__(self, settings: MobilitySettings, context: ConnectorContext) -> None:
        super().__init__(context.now)
        self._settings = settings
        self._feeds = FeedClient(settings, context)
        self._opened = _open_passes(settings, context)

    @property
    def _passes(self) -> PassClient:
        """The interface of passes. Raises ConfigurationError ``pass_not_configured`` when the operator gave none."""
        if self._opened is None:
            raise ConfigurationError("pass_not_configured", fields={"pass_url": "missing"})
        return self._opened

    def check(self) -> CheckReport:
        """Read the list of feeds, and ask the interface of passes, when there is one, who it is."""
        return report_check(self._probe)

    def _probe(self) -> None:
        self._feeds.addresses()
        if self._opened is not None and self._opened.ping().operator != self._settings.operator_code:
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
        return _receipt(self._passes.correct(safe_reference(command.external_ref), corrected, command.idempotency_key))

    def withdraw(self, command: WithdrawCommand) -> Receipt:
        """Take back what was asked. Raises PermanentError ``closure_settled`` once the pass is closed."""
        return _receipt(self._passes.take_back(safe_reference(command.external_ref), command.idempotency_key))

    def reports_about(self, external_ref: str) -> Sequence[StatusUpdate] | None:
        """All events of this closure."""
        found = self._passes.get(external_ref)
        return mapping.to_updates(found) if found else None

    def read_report(self, body: bytes) -> StatusUpdate:
        """The event in the body of a call."""
        data = Callback.model_validate_json(body).data
        return mapping.to_update(data.closure_id, data)

    def callback_secret(self) -> str:
        """What the operator signs its calls with. Raises WebhookRefused ``pass_not_configured``."""
        secret = self._settings.webhook_secret
        if secret is None:
            raise WebhookRefused("pass_not_configured")
        return secret.get_secret_value()

    def close(self) -> None:
        """Close the connections."""
        self._feeds.close()
        if self._opened is not None:
            self._opened.close()


def _open_passes(settings: MobilitySettings, context: ConnectorContext) -> PassClient | None:
    if settings.pass_url is None or settings.api_key is None:
        return None
    return PassClient(context, settings.pass_url, settings.api_key)


def _receipt(kept: Kept) -> Receipt:
    return mapping.to_receipt(kept.closure_id, kept.status)
