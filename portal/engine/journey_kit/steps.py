"""One step a page: show it, keep what was typed, tell when another window was faster."""

from collections.abc import Mapping
from typing import Any

from flask import request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from portal.casework.catalogue.document import Step
from portal.casework.catalogue.exits import exit_for
from portal.casework.catalogue.fields import check_step
from portal.casework.requests import service as requests
from portal.casework.requests.service import DraftView
from portal.engine.journey_kit.blueprint import blueprint
from portal.engine.journey_kit.comparison import compare
from portal.engine.journey_kit.flow import is_open, next_step
from portal.engine.journey_kit.folder import EXIT, Folder, is_over, just_sent, open_folder
from portal.engine.journey_kit.forms import PREFIX, StepForm
from portal.engine.journey_kit.item_list import enter_list, pass_list
from portal.engine.journey_kit.lookups import looks_up
from portal.engine.journey_kit.question_page import (
    Questions,
    Shown,
    show_lookup,
    show_questions,
    show_refused,
    step_of,
    typable,
)
from portal.engine.journey_kit.start import go_on, go_to, show_sent, to_choice, trail_of, without_draft
from portal.engine.prefill.service import held_answers
from portal.ground.errors import Conflict, Invalid
from portal.ground.web import actor, page, unit
from portal.ground.web.access import resident_only
from portal.ground.web.pages import redirect_to_path
from portal.ground.web.sent import version_sent
from portal.people.identity.service import drop_stash, take_stash

DRAFT_CHANGED = "draft_changed"


@blueprint.get("/<slug>/<step_slug>")
@resident_only
def show_step(slug: str, step_slug: str) -> Response:
    """The questions of a step. A step opens once those before it are answered."""
    folder = open_folder(slug)
    step = step_of(folder, step_slug)
    elsewhere = not_yet(folder, step)
    if elsewhere is not None:
        return elsewhere
    if step.repeat is not None:
        return enter_list(folder, step, step.repeat)
    stashed = stashed_answers()
    if stashed is not None or step.slug not in folder.done:
        return show_questions(Questions(folder, step), Shown(typed=stashed, kept=stashed is not None))
    saved = {**folder.answers, **held_answers(folder.known(step))}
    _values, errors = check_step(folder.document, step, saved, folder.answers)
    return show_questions(Questions(folder, step), Shown(errors=errors))  # an answer may fit no longer: a past day


def not_yet(folder: Folder, step: Step) -> Response | None:
    """Where a person goes who may not open this step now; None when they may."""
    if folder.draft is None:
        sent = just_sent(folder)
        if sent is not None:
            return show_sent(folder, sent)
    if is_over(folder):
        return to_choice(folder)
    if not is_open(folder.document, folder.answers, folder.done, step.slug):
        return without_draft(folder) if folder.draft is None else go_on(folder)
    return None


def stashed_answers() -> MultiDict[str, str] | None:
    """What was typed when the session ended, for the person who typed it."""
    token, account_id = request.args.get("reprise", ""), actor().id
    kept = take_stash(unit(), token, account_id) if token and account_id else None
    return MultiDict(kept) if kept else None


@blueprint.post("/<slug>/<step_slug>")
@resident_only
def save_step(slug: str, step_slug: str) -> Response:
    """Keep the answers of a step, then go on, or leave."""
    folder = open_folder(slug)
    step = step_of(folder, step_slug)
    asking = Questions(folder, step)
    if folder.draft is None and version_sent() > 0:
        return show_gone(asking)
    if not is_open(folder.document, folder.answers, folder.done, step.slug):
        return go_on(folder)
    if step.repeat is not None:
        return pass_list(folder, step, step.repeat, leave)
    if looks_up():
        return show_lookup(asking)
    raw = asking.typed(request.form)
    try:
        saved = _save(folder, step, raw)
    except Conflict as conflict:
        return meet_conflict(asking, conflict, raw)
    except Invalid as refused:
        return show_refused(asking, refused.fields)
    return leave(folder, step, saved)


def _save(folder: Folder, step: Step, raw: Mapping[str, Any]) -> DraftView:
    draft, version = folder.draft, version_sent()
    if draft is None:
        _values, errors = check_step(folder.document, step, raw, {})
        if errors:
            raise Invalid(errors)
        draft = requests.start_draft(unit(), actor(), folder.procedure)
        version = draft.version
    saved = requests.save_step(unit(), actor(), draft.id, step=step.slug, answers=raw, version=version)
    folder.setting.saved()
    return saved


def leave(folder: Folder, step: Step, saved: DraftView) -> Response:
    """After a save: home, to the page of those whom the procedure is not for, or to the next step."""
    reprise, account_id = request.form.get("reprise", ""), actor().id
    if reprise and account_id:
        drop_stash(unit(), reprise, account_id)
    if "quitter" in request.form:
        return redirect_to_path(folder.setting.leave, enregistre="oui")
    if exit_for(folder.document, saved.answers, {step.slug}) is not None:
        return redirect_to_path(f"{folder.base}/{step.slug}/{EXIT}")
    return go_to(folder, next_step(folder.document, saved.answers, saved.done_steps))


def meet_conflict(asking: Questions, conflict: Conflict, raw: Mapping[str, Any]) -> Response:
    """Another window saved first. The same answers twice are no conflict: a button pressed two times.

    :raises Conflict: it is another one.
    """
    if conflict.code != DRAFT_CHANGED or not isinstance(conflict.theirs, DraftView):
        raise conflict
    theirs = Questions(Folder(asking.folder.procedure, conflict.theirs), asking.step, asking.number)
    lines = compare(theirs.folder.document, theirs.step, raw, theirs.answers)
    if theirs.is_done and not any(line.differs for line in lines):
        return go_on(theirs.folder)
    return page(
        "journey_kit/conflict.html",
        title=_("Deux versions de vos réponses"),
        status=409,
        service=theirs.folder.procedure.title,
        folder=theirs.folder,
        asking=theirs,
        lines=lines,
        typed=[(name, value) for name, value in request.form.items(multi=True) if name.startswith(PREFIX)],
        asked=request.form.get("vues", ""),
        trail=trail_of(theirs.folder, _("Deux versions")),
    )


def show_gone(asking: Questions) -> Response:
    """The draft was sent or erased from another window: what was just typed is shown once more, and not lost."""
    folder = asking.folder
    sent = just_sent(folder)
    if sent is not None:
        return show_sent(folder, sent)
    raw = StepForm(typable(asking.step), shown={}, known={}, typed=request.form).answers()
    return page(
        "journey_kit/gone.html",
        title=_("Ce brouillon n’existe plus"),
        status=409,
        service=folder.procedure.title,
        folder=folder,
        lines=[line for line in compare(folder.document, asking.step, raw, {}) if line.mine],
        trail=trail_of(folder, _("Brouillon effacé")),
    )
