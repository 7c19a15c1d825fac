"""Sign-in runs on the same guarded transport."""

from typing import Any
from urllib.parse import parse_qs

import pytest
from authlib.integrations.httpx_client import OAuth2Client

from connectors.sdk import ConfigurationError, EgressPolicy, RetryableError, Timeouts
from connectors.sdk.http import SafeTransport, guarded
from tests.connectors.fake_http import Answer, FakeHttpServer, Received, json_answer


def provider(request: Received) -> Answer:
    if request.path == "/token":
        form = parse_qs(request.body.decode())
        good = form["client_secret"] == ["test-only-secret"] and form["code"] == ["abc"]
        token = {"access_token": "at-1", "token_type": "Bearer", "expires_in": 600}
        return json_answer(200, token) if good else json_answer(400, {"error": "invalid_grant"})
    return json_answer(200, {"authorization": request.headers.get("authorization")})


def client_on(policy: EgressPolicy, **options: Any) -> OAuth2Client:
    return OAuth2Client(
        client_id="parvis",
        client_secret="test-only-secret",
        token_endpoint_auth_method="client_secret_post",
        transport=SafeTransport(policy, **options),
        trust_env=False,
    )


def test_code_is_exchanged_and_token_used(server: FakeHttpServer) -> None:
    server.respond = provider
    with client_on(EgressPolicy([server.address])) as client, guarded():
        token = client.fetch_token(f"{server.url}/token", grant_type="authorization_code", code="abc")
        answer = client.get(f"{server.url}/userinfo")
    assert token["access_token"] == "at-1"
    assert answer.json() == {"authorization": "Bearer at-1"}


def test_provider_on_a_forbidden_address_is_refused(server: FakeHttpServer) -> None:
    with client_on(EgressPolicy()) as client, pytest.raises(ConfigurationError) as caught, guarded():
        client.fetch_token(f"{server.url}/token", grant_type="authorization_code", code="abc")
    assert caught.value.code == "egress_address_refused"
    assert server.requests == []


def test_slow_provider_is_given_up(server: FakeHttpServer) -> None:
    server.respond = lambda _request: Answer(delay=2.0)
    limits = Timeouts(connect=0.5, read=0.2, total=0.5)
    client = client_on(EgressPolicy([server.address]), timeouts=limits)
    with client, pytest.raises(RetryableError) as caught, guarded():
        client.fetch_token(f"{server.url}/token", grant_type="authorization_code", code="abc")
    assert caught.value.ambiguous
