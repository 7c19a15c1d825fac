"""What can go wrong with a partner, sorted by what the portal must do next."""

from collections.abc import Mapping


class ConnectorError(Exception):
    """Anything a connector may raise. ``code`` is a short stable word for logs and screens, never personal data."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class RetryableError(ConnectorError):
    """Try again later.

    ``retry_after`` is in seconds, when the partner asked for a delay. ``ambiguous`` means that the partner may have
    received the request all the same: resend with the same idempotency key, or look it up first.
    """

    def __init__(self, code: str, *, retry_after: float | None = None, ambiguous: bool = False) -> None:
        super().__init__(code)
        self.retry_after = retry_after
        self.ambiguous = ambiguous


class ProtocolError(RetryableError):
    """The partner answered something its contract does not allow. It has the request, most often."""

    def __init__(self, code: str, *, ambiguous: bool = True) -> None:
        super().__init__(code, ambiguous=ambiguous)


class ConfigurationError(ConnectorError):
    """Nothing will pass until a person corrects the connection: pause it, keep its messages, alert.

    ``fields`` maps the name of each faulty setting to what is wrong with it; it never holds a secret.
    """

    def __init__(self, code: str, *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(code)
        self.fields: dict[str, str] = dict(fields or {})


class PermanentError(ConnectorError):
    """The partner will never accept this message: it becomes a task for an agent."""


class WebhookRefused(ConnectorError):
    """A call that pretends to come from a partner is forged, stale, oversized or unreadable."""
