"""The pages where a person plays the school office: list, file, moves, automatic mode."""

import json
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from connectors.sandbox.notices import list_notices
from connectors.sandbox.pages import page
from connectors.sandbox.schools.follow_ups import list_complements
from connectors.sandbox.schools.lifecycle import ACTIONS, LABELS, MISSING_PIECES, SCHOOLS, Status
from connectors.sandbox.schools.records import MoveRefused, certificate, is_departure, move, next_states
from connectors.sandbox.store import Row
from connectors.sandbox.world import world

PER_PAGE = 25
MAX_AUTO_SECONDS = 86_400
blueprint = Blueprint("dossiers", __name__, url_prefix="/ecoles/dossiers")


@blueprint.get("")
def list_files() -> Response:
    """The enrolments, newest first, and the automatic mode."""
    return _list_page()


@blueprint.post("/automatique")
def set_automatic() -> ResponseReturnValue:
    """Choose after how many seconds an enrolment is accepted by itself; 0 = never."""
    text = request.form.get("secondes", "").strip()
    if not text.isdigit() or int(text) > MAX_AUTO_SECONDS:
        return _list_page(error="Saisissez un nombre entier de secondes entre 0 et 86400, par exemple 20.", status=422)
    world().store.set_preference("auto_seconds", text)
    world().work_waits.set()
    return redirect(url_for("dossiers.list_files", fait="automatique"), 303)


@blueprint.get("/<enrolment_id>")
def show_file(enrolment_id: str) -> Response:
    """One enrolment: content, events, callbacks and moves."""
    row = _find(enrolment_id)
    return _missing() if row is None else _file_page(row)


@blueprint.post("/<enrolment_id>")
def move_file(enrolment_id: str) -> ResponseReturnValue:
    """Move an enrolment to the state of the button pressed."""
    row = _find(enrolment_id)
    if row is None:
        return _missing()
    try:
        status = Status(request.form.get("etat", ""))
        details = _read_details(status)
        move(world(), enrolment_id, status, details)
    except MoveRefused:
        return _file_page(row, error="Cet état ne suit pas l’état actuel du dossier.", status=409)
    except ValueError as fault:
        return _file_page(row, error=str(fault), status=422)
    return redirect(url_for("dossiers.show_file", enrolment_id=enrolment_id, fait=status), 303)


def _read_details(status: Status) -> dict[str, Any]:
    """What goes with a state: school, missing pieces or reason.

    Raises:
        ValueError: a value is missing or unknown, told in French.

    """
    if status is Status.ASSIGNED:
        uai = request.form.get("ecole", "")
        if uai not in {school.uai for school in SCHOOLS}:
            raise ValueError("Choisissez l’école attribuée dans la liste.")
        return {"school_uai": uai}
    if status is Status.INCOMPLETE:
        missing = [piece for piece in request.form.getlist("piece") if piece in MISSING_PIECES]
        if not missing:
            raise ValueError("Cochez au moins une pièce à demander.")
        return {"missing": missing}
    if status is Status.REFUSED:
        reason = request.form.get("motif", "").strip()[:500]
        if not reason:
            raise ValueError("Saisissez le motif du refus, par exemple « Adresse hors de la commune ».")
        return {"reason": reason}
    return certificate(status)


def _find(enrolment_id: str) -> Row | None:
    return world().store.row("SELECT * FROM enrolment WHERE id = ?", (enrolment_id,))


def _missing() -> Response:
    return page("bac/message.html", title="Dossier introuvable", status=404, text="Ce dossier n’existe pas ou plus.")


def _list_page(*, error: str = "", status: int = 200) -> Response:
    number = max(1, request.args.get("page", 1, type=int))
    rows = world().store.rows(
        "SELECT * FROM enrolment ORDER BY created_at DESC, id LIMIT ? OFFSET ?", (PER_PAGE + 1, (number - 1) * PER_PAGE)
    )
    files = [
        {
            "id": row["id"],
            "reference": row["external_ref"],
            "child": _child(row),
            "status": LABELS[Status(row["status"])],
            "at": row["updated_at"],
        }
        for row in rows[:PER_PAGE]
    ]
    return page(
        "bac/files.html",
        title="Dossiers des écoles" + (f", page {number}" if number > 1 else ""),
        status=status,
        files=files,
        number=number,
        more=len(rows) > PER_PAGE,
        auto_seconds=request.form.get("secondes", world().store.preference("auto_seconds", "0")),
        done=request.args.get("fait", ""),
        error=error,
    )


def _file_page(row: Row, *, error: str = "", status: int = 200) -> Response:
    events = world().store.rows("SELECT * FROM enrolment_event WHERE enrolment_id = ? ORDER BY position", (row["id"],))
    current = Status(row["status"])
    done = request.args.get("fait", "")
    return page(
        "bac/file.html",
        title=f"Dossier {row['external_ref']}",
        status=status,
        file=row,
        child=_child(row),
        departure=is_departure(row),
        state=LABELS[current],
        body=json.dumps(json.loads(row["body"]), ensure_ascii=False, indent=2),
        events=[
            {"at": e["occurred_at"], "label": LABELS[Status(e["status"])], "details": e["details"]} for e in events
        ],
        answers=[(one["received_at"], json.loads(one["body"])["text"]) for one in list_complements(world(), row["id"])],
        callbacks=list_notices(world(), row["id"]),
        moves=[(state, ACTIONS[state]) for state in next_states(row)],
        schools=SCHOOLS,
        pieces=MISSING_PIECES,
        done=LABELS[Status(done)] if done in LABELS else "",
        typed=request.form,
        error=error,
    )


def _child(row: Row) -> str:
    child = json.loads(row["body"])["child"]
    return f"{child['first_names'][0]} {child['birth_name']}"
