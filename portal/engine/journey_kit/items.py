"""One item of a page asked for each of several: its questions, and taking it away."""

from typing import Any

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.catalogue.document import Repeat, Step
from portal.casework.catalogue.exits import exit_for
from portal.casework.catalogue.fields import asks_files, check_item, rows_in
from portal.casework.requests import service as requests
from portal.casework.requests.service import DraftView
from portal.engine.journey_kit.blueprint import blueprint
from portal.engine.journey_kit.flow import is_open
from portal.engine.journey_kit.folder import EXIT, Folder, open_folder
from portal.engine.journey_kit.item_files import FILES_PASSED, pass_files
from portal.engine.journey_kit.item_list import item_label, show_list
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
from portal.engine.journey_kit.start import go_on, go_to, trail_of
from portal.engine.journey_kit.steps import meet_conflict, not_yet, show_gone, stashed_answers
from portal.ground.errors import Conflict, Invalid, NotFound
from portal.ground.web import actor, page, unit
from portal.ground.web.access import resident_only
from portal.ground.web.pages import redirect_to_path
from portal.ground.web.sent import version_sent
from portal.people.identity.service import drop_stash


@blueprint.get("/<slug>/<step_slug>/<int:number>")
@resident_only
def show_item(slug: str, step_slug: str, number: int) -> Response:
    """The questions about one item; the one after the last is a new one."""
    folder, step, repeat = _place(slug, step_slug)
    elsewhere = not_yet(folder, step)
    if elsewhere is not None:
        return elsewhere
    asking = _questions(folder, step, repeat, number)
    if asking is None:
        return go_to(folder, step)
    stashed = stashed_answers()
    if stashed is not None or not asking.is_done:
        return show_questions(asking, Shown(typed=stashed, kept=stashed is not None))
    _values, errors = check_item(folder.document, step, asking.row, asking.answers)
    typed = {one.name for one in typable(step)}
    return show_questions(asking, Shown(errors={name: text for name, text in errors.items() if name in typed}))


@blueprint.post("/<slug>/<step_slug>/<int:number>")
@resident_only
def save_item(slug: str, step_slug: str, number: int) -> Response:
    """Keep the answers about one item, then back to the list, or leave."""
    folder, step, repeat = _place(slug, step_slug)
    if folder.draft is None and version_sent() > 0:
        return show_gone(Questions(folder, step, number))
    if not is_open(folder.document, folder.answers, folder.done, step.slug):
        return go_on(folder)
    asking = _questions(folder, step, repeat, number)
    if asking is None:
        return go_to(folder, step)
    if FILES_PASSED in request.form:
        return pass_files(asking)
    if looks_up():
        return show_lookup(asking)
    raw = asking.typed(request.form)
    try:
        saved = _save(asking, raw)
    except Conflict as conflict:
        return meet_conflict(asking, conflict, raw)
    except Invalid as refused:
        return show_refused(asking, refused.fields)
    return _leave(asking, saved)


@blueprint.get("/<slug>/<step_slug>/<int:number>/retirer")
@resident_only
def confirm_removal(slug: str, step_slug: str, number: int) -> Response:
    """Ask before taking an item away."""
    folder, step, _repeat = _place(slug, step_slug)
    rows = rows_in(step, folder.answers)
    if not 1 <= number <= len(rows):
        return go_on(folder) if folder.draft is None else go_to(folder, step)
    return page(
        "journey_kit/removal.html",
        title=_("Retirer cette fiche ?"),
        service=folder.procedure.title,
        folder=folder,
        step=step,
        number=number,
        has_files=any(asks_files(one) and rows[number - 1].get(one.name) for one in step.fields)
        and not folder.setting.at_desk,
        label=item_label(step, rows[number - 1], number),
        trail=trail_of(folder, _("Retirer une fiche")),
    )


@blueprint.post("/<slug>/<step_slug>/<int:number>/retirer")
@resident_only
def remove_item(slug: str, step_slug: str, number: int) -> Response:
    """Take an item away. Nothing is erased when another window changed the list since: it is shown again."""
    folder, step, repeat = _place(slug, step_slug)
    if folder.draft is None:
        return go_on(folder)
    try:
        requests.remove_item(unit(), actor(), folder.draft.id, step=step.slug, number=number, version=version_sent())
        folder.setting.saved()
    except Conflict as conflict:
        if not isinstance(conflict.theirs, DraftView):
            raise
        theirs = Folder(folder.procedure, conflict.theirs)
        return show_list(theirs, step, repeat, {}, status=409, changed=True)
    except NotFound:
        return go_to(folder, step)
    return go_to(folder, step)


def _place(slug: str, step_slug: str) -> tuple[Folder, Step, Repeat]:
    """:raises NotFound: no such step, or it is asked only once."""
    folder = open_folder(slug)
    step = step_of(folder, step_slug)
    if step.repeat is None:
        raise NotFound("step_unknown")
    return folder, step, step.repeat


def _questions(folder: Folder, step: Step, repeat: Repeat, number: int) -> Questions | None:
    """The questions about an item; None when there is no such item, nor room for one more."""
    count = len(rows_in(step, folder.answers))
    return Questions(folder, step, number) if 1 <= number <= min(count + 1, repeat.at_most) else None


def _save(asking: Questions, raw: dict[str, Any]) -> DraftView:
    draft, version = asking.folder.draft, version_sent()
    if draft is None:
        _values, errors = check_item(asking.folder.document, asking.step, raw, {})
        if errors:
            raise Invalid(errors)
        draft = requests.start_draft(unit(), actor(), asking.folder.procedure)
        version = draft.version
    saved = requests.save_item(
        unit(), actor(), draft.id, step=asking.step.slug, number=asking.number, answers=raw, version=version
    )
    asking.folder.setting.saved()
    return saved


def _leave(asking: Questions, saved: DraftView) -> Response:
    """After a save: home, out of the procedure, to the files about this item, or to the list."""
    folder, step = asking.folder, asking.step
    reprise, account_id = request.form.get("reprise", ""), actor().id
    if reprise and account_id:
        drop_stash(unit(), reprise, account_id)
    if "quitter" in request.form:
        return redirect_to_path(folder.setting.leave, enregistre="oui")
    if exit_for(folder.document, saved.answers, {step.slug}) is not None:
        return redirect_to_path(f"{folder.base}/{step.slug}/{EXIT}")
    now = Questions(Folder(folder.procedure, saved), step, asking.number)
    return redirect_to_path(f"{now.address}/pieces") if now.files else go_to(folder, step)
