"""Sends short messages, and tells what became of them."""

import re
from collections.abc import Sequence

from pydantic import ValidationError

from connectors.partners.sms import mapping
from connectors.partners.sms.client import SmsClient
from connectors.partners.sms.settings import SmsSettings
from connectors.partners.sms.wire import AnyCallback, Callback
from connectors.sdk import (
    CheckReport,
    ConnectorContext,
    InboundCall,
    OutgoingMessage,
    Receipt,
    StatusUpdate,
    UpdateStatus,
    WebhookRefused,
    load_manifest,
    report_check,
)
from connectors.sdk.webhooks import verify

_SAFE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,99}")


class SmsConnector:
    """Sends over sms-gateway/1; delivery reports come by question and by signed call."""

    manifest = load_manifest("connectors.partners.sms")

    def __init__(self, settings: SmsSettings, context: ConnectorContext) -> None:
        self._settings = settings
        self._now = context.now
        self._client = SmsClient(settings, context)

    def check(self) -> CheckReport:
        """Ping the gateway; nothing is sent."""
        return report_check(self._client.ping)

    def send(self, message: OutgoingMessage) -> Receipt:
        """Send; the same idempotency key again sends nothing more. The author shown is the one of our settings."""
        body = mapping.to_body(message, self._settings.sender)
        return mapping.to_receipt(self._client.send(body, message.idempotency_key))

    def fetch_updates(self, external_refs: Sequence[str]) -> Sequence[StatusUpdate]:
        """Every report about these messages. One that the gateway has lost is news too, of unknown meaning."""
        updates: list[StatusUpdate] = []
        for message_id in external_refs:
            found = self._client.get(message_id) if _SAFE_ID.fullmatch(message_id) else None
            if found is None:
                updates.append(self._lost(message_id))
            else:
                updates += [mapping.to_update(message_id, event) for event in found.events]
        return updates

    def _lost(self, message_id: str) -> StatusUpdate:
        return StatusUpdate(
            update_id=f"{message_id}:not_found",
            external_ref=message_id,
            status=UpdateStatus.UNKNOWN,
            raw_status="not_found",
            occurred_at=self._now(),
            details={},
        )

    def read_webhook(self, call: InboundCall) -> Sequence[StatusUpdate]:
        """Check the signature first, then read. A type of call we do not know is news for somebody else."""
        verify(self._settings.webhook_secret.get_secret_value(), call)
        try:
            if AnyCallback.model_validate_json(call.body).type != "message.status_changed":
                return []
            data = Callback.model_validate_json(call.body).data
        except ValidationError:
            raise WebhookRefused("body_unreadable") from None
        return [mapping.to_update(data.message_id, data)]

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
