"""Opens a client on the guarded transport."""

import logging
from collections.abc import Mapping

import httpx2

from connectors.sdk.egress import EgressPolicy
from connectors.sdk.http.transport import SafeTransport
from connectors.sdk.values import DEFAULT_TIMEOUTS, Timeouts

# The library tells each address at level INFO, and the address of a question about a person holds their name.
logging.getLogger("httpx2").setLevel(logging.WARNING)

Client = httpx2.Client
Response = httpx2.Response

_HEADERS = {"accept": "application/json", "user-agent": "Parvis"}


def open_client(
    policy: EgressPolicy,
    *,
    base_url: str = "",
    headers: Mapping[str, str] | None = None,
    timeout: Timeouts = DEFAULT_TIMEOUTS,
) -> Client:
    """A client that follows no redirect and hears no proxy variable. Close it when done. May serve several threads."""
    return httpx2.Client(
        base_url=base_url,
        headers={**_HEADERS, **(headers or {})},
        transport=SafeTransport(policy, timeouts=timeout),
        follow_redirects=False,
        trust_env=False,
    )
