"""Hands requests over to the demonstration partner."""

from connectors.partners.demo import mapping
from connectors.partners.demo.client import DemoClient
from connectors.partners.demo.settings import DemoSettings
from connectors.sdk import CheckReport, ConnectorContext, Receipt, SubmitCommand, load_manifest, report_check


class DemoConnector:
    """Submits."""

    manifest = load_manifest("connectors.partners.demo")

    def __init__(self, settings: DemoSettings, context: ConnectorContext) -> None:
        self._client = DemoClient(settings, context)

    def check(self) -> CheckReport:
        """Ping the partner."""
        return report_check(self._client.ping)

    def submit(self, command: SubmitCommand) -> Receipt:
        """Create the request, declared concepts only."""
        body = mapping.to_body(command, self.manifest.keep_declared(command.payload))
        return mapping.to_receipt(self._client.create(body, command.idempotency_key))

    def find_submission(self, reference: str, idempotency_key: str) -> Receipt | None:
        """Look the request up by our reference: the partner does not search by key."""
        del idempotency_key
        found = self._client.find(reference)
        return mapping.to_receipt(found[0]) if found else None

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
