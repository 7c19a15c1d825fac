"""What every simulated program interface asks of a caller: a key, an idempotency key, a body that fits."""

import hmac
from typing import TypeVar

from flask import Response, request
from pydantic import BaseModel, ValidationError

from connectors.sandbox.problems import problem
from connectors.sandbox.world import World

MAX_KEY = 255
Model = TypeVar("Model", bound=BaseModel)


def check_bearer(expected: str) -> Response | None:
    """None when the caller shows the right key; the 401 to answer otherwise."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and hmac.compare_digest(given.encode(), expected.encode()):
        return None
    refusal = problem(401, "unauthorized", "Clé d’accès absente ou inconnue.")
    refusal.headers["WWW-Authenticate"] = "Bearer"
    return refusal


def idempotency_key() -> str:
    """The caller's Idempotency-Key, empty when absent or too long."""
    key = request.headers.get("Idempotency-Key", "").strip()
    return key if len(key) <= MAX_KEY else ""


def count_attempt(world: World, partner: str) -> None:
    """Remember that this key was tried once more, whatever becomes of the call."""
    if key := idempotency_key():
        world.store.run(
            "INSERT INTO attempt (partner, key, tries) VALUES (?, ?, 1)"
            " ON CONFLICT (partner, key) DO UPDATE SET tries = tries + 1",
            (partner, key),
        )


def read_body(model: type[Model]) -> Model | Response:
    """The body as the model wants it, or the 422 that lists what does not fit, without repeating the values."""
    if request.mimetype != "application/json":
        return problem(415, "unsupported_media_type", "Le corps doit être du JSON (application/json).")
    try:
        return model.model_validate_json(request.get_data(), strict=True)
    except ValidationError as error:
        faults = [
            {"pointer": "/" + "/".join(str(step) for step in fault["loc"]), "detail": fault["msg"]}
            for fault in error.errors(include_url=False, include_input=False, include_context=False)
        ]
        return problem(422, "invalid_body", "Le contenu ne suit pas le contrat.", errors=faults)


def read_counts(world: World, partner: str) -> dict[str, int]:
    """What the crash tests ask: tries and keys that arrived, records kept, and the worst key and reference."""
    queries = {
        "attempts": "SELECT SUM(tries) FROM attempt WHERE partner = ?",
        "keys": "SELECT COUNT(*) FROM attempt WHERE partner = ?",
        "max_attempts_per_key": "SELECT MAX(tries) FROM attempt WHERE partner = ?",
        "records": "SELECT COUNT(*) FROM record WHERE partner = ?",
        "max_records_per_key": "SELECT COUNT(*) FROM record WHERE partner = ? GROUP BY key ORDER BY 1 DESC LIMIT 1",
        "references": "SELECT COUNT(DISTINCT reference) FROM record WHERE partner = ?",
        "max_records_per_reference": (
            "SELECT COUNT(*) FROM record WHERE partner = ? GROUP BY reference ORDER BY 1 DESC LIMIT 1"
        ),
    }
    rows = {name: world.store.row(query, (partner,)) for name, query in queries.items()}
    return {name: 0 if row is None else int(row[0] or 0) for name, row in rows.items()}
