"""Moving a request through its own workflow: say what goes with the move, read it again, do it."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.catalogue.service import Transition
from portal.casework.requests import service as requests
from portal.casework.requests.enums import Act, ApplyOutcome
from portal.casework.requests.service import RequestView, Said
from portal.ground import web
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.ground.permissions import Permission
from portal.ground.web.access import agent_only
from portal.ground.web.sent import read_id
from portal.people.accounts.service import list_departments
from portal.screens.backoffice import wording
from portal.screens.backoffice.casefile import (
    Errors,
    back_to_request,
    kept_form,
    read_request,
    show_refused,
    show_request,
)

# Where each error is on the page.
BOX = "champ-"
PLACES = {"words": "mots", "fields": "champ", "department": "service", "question": "question"}


def move_form(reference: str, move: str) -> Response:
    """What goes with the move, or at once what it will do when nothing does."""
    view, chosen = _find(reference, move)
    if chosen not in view.moves:
        return show_request(view, status=409, refused=Act.MOVE)
    kept = kept_form()
    return _show(view, chosen, kept or _proposed(chosen), check=not wording.asks_something(view, chosen) and not kept)


def _find(reference: str, move: str) -> tuple[RequestView, Transition]:
    view = read_request(reference)
    chosen = view.workflow.transition(move) if view.workflow else None
    if chosen is None:
        raise NotFound("transition_unknown")
    return view, chosen


def _proposed(chosen: Transition) -> dict[str, str]:
    """What the workflow proposes to write, and whom to ask."""
    texts = [str(one.text) for one in chosen.does if one.text]
    return {"mots": texts[0] if texts else ""}


def _show(
    view: RequestView,
    chosen: Transition,
    typed: Mapping[str, str],
    *,
    check: bool = False,
    status: int = 200,
    errors: Errors | None = None,
) -> Response:
    ticked = _ticked()
    asked = requests.list_correctable(web.unit(), web.actor(), view.reference, chosen)
    fields = [(one.path, one.label) for one in asked]
    opinion = chosen.action("opinion")
    others = [one for one in list_departments(web.unit()) if one.id != view.department.id] if opinion else []
    named = next((str(one.id) for one in others if opinion and one.slug == opinion.department), "")
    forward = chosen.action("forward")
    routes = {route.connection: str(route.recipient) for route in view.document.routing}
    context: dict[str, Any] = {
        "view": view,
        "move": chosen,
        "target": view.workflow.at(chosen.target) if view.workflow else None,
        "typed": {"mots": "", "question": "", "service": named} | dict(typed),
        "ticked": ticked,
        "fields": fields,
        "departments": [(str(one.id), one.name) for one in others],
        "recipient": routes.get(forward.connection or "") if forward else "",
        "asks": wording.words_asked(view, chosen),
        "form_key": request.form.get("form_key") or str(uuid4()),
        "state": request.form.get("etat") or view.state,
        "errors": errors or [],
        "words": wording,
    }
    return web.page(
        f"backoffice/{'move_check' if check else 'move'}.html",
        title=f"{chosen.label}, {view.reference}",
        status=status,
        service=_("Agents"),
        **context,
    )


def make_move(reference: str, move: str) -> Response:
    """First a page that shows what will be done and said, then the move."""
    typed = {name: request.form.get(name, "").strip() for name in ("mots", "question", "service")}
    wanted = request.form.get("then")
    if wanted == "send":
        return _send(reference, move, typed)
    view, chosen = _find(reference, move)
    if wanted == "edit":
        return _show(view, chosen, typed)
    if chosen not in view.moves:
        return show_refused(reference, Act.MOVE, _kept(typed))
    errors = _missing(view, chosen, typed)
    if errors:
        return _show(view, chosen, typed, status=422, errors=errors)
    return _show(view, chosen, typed, check=True)


def _missing(view: RequestView, chosen: Transition, typed: Mapping[str, str]) -> Errors:
    errors: Errors = []
    if chosen.action("corrections") and not _ticked():
        errors.append(("champ", _("Cochez au moins une réponse à corriger.")))
    if wording.words_asked(view, chosen) and not typed["mots"]:
        errors.append(("mots", _("Écrivez ce que la personne doit savoir : elle le lira tel quel.")))
    if chosen.action("opinion"):
        if read_id(typed["service"]) is None:
            errors.append(("service", _("Choisissez le service à qui demander un avis.")))
        if not typed["question"]:
            errors.append(("question", _("Écrivez ce que vous demandez à l’autre service.")))
    return errors


def _ticked() -> list[str]:
    """The answers to be corrected: a box each, named after its question."""
    return [name.removeprefix(BOX) for name in request.form if name.startswith(BOX)]


def _kept(typed: Mapping[str, str]) -> str:
    """What was written, to be given back when nothing was done."""
    return "\n".join(text for text in (typed["mots"], typed["question"]) if text)


def _send(reference: str, move: str, typed: Mapping[str, str]) -> Response:
    said = Said(
        words=typed["mots"],
        fields=tuple(_ticked()),
        department_id=read_id(typed["service"]),
        question=typed["question"],
    )
    key = request.form.get("form_key") or str(uuid4())
    state = request.form.get("etat", "")
    try:
        outcome = requests.move(web.unit(), web.actor(), reference, move, said, state=state, idempotency_key=key)
    except Invalid as refused:
        web.undo()
        wrong = [(PLACES.get(name, "mots"), sentence) for name, sentence in refused.fields.items()]
        return _show(*_find(reference, move), typed, status=422, errors=wrong)
    except Conflict:
        return show_refused(reference, Act.MOVE, _kept(typed))
    if outcome is ApplyOutcome.REFUSED:  # kept as an event: what was written here is committed
        return show_request(read_request(reference), status=409, refused=Act.MOVE, typed=_kept(typed))
    return back_to_request(reference)


def register(blueprint: Blueprint) -> None:
    """Add the views to the agents' blueprint."""
    path = "/dossiers/<reference>/suite/<move>"
    blueprint.get(path, endpoint="move_form")(agent_only(Permission.REQUESTS_MESSAGE)(move_form))
    blueprint.post(path, endpoint="move")(agent_only(Permission.REQUESTS_MESSAGE)(make_move))
