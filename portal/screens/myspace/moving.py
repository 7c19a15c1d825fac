"""Answering what the department proposes: the same pages with an account or with the code of the request."""

from typing import Any

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.catalogue.service import Transition
from portal.casework.requests import service as requests
from portal.casework.requests.service import RequestView, Said
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.ground.web import page, reading_language, undo, unit
from portal.ground.web.access import public, resident_only
from portal.ground.web.sent import key_sent
from portal.screens.myspace.blueprint import blueprint
from portal.screens.myspace.door import Door, code_door, own_door, to_code


@blueprint.get("/demandes/<reference>/suite/<move>")
@resident_only
def confirm_move(reference: str, move: str) -> Response:
    """Say what the move does before it is made; one that is not to be made any more leads back to the request."""
    return _confirm(own_door(reference), move)


@blueprint.post("/demandes/<reference>/suite/<move>")
@resident_only
def make_move(reference: str, move: str) -> Response:
    """Make it. When the request has moved meanwhile, nothing is done and what was typed is shown again."""
    return _make(own_door(reference), move)


@blueprint.get("/suivre/<reference>/suite/<move>")
@public
def confirm_followed_move(reference: str, move: str) -> Response:
    """The same, for whoever has shown the code."""
    door = code_door(reference)
    return to_code(reference) if door is None else _confirm(door, move)


@blueprint.post("/suivre/<reference>/suite/<move>")
@public
def make_followed_move(reference: str, move: str) -> Response:
    """The same, for whoever has shown the code."""
    door = code_door(reference)
    return to_code(reference) if door is None else _make(door, move)


def _confirm(door: Door, move: str) -> Response:
    view, chosen = _find(door, move)
    if chosen not in view.moves:
        return door.back()
    return _ask(door, view, chosen, typed=next(iter(door.stashed().get("mots", [""])), ""))


def _find(door: Door, move: str) -> tuple[RequestView, Transition]:
    view = requests.get_request(unit(), door.reader, door.reference)
    chosen = view.workflow.transition(move) if view.workflow else None
    if chosen is None or "resident" not in chosen.who:
        raise NotFound("transition_unknown")
    return view, chosen


def _ask(
    door: Door, view: RequestView, chosen: Transition, *, status: int = 200, typed: str = "", **extra: Any
) -> Response:
    label = chosen.label.get(reading_language())
    proposal = next((one for one in reversed(view.messages) if not one.mine), None)
    return page(
        "myspace/move.html",
        title=_("%(label)s, demande %(reference)s", label=label, reference=view.reference),
        status=status,
        service=_("Mon espace") if door.has_account else None,
        view=view,
        base=door.base,
        move=chosen,
        proposal=proposal,
        typed=typed,
        key=key_sent(),
        trail=door.trail(view.procedure_title, label),
        **({"changed": False, "errors": []} | extra),
    )


def _make(door: Door, move: str) -> Response:
    typed = request.form.get("mots", "")
    state = request.form.get("etat", "")
    try:
        said = Said(words=typed)
        requests.move(unit(), door.reader, door.reference, move, said, state=state, idempotency_key=key_sent())
    except Invalid as refused:
        undo()
        errors = [("mots", sentence) for sentence in refused.fields.values()]
        return _ask(door, *_find(door, move), status=422, typed=typed, errors=errors)
    except Conflict:
        undo()
        return _ask(door, *_find(door, move), status=409, typed=typed, changed=True)
    return door.back()
