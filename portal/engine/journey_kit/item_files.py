"""The files asked about one item of a page asked for each of several: a second page, after its questions."""

from collections.abc import Mapping

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.catalogue.fields import check_item, rows_in
from portal.engine.journey_kit.blueprint import blueprint
from portal.engine.journey_kit.flow import place_of
from portal.engine.journey_kit.folder import open_folder
from portal.engine.journey_kit.item_list import item_label
from portal.engine.journey_kit.pieces import files_kept, pieces_of
from portal.engine.journey_kit.question_page import Questions, step_of
from portal.engine.journey_kit.start import go_on, go_to, trail_of
from portal.engine.journey_kit.steps import not_yet
from portal.ground.web import page
from portal.ground.web.access import resident_only
from portal.ground.web.pages import redirect_to_path

# The button that ends the page: nothing is typed on it.
FILES_PASSED = "pieces"


@blueprint.get("/<slug>/<step_slug>/<int:number>/pieces")
@resident_only
def show_item_files(slug: str, step_slug: str, number: int) -> Response:
    """The files about one item; where none is asked of it, back to the list."""
    folder = open_folder(slug)
    step = step_of(folder, step_slug)
    elsewhere = not_yet(folder, step)
    if elsewhere is not None:
        return elsewhere
    return show_files(Questions(folder, step, number), {})


def show_files(asking: Questions, errors: Mapping[str, str], status: int = 200) -> Response:
    """The page as it stands, with what was wrong in what was just sent."""
    folder, step = asking.folder, asking.step
    place = place_of(folder.document, folder.answers, step.slug)
    if place is None or not asking.row or not asking.files:
        return go_on(folder) if place is None else go_to(folder, step)
    pieces = pieces_of(asking.files, asking.answers, errors)
    title = _("Pièces à joindre, fiche %(number)d", number=asking.number)
    return page(
        "journey_kit/item_files.html",
        title=_("Étape %(number)d sur %(total)d : %(title)s", number=place.number, total=place.total, title=title),
        status=status,
        service=folder.procedure.title,
        folder=folder,
        place=place,
        asking=asking,
        heading=title,
        label=item_label(step, asking.row, asking.number),
        pieces=pieces,
        errors=[(f"q-{one.name}", one.error) for one in pieces if one.error and one.answerable],
        trail=trail_of(folder, _("Étape %(number)d", number=place.number)),
    )


def missing_files(asking: Questions) -> dict[str, str]:
    """Field name → sentence, for the files about an item that are still to be given."""
    given = {**asking.row, **files_kept(asking.step.fields, asking.row)}
    _values, errors = check_item(asking.folder.document, asking.step, given, asking.answers)
    names = {one.name for one in asking.files}
    return {name: sentence for name, sentence in errors.items() if name in names}


def pass_files(asking: Questions) -> Response:
    """Back to the list once what is needed is there; one may leave before."""
    folder = asking.folder
    if "quitter" in request.form:
        return redirect_to_path(folder.setting.leave, enregistre="oui")
    missing = missing_files(asking) if asking.number <= len(rows_in(asking.step, folder.answers)) else {}
    return show_files(asking, missing, 422) if missing else go_to(folder, asking.step)
