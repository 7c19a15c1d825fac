"""The pages where a person plays the office of the transport network: list, file, moves."""

import json
import re
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from connectors.sandbox.mobility.lifecycle import ACTIONS, LABELS, NEXT, Status
from connectors.sandbox.mobility.records import MoveRefused, find, list_events, move
from connectors.sandbox.notices import list_notices
from connectors.sandbox.pages import page
from connectors.sandbox.store import Row
from connectors.sandbox.world import world

MOST_SHOWN = 50
_EUROS = re.compile(r"(\d{1,4})(?:[.,](\d{2}))?\s*€?")
blueprint = Blueprint("abonnements", __name__, url_prefix="/mobilite/dossiers")


@blueprint.get("")
def list_files() -> Response:
    """The closures, newest first."""
    rows = world().store.rows("SELECT * FROM pass_closure ORDER BY created_at DESC, id LIMIT ?", (MOST_SHOWN,))
    files = [
        {
            "id": row["id"],
            "reference": row["external_ref"],
            "pass_number": row["pass_number"],
            "status": LABELS[Status(row["status"])],
            "at": row["updated_at"],
        }
        for row in rows
    ]
    return page("bac/closures.html", title="Abonnements de transport", files=files)


@blueprint.get("/<closure_id>")
def show_file(closure_id: str) -> Response:
    """One closure: content, events, notifications and moves."""
    row = _find(closure_id)
    return _missing() if row is None else _file_page(row)


@blueprint.post("/<closure_id>")
def move_file(closure_id: str) -> ResponseReturnValue:
    """Move a closure to the state of the button pressed."""
    row = _find(closure_id)
    if row is None:
        return _missing()
    try:
        status = Status(request.form.get("etat", ""))
        move(world(), closure_id, status, _read_details(status))
    except MoveRefused:
        return _file_page(row, error="Cet état ne suit pas l’état actuel du dossier.", status=409)
    except ValueError as fault:
        return _file_page(row, error=str(fault), status=422)
    return redirect(url_for("abonnements.show_file", closure_id=closure_id, fait=status), 303)


def _read_details(status: Status) -> dict[str, Any]:
    """What goes with a state: amount or reason.

    Raises:
        ValueError: a value is missing or cannot be read, told in French.

    """
    if status is Status.REFUNDED:
        amount = _EUROS.fullmatch(request.form.get("montant", "").strip())
        if amount is None:
            raise ValueError("Saisissez le montant remboursé en euros, par exemple 42,50.")
        return {"amount_cents": int(amount[1]) * 100 + int(amount[2] or 0)}
    if status is Status.REFUSED:
        reason = request.form.get("motif", "").strip()[:500]
        if not reason:
            raise ValueError("Saisissez le motif du refus, par exemple « Numéro d’abonnement inconnu ».")
        return {"reason": reason}
    return {}


def _find(closure_id: str) -> Row | None:
    try:
        return find(world(), closure_id)
    except KeyError:
        return None


def _missing() -> Response:
    return page("bac/message.html", title="Dossier introuvable", status=404, text="Ce dossier n’existe pas ou plus.")


def _file_page(row: Row, *, error: str = "", status: int = 200) -> Response:
    current = Status(row["status"])
    done = request.args.get("fait", "")
    return page(
        "bac/closure.html",
        title=f"Abonnement {row['pass_number']}",
        status=status,
        file=row,
        state=LABELS[current],
        body=json.dumps(json.loads(row["body"]), ensure_ascii=False, indent=2),
        events=[
            {"at": event["occurred_at"], "label": LABELS[Status(event["status"])], "details": event["details"]}
            for event in list_events(world(), row["id"])
        ],
        callbacks=list_notices(world(), row["id"]),
        moves=[(state, ACTIONS[state]) for state in NEXT[current]],
        done=LABELS[Status(done)] if done in LABELS else "",
        typed=request.form,
        error=error,
    )
