"""The program interface of the season passes, contract mobility-pass/1."""

from collections.abc import Callable

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from connectors.sandbox.access import check_bearer, count_attempt, idempotency_key, read_body, read_counts
from connectors.sandbox.incidents.answers import exposed
from connectors.sandbox.mobility.bodies import Amendment, Closure, Withdrawal
from connectors.sandbox.mobility.records import (
    AlreadyOpen,
    KeyReused,
    Settled,
    amend,
    describe,
    find,
    register,
    withdraw,
)
from connectors.sandbox.problems import problem
from connectors.sandbox.store import Row
from connectors.sandbox.world import world

CONTRACT = "mobility-pass/1"
OPERATOR = "trans-iselle"
blueprint = Blueprint("mobilite", __name__, url_prefix="/mobilite")


@blueprint.before_request
def count_submission() -> None:
    """Count a submission as soon as it arrives, before any incident."""
    if request.method == "POST" and request.endpoint == "mobilite.submit":
        count_attempt(world(), "mobilite")


@blueprint.get("/ping")
@exposed()
def ping() -> ResponseReturnValue:
    """Say which contract is spoken and by whom; asks for the key, so that it checks it too."""
    return _refusal() or jsonify({"contract": CONTRACT, "operator": OPERATOR})


@blueprint.post("/closures")
@exposed(submits=True)
def submit() -> ResponseReturnValue:
    """Receive a closure: 202, once for its key; 409 when the pass is being closed already; 422, 401."""

    def act(key: str) -> ResponseReturnValue:
        body = read_body(Closure)
        return body if isinstance(body, Response) else _kept(register(world(), key, body), 202)

    return _with_key(act)


@blueprint.post("/closures/<closure_id>/amendments")
@exposed(submits=True)
def correct(closure_id: str) -> ResponseReturnValue:
    """Receive a correction: 200, once for its key; 409 once the pass is closed."""

    def act(key: str) -> ResponseReturnValue:
        body = read_body(Amendment)
        return body if isinstance(body, Response) else _kept(amend(world(), closure_id, key, body))

    return _with_key(act)


@blueprint.post("/closures/<closure_id>/withdrawal")
@exposed(submits=True)
def take_back(closure_id: str) -> ResponseReturnValue:
    """Stop a closure that the person gave up: 200, again and again; 409 once the pass is closed."""

    def act(_key: str) -> ResponseReturnValue:
        body = read_body(Withdrawal)
        return body if isinstance(body, Response) else _kept(withdraw(world(), closure_id))

    return _with_key(act)


@blueprint.get("/closures/<closure_id>")
@exposed()
def read_one(closure_id: str) -> ResponseReturnValue:
    """One closure and its events."""
    if refusal := _refusal():
        return refusal
    try:
        return jsonify(describe(world(), find(world(), closure_id)))
    except KeyError:
        return _unknown()


@blueprint.get("/closures")
@exposed()
def find_all() -> ResponseReturnValue:
    """The closures of one reference of the portal."""
    if refusal := _refusal():
        return refusal
    reference = request.args.get("external_ref", "")
    if not reference:
        return problem(400, "missing_parameter", "Donnez « external_ref ».")
    rows = world().store.rows("SELECT * FROM pass_closure WHERE external_ref = ? ORDER BY created_at", (reference,))
    return jsonify({"items": [describe(world(), row) for row in rows]})


@blueprint.get("/contrat.json")
def read_contract() -> Response:
    """The JSON Schema of a closure, for whoever writes to this interface."""
    return jsonify(Closure.model_json_schema())


@blueprint.get("/comptes")
def read_totals() -> Response:
    """Tries, keys and records, for the crash tests."""
    return jsonify(read_counts(world(), "mobilite"))


def _refusal() -> Response | None:
    """None when the caller shows the right key; a trial begun before there were passes has none, and refuses all."""
    expected = world().settings.mobility_api_key
    return check_bearer(expected) if expected else problem(401, "unauthorized", "Cette simulation n’a pas de clé.")


def _with_key(act: Callable[[str], ResponseReturnValue]) -> ResponseReturnValue:
    """Act with the caller's idempotency key once the access key is right; refusals are told in the contract's words."""
    if refusal := _refusal():
        return refusal
    key = idempotency_key()
    if not key:
        return problem(400, "missing_idempotency_key", "Donnez « Idempotency-Key », de 1 à 255 caractères.")
    try:
        return act(key)
    except KeyReused:
        return problem(422, "idempotency_key_reused", "Cette clé a déjà servi avec un autre contenu.")
    except AlreadyOpen:
        return problem(409, "closure_already_open", "Cet abonnement a déjà un dossier ouvert.")
    except Settled:
        return problem(409, "closure_settled", "L’abonnement est déjà clos, ou le dossier refusé.")
    except KeyError:
        return _unknown()


def _kept(row: Row, status: int = 200) -> ResponseReturnValue:
    return jsonify({"closure_id": row["id"], "status": row["status"]}), status


def _unknown() -> Response:
    return problem(404, "not_found", "Ce dossier n’existe pas.")
