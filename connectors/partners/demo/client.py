"""The calls of the demonstration partner."""

from typing import Any

from connectors.partners.demo.mapping import Pong, Record, RecordList
from connectors.partners.demo.settings import DemoSettings
from connectors.sdk import ConnectorContext
from connectors.sdk.http import KeyedClient, Response, read_json


class DemoClient(KeyedClient):
    """One method per call. Raises connector errors."""

    def __init__(self, settings: DemoSettings, context: ConnectorContext) -> None:
        super().__init__(context, settings.base_url, settings.api_key)

    def ping(self) -> Pong:
        """Without effect: is the key good?"""
        return read_json(self._call("GET", "/ping"), Pong)

    def create(self, body: dict[str, Any], idempotency_key: str) -> Record:
        """Create, or find again what this key created."""
        return read_json(self._call("POST", "/requests", json=body, idempotency_key=idempotency_key), Record)

    def find(self, reference: str) -> list[Record]:
        """Requests that bear our reference, checked here as well."""
        found = read_json(self._call("GET", "/requests", params={"reference": reference}), RecordList).items
        return [record for record in found if record.reference == reference]

    def _call(self, method: str, path: str, **parts: Any) -> Response:
        return self.accepted(self.request(method, path, **parts))
