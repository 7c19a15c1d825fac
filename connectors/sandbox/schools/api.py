"""The program interface of the school software, contract school-enrolment/1."""

from collections.abc import Callable
from dataclasses import asdict
from typing import TypeVar

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from connectors.sandbox.access import check_bearer, count_attempt, idempotency_key, read_body, read_counts
from connectors.sandbox.incidents.answers import exposed
from connectors.sandbox.problems import problem
from connectors.sandbox.schools.bodies import Amendment, Cancellation, Complement, Deregistration, Enrolment, Part
from connectors.sandbox.schools.follow_ups import Added, EnrolmentEnded, OtherKind, amend, cancel, complete
from connectors.sandbox.schools.lifecycle import SCHOOLS
from connectors.sandbox.schools.records import DuplicateChild, KeyReused, describe, register
from connectors.sandbox.world import World, world

CONTRACT = "school-enrolment/1"
Followed = TypeVar("Followed", bound=Part)
blueprint = Blueprint("ecoles", __name__, url_prefix="/ecoles")


@blueprint.before_request
def count_submission() -> None:
    """Count a submission as soon as it arrives, before any incident."""
    if request.method == "POST" and request.endpoint in {"ecoles.submit", "ecoles.deregister"}:
        count_attempt(world(), "ecoles")


@blueprint.post("/enrolments")
@exposed(submits=True)
def submit() -> ResponseReturnValue:
    """Receive an enrolment: 202, once for its key; 409 when the child already has one this year; 422, 401."""
    return _with_key(lambda key: _submit(key, Enrolment))


@blueprint.post("/deregistrations")
@exposed(submits=True)
def deregister() -> ResponseReturnValue:
    """Receive a departure, answered by a certificate: 202, once for its key; 409, 422 and 401 as above."""
    return _with_key(lambda key: _submit(key, Deregistration))


@blueprint.post("/enrolments/<enrolment_id>/amendments")
@exposed(submits=True)
def correct(enrolment_id: str) -> ResponseReturnValue:
    """Receive a correction: 200, once for its key; an older one changes nothing; 409 once the file has ended."""
    return _with_key(lambda key: _follow(enrolment_id, key, Amendment, amend, 200))


@blueprint.post("/enrolments/<enrolment_id>/cancellation")
@exposed(submits=True)
def stop(enrolment_id: str) -> ResponseReturnValue:
    """Stop an enrolment that the family gave up: 200, again and again; 409 once it is decided."""
    return _with_key(lambda key: _follow(enrolment_id, key, Cancellation, cancel, 200))


@blueprint.post("/enrolments/<enrolment_id>/complements")
@exposed(submits=True)
def add(enrolment_id: str) -> ResponseReturnValue:
    """Receive the family's answer: 202, once for its key; 409 once the enrolment has ended."""
    return _with_key(lambda key: _follow(enrolment_id, key, Complement, complete, 202))


@blueprint.get("/enrolments/<enrolment_id>")
@exposed()
def read_one(enrolment_id: str) -> ResponseReturnValue:
    """One enrolment and its events."""
    if refusal := check_bearer(world().settings.school_api_key):
        return refusal
    row = world().store.row("SELECT * FROM enrolment WHERE id = ?", (enrolment_id,))
    if row is None:
        return problem(404, "not_found", "Ce dossier n’existe pas.")
    return jsonify(describe(world(), row))


@blueprint.get("/enrolments")
@exposed()
def find() -> ResponseReturnValue:
    """The enrolments of one reference of the portal."""
    if refusal := check_bearer(world().settings.school_api_key):
        return refusal
    reference = request.args.get("external_ref", "")
    if not reference:
        return problem(400, "missing_parameter", "Donnez « external_ref ».")
    rows = world().store.rows("SELECT * FROM enrolment WHERE external_ref = ? ORDER BY created_at", (reference,))
    return jsonify({"items": [describe(world(), row) for row in rows]})


@blueprint.get("/ping")
@exposed()
def ping() -> ResponseReturnValue:
    """Say which contract is spoken and for whom; asks for the key, so that it checks it too."""
    if refusal := check_bearer(world().settings.school_api_key):
        return refusal
    return jsonify({"contract": CONTRACT, "authority": world().settings.authority})


@blueprint.get("/schools")
@exposed()
def list_schools() -> ResponseReturnValue:
    """The schools, all or those of one commune (`citycode`)."""
    if refusal := check_bearer(world().settings.school_api_key):
        return refusal
    citycode = request.args.get("citycode")
    return jsonify({"items": [asdict(school) for school in SCHOOLS if citycode in {None, school.citycode}]})


@blueprint.get("/contrat.json")
def read_contract() -> Response:
    """The JSON Schema of an enrolment, for whoever writes to this interface."""
    return jsonify(Enrolment.model_json_schema())


@blueprint.get("/comptes")
def read_totals() -> Response:
    """Tries, keys and records, for the crash tests."""
    return jsonify(read_counts(world(), "ecoles"))


def _with_key(action: Callable[[str], ResponseReturnValue]) -> ResponseReturnValue:
    """Act with the caller's idempotency key once the access key is right."""
    if refusal := check_bearer(world().settings.school_api_key):
        return refusal
    key = idempotency_key()
    if not key:
        return problem(400, "missing_idempotency_key", "Donnez « Idempotency-Key », de 1 à 255 caractères.")
    return action(key)


def _submit(key: str, model: type[Enrolment] | type[Deregistration]) -> ResponseReturnValue:
    body: Enrolment | Deregistration | Response = read_body(model)
    if isinstance(body, Response):
        return body
    try:
        received = register(world(), key, body)
    except KeyReused:
        return problem(422, "idempotency_key_reused", "Cette clé a déjà servi avec un autre contenu.")
    except DuplicateChild as twin:
        return problem(
            409,
            "duplicate_child_year",
            "Cet enfant a déjà un dossier pour cette année scolaire.",
            enrolment_id=twin.enrolment_id,
        )
    return jsonify(asdict(received)), 202


def _follow(
    enrolment_id: str,
    key: str,
    model: type[Followed],
    act: Callable[[World, str, str, Followed], Added],
    status: int,
) -> ResponseReturnValue:
    body = read_body(model)
    if isinstance(body, Response):
        return body
    try:
        added = act(world(), enrolment_id, key, body)
    except KeyError:
        return problem(404, "not_found", "Ce dossier n’existe pas.")
    except KeyReused:
        return problem(422, "idempotency_key_reused", "Cette clé a déjà servi avec un autre contenu.")
    except OtherKind:
        return problem(422, "other_kind", "Cette correction n’est pas de la nature du dossier.")
    except EnrolmentEnded:
        return problem(409, "enrolment_ended", "Ce dossier est terminé.")
    return jsonify(added.told()), status
