"""The calls of sms-gateway/1."""

from typing import Any

from pydantic import ValidationError

from connectors.partners.sms.mapping import REFUSALS
from connectors.partners.sms.settings import SmsSettings
from connectors.partners.sms.wire import Accepted, Fault, Message, Pong
from connectors.sdk import ConfigurationError, ConnectorContext, PermanentError, ProtocolError
from connectors.sdk.http import Response, classify, guarded, open_client, read_json


class SmsClient:
    """One method per call. Raises connector errors."""

    def __init__(self, settings: SmsSettings, context: ConnectorContext) -> None:
        self._now = context.now
        self._client = open_client(
            context.egress,
            base_url=settings.base_url,
            headers={"authorization": f"Bearer {settings.api_key.get_secret_value()}"},
            timeout=context.timeouts,
        )

    def ping(self) -> Pong:
        """Without effect: is this the gateway, and is the key good?"""
        return read_json(self._accepted(self._send("GET", "/ping")), Pong)

    def send(self, body: dict[str, Any], idempotency_key: str) -> Accepted:
        """Send, or find again what this key sent."""
        response = self._send("POST", "/messages", json=body, headers={"idempotency-key": idempotency_key})
        return read_json(self._accepted(response), Accepted)

    def get(self, message_id: str) -> Message | None:
        """One message with what became of it; None when the gateway does not know it."""
        response = self._send("GET", f"/messages/{message_id}")
        found = None if response.status_code == 404 else read_json(self._accepted(response), Message)
        if found is not None and found.message_id != message_id:
            raise ProtocolError("answer_unreadable")
        return found

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _send(self, method: str, path: str, **parts: Any) -> Response:
        with guarded():
            return self._client.request(method, path, **parts)

    def _accepted(self, response: Response) -> Response:
        """Return on success. What is refused about the number is named; no credit left stops the connection."""
        if response.status_code == 422 and (word := REFUSALS.get(_fault(response))):
            raise PermanentError(word)
        if response.status_code == 402:
            raise ConfigurationError("credits_exhausted")
        classify(response, now=self._now())
        return response


def _fault(response: Response) -> str:
    try:
        return Fault.model_validate_json(response.content).code
    except ValidationError:
        return ""
