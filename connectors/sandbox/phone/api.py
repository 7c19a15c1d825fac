"""The program interface of the SMS operator, contract sms-gateway/1."""

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from connectors.sandbox.access import check_bearer, count_attempt, idempotency_key, read_body, read_counts
from connectors.sandbox.incidents.answers import exposed
from connectors.sandbox.incidents.scenarios import Stage
from connectors.sandbox.phone.messages import PARTNER, KeyReused, Outgoing, describe, keep_message
from connectors.sandbox.problems import problem
from connectors.sandbox.world import world

CONTRACT = "sms-gateway/1"
blueprint = Blueprint(PARTNER, __name__, url_prefix="/sms")
REFUSALS = {
    "invalid_number": (422, "invalid_number", "Ce numéro n’existe pas."),
    "blocked": (422, "blocked", "Ce numéro refuse les SMS de ce service."),
    "no_credit": (402, "no_credit", "Le compte n’a plus de crédit."),
}


@blueprint.before_request
def count_submission() -> None:
    """Count a message as soon as it arrives, before any incident."""
    if request.method == "POST":
        count_attempt(world(), PARTNER)


@blueprint.get("/ping")
@exposed()
def ping() -> ResponseReturnValue:
    """Say which contract is spoken; asks for the key, so that it checks it too."""
    return _refusal() or jsonify({"contract": CONTRACT})


@blueprint.post("/messages")
@exposed(submits=True)
def send() -> ResponseReturnValue:
    """Receive a message: 202, once for its key."""
    if refusal := _refusal():
        return refusal
    key = idempotency_key()
    if not key:
        return problem(400, "missing_idempotency_key", "Donnez « Idempotency-Key », de 1 à 255 caractères.")
    body = read_body(Outgoing)
    if isinstance(body, Response):
        return body
    if chosen := REFUSALS.get(world().board.take(PARTNER, Stage.NUMBER)):
        return problem(*chosen)
    try:
        kept = keep_message(world(), key, body)
    except KeyReused:
        return problem(422, "idempotency_key_reused", "Cette clé a déjà servi avec un autre contenu.")
    return jsonify({"message_id": kept["id"], "status": "accepted", "segments": kept["segments"]}), 202


@blueprint.get("/messages/<message_id>")
@exposed()
def read(message_id: str) -> ResponseReturnValue:
    """One message with what became of it."""
    if refusal := _refusal():
        return refusal
    found = describe(world(), message_id)
    return jsonify(found) if found is not None else problem(404, "unknown", "Ce message n’existe pas ici.")


@blueprint.get("/comptes")
def read_totals() -> Response:
    """Tries, keys and records, for the crash tests."""
    return jsonify(read_counts(world(), PARTNER))


def _refusal() -> Response | None:
    key = world().settings.sms_api_key
    return check_bearer(key) if key else problem(401, "unauthorized", "Aucune clé n’est réglée pour les SMS.")
