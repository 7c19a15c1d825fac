"""The calls of the demonstration partner."""

from typing import Any

from connectors.partners.demo.mapping import Pong, Record, RecordList
from connectors.partners.demo.settings import DemoSettings
from connectors.sdk import ConnectorContext
from connectors.sdk.http import Response, classify, guarded, open_client, read_json


class DemoClient:
    """One method per call. Raises connector errors."""

    def __init__(self, settings: DemoSettings, context: ConnectorContext) -> None:
        self._now = context.now
        self._client = open_client(
            context.egress,
            base_url=settings.base_url,
            headers={"authorization": f"Bearer {settings.api_key.get_secret_value()}"},
            timeout=context.timeouts,
        )

    def ping(self) -> Pong:
        """Without effect: is the key good?"""
        return read_json(self._send("GET", "/ping"), Pong)

    def create(self, body: dict[str, Any], idempotency_key: str) -> Record:
        """Create, or find again what this key created."""
        headers = {"idempotency-key": idempotency_key}
        return read_json(self._send("POST", "/requests", json=body, headers=headers), Record)

    def find(self, reference: str) -> list[Record]:
        """Requests that bear our reference, checked here as well."""
        found = read_json(self._send("GET", "/requests", params={"reference": reference}), RecordList).items
        return [record for record in found if record.reference == reference]

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _send(self, method: str, path: str, **parts: Any) -> Response:
        with guarded():
            response = self._client.request(method, path, **parts)
        classify(response, now=self._now())
        return response
