"""The demonstration partner."""

import secrets

import httpx2
import pytest

from tests.connectors.sandbox.support import Program

KEY = {"Authorization": "Bearer cle-demo"}


def submit(visitor: httpx2.Client, reference: str, key: str | None = None) -> httpx2.Response:
    headers = {**KEY, "Idempotency-Key": key or reference}
    return visitor.post("/demo/requests", json={"reference": reference, "payload": {"a": 1}}, headers=headers)


@pytest.fixture
def reference() -> str:
    return f"VSI-{secrets.token_hex(4)}"


def test_a_request_is_accepted_once_for_its_key(visitor: httpx2.Client, reference: str) -> None:
    first, second = submit(visitor, reference), submit(visitor, reference)
    assert (first.status_code, first.json()["status"]) == (202, "accepted")
    assert first.json() == second.json()
    found = visitor.get("/demo/requests", params={"reference": reference}, headers=KEY).json()
    assert found == {"items": [{"id": first.json()["id"], "reference": reference, "status": "accepted"}]}
    refused = submit(visitor, "VSI-AUTRE", key=reference)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")


def test_key_body_and_idempotency_key_are_asked(visitor: httpx2.Client, reference: str) -> None:
    assert visitor.get("/demo/ping").status_code == 401
    assert visitor.get("/demo/ping", headers=KEY).json()["contract"] == "demo/1"
    assert visitor.post("/demo/requests", json={"reference": reference}, headers=KEY).status_code == 400
    wrong = visitor.post("/demo/requests", json={"sans": "référence"}, headers={**KEY, "Idempotency-Key": reference})
    assert wrong.status_code == 422


@pytest.mark.parametrize(("scenario", "status"), [("down", 503), ("rate_limited", 429), ("refuse", 422)])
def test_incidents(bac: Program, visitor: httpx2.Client, reference: str, scenario: str, status: int) -> None:
    bac.incident("demo", scenario)
    assert submit(visitor, reference).status_code == status
    bac.reset()
    assert visitor.get("/demo/requests", params={"reference": reference}, headers=KEY).json() == {"items": []}


def test_recorded_then_cut(bac: Program, visitor: httpx2.Client, reference: str) -> None:
    before = visitor.get("/demo/comptes").json()
    bac.incident("demo", "commit_then_drop", once=1)
    with pytest.raises(httpx2.TransportError):
        submit(visitor, reference)
    assert submit(visitor, reference).status_code == 202
    after = visitor.get("/demo/comptes").json()
    assert after["attempts"] - before["attempts"] == 2
    assert after["records"] - before["records"] == 1
