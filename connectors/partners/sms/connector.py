"""Sends short messages, and tells what became of them."""

from collections.abc import Sequence

from connectors.partners.sms import mapping
from connectors.partners.sms.client import SmsClient
from connectors.partners.sms.settings import SmsSettings
from connectors.partners.sms.wire import Callback
from connectors.sdk import (
    CheckReport,
    ConnectorContext,
    OutgoingMessage,
    Receipt,
    StatusUpdate,
    load_manifest,
    report_check,
)
from connectors.sdk.reporting import ReportsBothWays


class SmsConnector(ReportsBothWays):
    """Sends over sms-gateway/1; delivery reports come by question and by signed call."""

    manifest = load_manifest("connectors.partners.sms")
    callback_type = "message.status_changed"

    def __init__(self, settings: SmsSettings, context: ConnectorContext) -> None:
        super().__init__(context.now)
        self._settings = settings
        self._client = SmsClient(settings, context)

    def check(self) -> CheckReport:
        """Ping the gateway; nothing is sent."""
        return report_check(self._client.ping)

    def send(self, message: OutgoingMessage) -> Receipt:
        """Send; the same idempotency key again sends nothing more. The author shown is the one of our settings."""
        body = mapping.to_body(message, self._settings.sender)
        return mapping.to_receipt(self._client.send(body, message.idempotency_key))

    def reports_about(self, external_ref: str) -> Sequence[StatusUpdate] | None:
        """Every report about this message."""
        found = self._client.get(external_ref)
        return None if found is None else [mapping.to_update(external_ref, event) for event in found.events]

    def read_report(self, body: bytes) -> StatusUpdate:
        """The report in the body of a call."""
        data = Callback.model_validate_json(body).data
        return mapping.to_update(data.message_id, data)

    def callback_secret(self) -> str:
        """What the gateway signs its calls with."""
        return self._settings.webhook_secret.get_secret_value()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
