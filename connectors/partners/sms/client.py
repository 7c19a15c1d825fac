"""The calls of sms-gateway/1."""

from typing import Any

from connectors.partners.sms.mapping import REFUSALS
from connectors.partners.sms.settings import SmsSettings
from connectors.partners.sms.wire import Accepted, Message, Pong
from connectors.sdk import ConfigurationError, ConnectorContext, PermanentError, ProtocolError
from connectors.sdk.http import KeyedClient, Response, problem_code, read_json


class SmsClient(KeyedClient):
    """One method per call. Raises connector errors."""

    def __init__(self, settings: SmsSettings, context: ConnectorContext) -> None:
        super().__init__(context, settings.base_url, settings.api_key)

    def ping(self) -> Pong:
        """Without effect: is this the gateway, and is the key good?"""
        return read_json(self.accepted(self.request("GET", "/ping")), Pong)

    def send(self, body: dict[str, Any], idempotency_key: str) -> Accepted:
        """Send, or find again what this key sent."""
        response = self.request("POST", "/messages", json=body, idempotency_key=idempotency_key)
        return read_json(self.accepted(response), Accepted)

    def get(self, message_id: str) -> Message | None:
        """One message with what became of it; None when the gateway does not know it."""
        response = self.request("GET", f"/messages/{message_id}")
        found = None if response.status_code == 404 else read_json(self.accepted(response), Message)
        if found is not None and found.message_id != message_id:
            raise ProtocolError("answer_unreadable")
        return found

    def accepted(self, response: Response) -> Response:
        """Return on success. What is refused about the number is named; no credit left stops the connection."""
        if response.status_code == 422 and (word := REFUSALS.get(problem_code(response))):
            raise PermanentError(word)
        if response.status_code == 402:
            raise ConfigurationError("credits_exhausted")
        return super().accepted(response)
