"""The base of a connector's client whose partner knows us by a key: sending, judging the answer, closing."""

from typing import Any

from pydantic import BaseModel, SecretStr, ValidationError

from connectors.sdk.contracts import ConnectorContext
from connectors.sdk.http.classification import classify, guarded
from connectors.sdk.http.client import Response, open_client


class _Problem(BaseModel):
    code: str = ""


class KeyedClient:
    """Subclasses add one method per call of the contract, on :meth:`request` and :meth:`accepted`.

    The key goes in the ``Authorization`` header as a bearer token (RFC 6750 §2.1). May serve several threads.
    """

    def __init__(self, context: ConnectorContext, base_url: str, api_key: SecretStr) -> None:
        self._now = context.now
        self._client = open_client(
            context.egress,
            base_url=base_url,
            headers={"authorization": f"Bearer {api_key.get_secret_value()}"},
            timeout=context.timeouts,
        )

    def request(self, method: str, path: str, *, idempotency_key: str = "", **parts: Any) -> Response:
        """One call, whatever its answer.

        :raises RetryableError: no answer, or not in time.
        """
        headers = {"idempotency-key": idempotency_key} if idempotency_key else {}
        with guarded():
            return self._client.request(method, path, headers=headers, **parts)

    def accepted(self, response: Response) -> Response:
        """The same answer when the partner did what was asked; otherwise raises the connector error it means."""
        classify(response, now=self._now())
        return response

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def problem_code(response: Response) -> str:
    """The ``code`` of a problem document; empty when it says none: it is then a refusal like any other."""
    try:
        return _Problem.model_validate_json(response.content).code
    except ValidationError:
        return ""
