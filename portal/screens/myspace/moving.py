"""What the person is asked for along the way: to answer a proposal, to correct some answers."""

from typing import Any
from uuid import UUID, uuid4

from flask import request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from portal.casework.catalogue.service import Transition
from portal.casework.requests import service as requests
from portal.casework.requests.service import CorrectionsView, RequestView, Said
from portal.engine.journey_kit.forms import StepForm
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.ground.web import actor, page, reading_language, redirect_to, undo, unit
from portal.ground.web.access import resident_only
from portal.people.identity.service import take_stash
from portal.screens.myspace.blueprint import blueprint

Trail = list[tuple[str, str | None]]


def _trail(reference: str, title: str, here: str) -> Trail:
    start: Trail = [(_("Accueil"), "/"), (_("Mon espace"), "/mon-espace")]
    return [*start, (title, f"/demandes/{reference}"), (here, None)]


def _key() -> str:
    try:
        return str(UUID(request.form.get("cle", "")))
    except ValueError:
        return str(uuid4())


def _stashed() -> dict[str, list[str]]:
    """What was typed here when the session ended, for the person who typed it."""
    token, account_id = request.args.get("reprise", ""), actor().id
    return dict((take_stash(unit(), token, account_id) if token and account_id else None) or {})


@blueprint.get("/demandes/<reference>/suite/<move>")
@resident_only
def confirm_move(reference: str, move: str) -> Response:
    """Say what the move does before it is made; one that is not to be made any more leads back to the request."""
    view, chosen = _find(reference, move)
    if chosen not in view.moves:
        return redirect_to("myspace.one_request", reference=view.reference)
    return _ask(view, chosen, typed=next(iter(_stashed().get("mots", [""])), ""))


def _find(reference: str, move: str) -> tuple[RequestView, Transition]:
    view = requests.get_request(unit(), actor(), reference)
    chosen = view.workflow.transition(move) if view.workflow else None
    if chosen is None or "resident" not in chosen.who:
        raise NotFound("transition_unknown")
    return view, chosen


def _ask(view: RequestView, chosen: Transition, *, status: int = 200, typed: str = "", **extra: Any) -> Response:
    label = chosen.label.get(reading_language())
    proposal = next((one for one in reversed(view.messages) if not one.mine), None)
    return page(
        "myspace/move.html",
        title=_("%(label)s, demande %(reference)s", label=label, reference=view.reference),
        status=status,
        service=_("Mon espace"),
        view=view,
        move=chosen,
        proposal=proposal,
        typed=typed,
        key=_key(),
        trail=_trail(view.reference, view.procedure_title, label),
        **({"changed": False, "errors": []} | extra),
    )


@blueprint.post("/demandes/<reference>/suite/<move>")
@resident_only
def make_move(reference: str, move: str) -> Response:
    """Make it. When the request has moved meanwhile, nothing is done and what was typed is shown again."""
    typed = request.form.get("mots", "")
    state = request.form.get("etat", "")
    try:
        requests.move(unit(), actor(), reference, move, Said(words=typed), state=state, idempotency_key=_key())
    except Invalid as refused:
        undo()
        errors = [("mots", sentence) for sentence in refused.fields.values()]
        return _ask(*_find(reference, move), status=422, typed=typed, errors=errors)
    except Conflict:
        undo()
        return _ask(*_find(reference, move), status=409, typed=typed, changed=True)
    return redirect_to("myspace.one_request", reference=reference)


@blueprint.get("/demandes/<reference>/corriger")
@resident_only
def corrections_form(reference: str) -> Response:
    """The questions to answer again, and only these, with what was answered."""
    try:
        asked = requests.get_corrections(unit(), actor(), reference)
    except Conflict:
        return redirect_to("myspace.one_request", reference=reference)
    kept = _stashed()
    return _show(asked, typed=MultiDict(kept) if kept else None, kept=bool(kept))


def _show(
    asked: CorrectionsView,
    *,
    typed: Any = None,
    errors: dict[str, str] | None = None,
    kept: bool = False,
    status: int = 200,
) -> Response:
    fields = list(asked.fields)
    made = StepForm(fields, shown=asked.answers, known={}, typed=typed)
    made.refuse({name: text for name, text in (errors or {}).items() if name in {one.name for one in fields}})
    elsewhere = [text for name, text in (errors or {}).items() if name not in {one.name for one in fields}]
    view = requests.get_request(unit(), actor(), asked.reference)
    question = next((one for one in reversed(view.messages) if one.kind.value == "information_request"), None)
    return page(
        "myspace/corrections.html",
        title=_("Corriger vos réponses, demande %(reference)s", reference=asked.reference),
        status=status,
        service=_("Mon espace"),
        asked=asked,
        form=made.form,
        errors=made.form.summary,
        elsewhere=elsewhere,
        question=question,
        kept=kept,
        key=_key(),
        trail=_trail(asked.reference, asked.procedure_title, _("Corriger vos réponses")),
    )


@blueprint.post("/demandes/<reference>/corriger")
@resident_only
def correct(reference: str) -> Response:
    """Take the answers; what was already answered in another window leads back to the request."""
    try:
        asked = requests.get_corrections(unit(), actor(), reference)
        typed = StepForm(list(asked.fields), shown={}, known={}, typed=request.form).answers()
        requests.answer_corrections(unit(), actor(), reference, typed, idempotency_key=_key())
    except Invalid as refused:
        undo()
        asked = requests.get_corrections(unit(), actor(), reference)
        return _show(asked, typed=request.form, errors=dict(refused.fields), status=422)
    except Conflict:
        undo()
        return redirect_to("myspace.one_request", reference=reference)
    return redirect_to("myspace.one_request", reference=reference, corrige="oui")
