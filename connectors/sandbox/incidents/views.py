"""The incidents page, and the same switches for tests."""

from dataclasses import asdict

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from connectors.sandbox.incidents.board import Choice, UnknownChoice
from connectors.sandbox.incidents.scenarios import PARTNERS
from connectors.sandbox.pages import page
from connectors.sandbox.world import world

blueprint = Blueprint("incidents", __name__)


@blueprint.get("/incidents")
def show_board() -> Response:
    """The page of switches, one form per partner."""
    return _board_page()


@blueprint.get("/incidents.json")
def read_board() -> Response:
    """What each partner does now, for tests."""
    return jsonify({name: asdict(world().board.choice(name)) for name in PARTNERS})


@blueprint.post("/incidents/retablir")
def reset_board() -> ResponseReturnValue:
    """Everybody works again."""
    world().board.reset()
    return redirect(url_for("incidents.show_board", fait="retablir"), 303)


@blueprint.post("/incidents/<partner>")
def choose(partner: str) -> ResponseReturnValue:
    """Change what a partner does: form fields `scenario`, `once`, `delay`, `fail_rate`, all optional."""
    if partner not in PARTNERS:
        return page("bac/message.html", title="Partenaire inconnu", status=404, text="Ce partenaire n’existe pas ici.")
    try:
        chosen = _apply(partner)
    except UnknownChoice as refusal:
        if _wants_json():
            return jsonify({"error": str(refusal)}), 422
        return _board_page(partner=partner, error=str(refusal), status=422)
    if _wants_json():
        return jsonify(asdict(chosen))
    return redirect(url_for("incidents.show_board", fait=partner, _anchor=partner), 303)


def _apply(partner: str) -> Choice:
    board, form = world().board, request.form
    scenario = form.get("scenario") or board.choice(partner).scenario
    chosen = board.choose(
        partner,
        scenario,
        once=form.get("once", "") in {"1", "true", "oui", "on"},
        delay=_number(form.get("delay")),
        fail_rate=_number(form.get("fail_rate")),
    )
    if chosen.scenario in {"rotated_key", "rotated_key_dropped"} and form.get("scenario"):
        world().keys[partner].rotate(keep_old=chosen.scenario == "rotated_key")
    return chosen


def _number(text: str | None) -> float | None:
    if text is None or not text.strip():
        return None
    try:
        return float(text.strip().replace(",", "."))
    except ValueError as error:
        raise UnknownChoice("Saisissez un nombre, par exemple 12 ou 0.1.") from error


def _wants_json() -> bool:
    return request.accept_mimetypes.best_match(("text/html", "application/json")) == "application/json"


def _board_page(*, partner: str = "", error: str = "", status: int = 200) -> Response:
    choices = {name: world().board.choice(name) for name in PARTNERS}
    done = request.args.get("fait", "")
    return page(
        "bac/incidents.html",
        title="Incidents",
        status=status,
        partners=PARTNERS.values(),
        choices=choices,
        wrong=partner,
        error=error,
        done=PARTNERS[done].title if done in PARTNERS else ("tous les partenaires" if done == "retablir" else ""),
    )
