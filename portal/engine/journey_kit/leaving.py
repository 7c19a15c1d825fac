"""Whom the procedure is not for: where they go instead, and the way back to the answer."""

from werkzeug.wrappers import Response

from portal.casework.catalogue.exits import exit_for
from portal.engine.journey_kit.blueprint import blueprint
from portal.engine.journey_kit.folder import EXIT, open_folder
from portal.engine.journey_kit.question_page import step_of
from portal.engine.journey_kit.start import go_on, trail_of, without_draft
from portal.ground.web import page, reading_language
from portal.ground.web.access import resident_only


@blueprint.get(f"/<slug>/<step_slug>/{EXIT}")
@resident_only
def show_exit(slug: str, step_slug: str) -> Response:
    """Said once an answer leads there. The draft is kept: an answer may have been a mistake."""
    folder = open_folder(slug)
    step = step_of(folder, step_slug)
    if folder.draft is None:
        return without_draft(folder)
    found = exit_for(folder.document, folder.answers, {step.slug})
    if found is None:
        return go_on(folder)
    way_out, language = found[1], reading_language()
    return page(
        "journey_kit/exit.html",
        title=way_out.title.get(language),
        service=folder.procedure.title,
        folder=folder,
        step=step,
        way_out=way_out,
        text=way_out.text.get(language),
        trail=trail_of(folder, way_out.title.get(language)),
    )
