"""One step a page: show it, keep what was typed, tell when another window was faster."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from portal.casework.catalogue.document import Field as FormField
from portal.casework.catalogue.document import Step
from portal.casework.catalogue.fields import asks_files, check_step, field_name_for_errors
from portal.casework.requests import service as requests
from portal.casework.requests.service import DraftView
from portal.engine.journey_kit.blueprint import blueprint
from portal.engine.journey_kit.comparison import compare
from portal.engine.journey_kit.flow import is_open, next_step, place_of
from portal.engine.journey_kit.folder import Folder, is_over, just_sent, open_folder
from portal.engine.journey_kit.forms import PREFIX, StepForm
from portal.engine.journey_kit.offers import offers_of
from portal.engine.journey_kit.pieces import files_kept, pieces_of
from portal.engine.journey_kit.start import go_on, go_to, show_sent, to_choice, trail_of, without_draft
from portal.engine.prefill.service import Prefilled, held_answers, mark_of, shown_answers
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.ground.web import actor, page, reading_language, unit
from portal.ground.web.access import resident_only
from portal.ground.web.pages import redirect_to_path
from portal.people.identity.service import drop_stash, take_stash

DRAFT_CHANGED = "draft_changed"


@dataclass(frozen=True, slots=True)
class _Shown:
    """How a step is shown: what was typed, what is wrong in it, and why the page is not the plain one."""

    typed: Any = None
    errors: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    kept: bool = False
    revealed: str = ""


@blueprint.get("/<slug>/<step_slug>")
@resident_only
def show_step(slug: str, step_slug: str) -> Response:
    """The questions of a step. A step opens once those before it are answered."""
    folder = open_folder(slug)
    step = step_of(folder, step_slug)
    if folder.draft is None:
        sent = just_sent(folder)
        if sent is not None:
            return show_sent(folder, sent)
    if is_over(folder):
        return to_choice(folder)
    if not is_open(folder.document, folder.answers, folder.done, step.slug):
        return without_draft(folder) if folder.draft is None else go_on(folder)
    stashed = _stashed(request.args.get("reprise", ""))
    if stashed is not None or step.slug not in folder.done:
        return _show(folder, step, _Shown(typed=stashed, kept=stashed is not None))
    saved = {**folder.answers, **held_answers(folder.known(step))}
    _values, errors = check_step(folder.document, step, saved, folder.answers)
    return _show(folder, step, _Shown(errors=errors))  # an answer may fit no longer: a day that is past


def _stashed(token: str) -> MultiDict[str, str] | None:
    """What was typed when the session ended, for the person who typed it."""
    account_id = actor().id
    kept = take_stash(unit(), token, account_id) if token and account_id else None
    return MultiDict(kept) if kept else None


@blueprint.post("/<slug>/<step_slug>")
@resident_only
def save_step(slug: str, step_slug: str) -> Response:
    """Keep the answers of a step, then go on, or leave."""
    folder = open_folder(slug)
    step = step_of(folder, step_slug)
    if folder.draft is None and _version() > 0:
        return _show_gone(folder, step)
    if not is_open(folder.document, folder.answers, folder.done, step.slug):
        return go_on(folder)
    raw = _typed_answers(folder, step)
    try:
        saved = _save(folder, step, raw)
    except Conflict as conflict:
        if conflict.code != DRAFT_CHANGED or not isinstance(conflict.theirs, DraftView):
            raise
        return _meet_conflict(Folder(folder.procedure, conflict.theirs), step, raw)
    except Invalid as refused:
        return _show_refused(folder, step, refused.fields)
    return _leave(folder, saved)


def step_of(folder: Folder, slug: str) -> Step:
    """The step with this address.

    :raises NotFound: this procedure has none.
    """
    step = folder.document.step(slug)
    if step is None:
        raise NotFound("step_unknown")
    return step


def _version(sent: Any = None) -> int:
    """The version of the draft that a form was made from: the one just sent, or another."""
    text = (request.form if sent is None else sent).get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _typed_answers(folder: Folder, step: Step) -> dict[str, Any]:
    """What was typed in this step; what the identity vouches for is taken from there, whatever was sent."""
    known = folder.known(step)
    held = held_answers(known)
    asked = [one for one in _typable(step) if one.name not in held]
    typed = StepForm(asked, shown={}, known={}, typed=request.form).answers()
    typed |= files_kept(step.fields, folder.answers)
    return typed | {one.name: held[one.name] for one in step.fields if one.name in held}


def _save(folder: Folder, step: Step, raw: Mapping[str, Any]) -> DraftView:
    draft, version = folder.draft, _version()
    if draft is None:
        _values, errors = check_step(folder.document, step, raw, {})
        if errors:
            raise Invalid(errors)
        draft = requests.start_draft(unit(), actor(), folder.procedure)
        version = draft.version
    return requests.save_step(unit(), actor(), draft.id, step=step.slug, answers=raw, version=version)


def _leave(folder: Folder, saved: DraftView) -> Response:
    reprise, account_id = request.form.get("reprise", ""), actor().id
    if reprise and account_id:
        drop_stash(unit(), reprise, account_id)
    if "quitter" in request.form:
        return redirect_to_path("/mon-espace", enregistre="oui")
    return go_to(folder, next_step(folder.document, saved.answers, saved.done_steps))


def _show_refused(folder: Folder, step: Step, errors: Mapping[str, str]) -> Response:
    """Errors on the questions that were on the page; a question that an answer just opened is asked, not blamed."""
    on_page = set(request.form.get("vues", "").split())
    blamed = {name: sentence for name, sentence in errors.items() if name in on_page or not on_page}
    revealed = next((name for name in errors if name not in blamed), "")
    if blamed:
        return _show(folder, step, _Shown(typed=request.form, errors=blamed, status=422, revealed=revealed))
    return _show(folder, step, _Shown(typed=request.form, revealed=revealed))


def _show(folder: Folder, step: Step, how: _Shown) -> Response:
    place = place_of(folder.document, folder.answers, step.slug)
    if place is None:
        return go_on(folder)
    known = folder.known(step)
    shown = shown_answers(step, folder.answers, known, done=step.slug in folder.done)
    now = {**folder.answers, **shown} if how.typed is None else _answers_typed(folder, step, known, how.typed)
    fields = folder.asked(step, known, now)
    pieces = pieces_of(fields, folder.answers, how.errors)
    made = StepForm([one for one in fields if not asks_files(one)], shown=shown, known=known, typed=how.typed)
    made.refuse(how.errors)
    name = step.title.get(reading_language())
    title = _("Étape %(number)d sur %(total)d : %(title)s", number=place.number, total=place.total, title=name)
    return page(
        "journey_kit/step.html",
        title=title,
        status=how.status,
        service=folder.procedure.title,
        folder=folder,
        place=place,
        held=_held_facts(step, known, fetched=False),
        fetched=_held_facts(step, known, fetched=True),
        offers=offers_of(folder, step, fields),
        form=made.form,
        asked=" ".join(one.name for one in fields),
        errors=made.form.summary + [(f"q-{one.name}", one.error) for one in pieces if one.error and one.answerable],
        pieces=pieces,
        kept=how.kept,
        revealed=f"q-{how.revealed}" if how.revealed else "",
        version=folder.version if how.typed is None else _version(how.typed),
        reprise=request.values.get("reprise", ""),
        trail=trail_of(folder, _("Étape %(number)d", number=place.number)),
    )


def show_again(folder: Folder, step: Step, errors: Mapping[str, str], status: int) -> Response:
    """The step as it stands, with what was wrong in what was just sent."""
    return _show(folder, step, _Shown(errors=errors, status=status))


def _typable(step: Step) -> list[FormField]:
    return [one for one in step.fields if not asks_files(one)]


def _answers_typed(folder: Folder, step: Step, known: Mapping[str, Prefilled], typed: Any) -> dict[str, Any]:
    """The answers that decide which questions are seen, when some were just typed."""
    own = {one.name for one in step.fields}
    raw = StepForm(_typable(step), shown={}, known={}, typed=typed).answers() | held_answers(known)
    raw |= files_kept(step.fields, folder.answers)
    values, _errors = check_step(folder.document, step, raw, folder.answers)
    return {name: value for name, value in folder.answers.items() if name not in own} | values


def _held_facts(step: Step, known: Mapping[str, Prefilled], *, fetched: bool) -> list[tuple[str, str, str]]:
    """Label, value and source of what is shown instead of asked: answered by a partner, or from the identity."""
    return [
        (field_name_for_errors(one), known[one.name].text, mark_of(known[one.name]))
        for one in step.fields
        if one.name in known and known[one.name].held and (known[one.name].consent is not None) is fetched
    ]


def _meet_conflict(theirs: Folder, step: Step, raw: Mapping[str, Any]) -> Response:
    """Another window saved first. The same answers twice are no conflict: a button pressed two times."""
    lines = compare(theirs.document, step, raw, theirs.answers)
    if step.slug in theirs.done and not any(line.differs for line in lines):
        return go_on(theirs)
    return page(
        "journey_kit/conflict.html",
        title=_("Deux versions de vos réponses"),
        status=409,
        service=theirs.procedure.title,
        folder=theirs,
        step=step,
        lines=lines,
        typed=[(name, value) for name, value in request.form.items(multi=True) if name.startswith(PREFIX)],
        asked=request.form.get("vues", ""),
        trail=trail_of(theirs, _("Deux versions")),
    )


def _show_gone(folder: Folder, step: Step) -> Response:
    """The draft was sent or erased from another window: what was just typed is shown once more, and not lost."""
    sent = just_sent(folder)
    if sent is not None:
        return show_sent(folder, sent)
    raw = StepForm(_typable(step), shown={}, known={}, typed=request.form).answers()
    return page(
        "journey_kit/gone.html",
        title=_("Ce brouillon n’existe plus"),
        status=409,
        service=folder.procedure.title,
        folder=folder,
        lines=[line for line in compare(folder.document, step, raw, {}) if line.mine],
        trail=trail_of(folder, _("Brouillon effacé")),
    )
