"""Sends e-mails to people."""

from connectors.partners.email import mapping
from connectors.partners.email.client import SmtpClient
from connectors.partners.email.settings import EmailSettings
from connectors.sdk import (
    CheckReport,
    ConfigurationError,
    ConnectorContext,
    OutgoingMessage,
    Receipt,
    load_manifest,
    report_check,
)


class EmailConnector:
    """Sends messages over SMTP."""

    manifest = load_manifest("connectors.partners.email")

    def __init__(self, settings: EmailSettings, context: ConnectorContext) -> None:
        if context.egress.production and settings.username is not None and settings.security == "none":
            raise ConfigurationError("settings_invalid", fields={"security": "password_in_clear"})
        self._settings = settings
        self._now = context.now
        self._client = SmtpClient(settings, context)

    def check(self) -> CheckReport:
        """Connect and sign in; nothing is sent."""
        return report_check(self._client.probe)

    def send(self, message: OutgoingMessage) -> Receipt:
        """Send once. The server's acceptance is not the person's reading: ``received`` stays False."""
        email = mapping.to_email(message, domain=self._settings.domain, now=self._now())
        recipient = mapping.recipient_address(message.recipient)
        code = self._client.send(mapping.to_bytes(email, recipient), recipient)
        return Receipt(external_ref=str(email["Message-ID"]), raw_status=code)

    def close(self) -> None:
        """Nothing stays open between two messages."""
