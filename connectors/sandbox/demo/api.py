"""The program interface of the demonstration partner."""

import hashlib
import secrets
from typing import Annotated

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ConfigDict, Field

from connectors.sandbox.access import check_bearer, count_attempt, idempotency_key, read_body, read_counts
from connectors.sandbox.incidents.answers import exposed
from connectors.sandbox.problems import problem
from connectors.sandbox.world import world

blueprint = Blueprint("demo", __name__, url_prefix="/demo")


class DemoRequest(BaseModel):
    """A request: its reference, and whatever else the portal sends."""

    model_config = ConfigDict(extra="allow")

    reference: Annotated[str, Field(min_length=1, max_length=64)]


@blueprint.before_request
def count_submission() -> None:
    """Count a submission as soon as it arrives, before any incident."""
    if request.method == "POST":
        count_attempt(world(), "demo")


@blueprint.post("/requests")
@exposed(submits=True)
def submit() -> ResponseReturnValue:
    """Receive a request: 202, once for its key."""
    if refusal := check_bearer(world().settings.demo_api_key):
        return refusal
    key = idempotency_key()
    if not key:
        return problem(400, "missing_idempotency_key", "Donnez « Idempotency-Key », de 1 à 255 caractères.")
    body = read_body(DemoRequest)
    if isinstance(body, Response):
        return body
    return _register(key, body)


@blueprint.get("/requests")
@exposed()
def find() -> ResponseReturnValue:
    """The requests of one reference of the portal."""
    if refusal := check_bearer(world().settings.demo_api_key):
        return refusal
    rows = world().store.rows(
        "SELECT id, reference FROM demo_request WHERE reference = ? ORDER BY received_at",
        (request.args.get("reference", ""),),
    )
    items = [{"id": row["id"], "reference": row["reference"], "status": "accepted"} for row in rows]
    return jsonify({"items": items})


@blueprint.get("/ping")
@exposed()
def ping() -> ResponseReturnValue:
    """Say that the partner is there and that the key is right."""
    if refusal := check_bearer(world().settings.demo_api_key):
        return refusal
    return jsonify({"contract": "demo/1", "authority": world().settings.authority})


@blueprint.get("/comptes")
def read_totals() -> Response:
    """Tries, keys and records, for the crash tests."""
    return jsonify(read_counts(world(), "demo"))


def _register(key: str, body: DemoRequest) -> ResponseReturnValue:
    text = body.model_dump_json()
    digest = hashlib.sha256(text.encode()).hexdigest()
    with world().store.writing():
        before = world().store.row("SELECT id, digest FROM demo_request WHERE key = ?", (key,))
        if before is not None and before["digest"] != digest:
            return problem(422, "idempotency_key_reused", "Cette clé a déjà servi avec un autre contenu.")
        request_id = before["id"] if before is not None else f"dem_{secrets.token_hex(10)}"
        if before is None:
            world().store.run(
                "INSERT INTO demo_request (id, key, digest, reference, body, received_at) VALUES (?, ?, ?, ?, ?, ?)",
                (request_id, key, digest, body.reference, text, world().now()),
            )
    return jsonify({"id": request_id, "status": "accepted"}), 202
