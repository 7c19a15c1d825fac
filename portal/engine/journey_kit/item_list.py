"""The list of a page asked for each of several: who is there, change, take away, add, go on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.catalogue.document import Repeat, Step
from portal.casework.catalogue.fields import asks_files, check_step, field_concept, rows_in, show_answer, visible_fields
from portal.casework.catalogue.places import path_of
from portal.casework.requests import service as requests
from portal.casework.requests.service import DraftView
from portal.engine.journey_kit.flow import Place, place_of
from portal.engine.journey_kit.folder import Folder
from portal.engine.journey_kit.pieces import files_kept
from portal.engine.journey_kit.start import go_on, trail_of
from portal.ground.dictionary.service import ConceptType
from portal.ground.errors import Conflict, Invalid
from portal.ground.web import actor, page, reading_language, unit
from portal.ground.web.pages import redirect_to_path
from portal.ground.web.sent import version_sent

NAMING = frozenset({ConceptType.NAME, ConceptType.TEXT, ConceptType.HOUSEHOLD_MEMBER})
Leaving = Callable[[Folder, Step, DraftView], Response]


@dataclass(frozen=True, slots=True)
class Item:
    """One of the list. ``wrong``: an answer about it fits no longer; ``files``: some are asked, ``missing`` some."""

    number: int
    label: str
    wrong: bool
    files: bool
    missing: bool


def item_label(step: Step, row: Mapping[str, Any], number: int) -> str:
    """How one is called: by the first two names or texts said about it."""
    named = [one for one in step.fields if one.name in row and field_concept(one).type in NAMING][:2]
    return " ".join(show_answer(one, row[one.name]) for one in named) or _("Fiche %(number)d", number=number)


def enter_list(folder: Folder, step: Step, repeat: Repeat) -> Response:
    """The list; straight to the first item while there is none and one is needed."""
    if not rows_in(step, folder.answers) and repeat.at_least:
        return redirect_to_path(f"{folder.base}/{step.slug}/1")
    errors: Mapping[str, str] = {}
    if step.slug in folder.done:
        _values, errors = check_step(folder.document, step, folder.answers, folder.answers)
    return show_list(folder, step, repeat, errors)


def show_list(
    folder: Folder, step: Step, repeat: Repeat, errors: Mapping[str, str], *, status: int = 200, changed: bool = False
) -> Response:
    """The list as it stands. ``changed``: another window saved first."""
    place = place_of(folder.document, folder.answers, step.slug)
    if place is None:
        return go_on(folder)
    rows = rows_in(step, folder.answers)
    more = f"/{len(rows) + 1}" if len(rows) < repeat.at_most else ""
    repairs = [(repair_page(step, path, more=more), sentence) for path, sentence in errors.items()]
    title = step.title.get(reading_language())
    return page(
        "journey_kit/items.html",
        title=_titled(place, title, wrong=bool(errors)),
        status=status,
        service=folder.procedure.title,
        folder=folder,
        place=place,
        repeat=repeat,
        items=_items(folder, step, errors),
        repairs=repairs,
        changed=changed,
        trail=trail_of(folder, _("Étape %(number)d", number=place.number)),
    )


def _titled(place: Place, title: str, *, wrong: bool) -> str:
    told = _("Étape %(number)d sur %(total)d : %(title)s", number=place.number, total=place.total, title=title)
    return _("%(title)s, il reste à corriger", title=told) if wrong else told


def repair_page(step: Step, path: str, *, more: str = "") -> str:
    """Where an answer is repaired, after the address of the form: a step, an item of it, or the files about one.

    :param path: of the answer. :param more: what follows the address of the step where the number of items is wrong.
    """
    _name, _dot, rest = path.partition(".")
    number, _dot, question = rest.partition(".")
    if not rest:
        return f"{step.slug}{more}"
    files = any(asks_files(one) for one in step.fields if one.name == question)
    return f"{step.slug}/{number}{'/pieces' if files else ''}"


def _items(folder: Folder, step: Step, errors: Mapping[str, str]) -> list[Item]:
    asked = {one.name for one in step.fields if asks_files(one)}
    left = check_step(folder.document, step, folder.answers, folder.answers)[1] if asked else {}
    found = []
    for number, row in enumerate(rows_in(step, folder.answers), 1):
        own = {one.name: path_of(step, one.name, number) for one in step.fields}
        seen = visible_fields(folder.document, step, {**folder.answers, **row}) if asked else []
        missing = any(own[name] in left for name in asked)
        wrong = any(path in errors for name, path in own.items() if name not in asked)
        files = any(one.name in asked for one in seen)
        found.append(Item(number, item_label(step, row, number), wrong, files, missing))
    return found


def pass_list(folder: Folder, step: Step, repeat: Repeat, leave: Leaving) -> Response:
    """Go on once everybody is there: every item is checked again, and their number."""
    rows = [{**row, **files_kept(step.fields, row)} for row in rows_in(step, folder.answers)]
    draft, version = folder.draft, version_sent()
    try:
        if draft is None:
            draft = requests.start_draft(unit(), actor(), folder.procedure)
            version = draft.version
        told = {repeat.name: rows}
        saved = requests.save_step(unit(), actor(), draft.id, step=step.slug, answers=told, version=version)
    except Conflict as conflict:
        if conflict.code != "draft_changed" or not isinstance(conflict.theirs, DraftView):
            raise
        return show_list(Folder(folder.procedure, conflict.theirs), step, repeat, {}, status=409, changed=True)
    except Invalid as refused:
        return show_list(folder, step, repeat, refused.fields, status=422)
    return leave(folder, step, saved)
