"""The one door to HTTP: a guarded client, and what its answers mean. Nothing else imports the HTTP library."""

from connectors.sdk.egress import EgressPolicy, resolve_checked
from connectors.sdk.http.classification import classify, guarded, parse_retry_after, read_json
from connectors.sdk.http.client import Client, Response, open_client
from connectors.sdk.http.keyed import KeyedClient, problem_code
from connectors.sdk.http.transport import MAX_BODY, SafeTransport
from connectors.sdk.values import DEFAULT_TIMEOUTS, Timeouts

__all__ = [
    "DEFAULT_TIMEOUTS",
    "MAX_BODY",
    "Client",
    "EgressPolicy",
    "KeyedClient",
    "Response",
    "SafeTransport",
    "Timeouts",
    "classify",
    "guarded",
    "open_client",
    "parse_retry_after",
    "problem_code",
    "read_json",
    "resolve_checked",
]
