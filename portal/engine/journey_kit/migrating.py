"""The procedure changed while somebody was answering it: what changes for them, and the choice."""

from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.requests import service as requests
from portal.engine.journey_kit.blueprint import blueprint
from portal.engine.journey_kit.flow import next_step
from portal.engine.journey_kit.folder import Folder, is_over, open_folder
from portal.engine.journey_kit.start import go_on, trail_of, without_draft
from portal.ground.errors import Conflict
from portal.ground.web import actor, page, redirect_to, undo, unit
from portal.ground.web.access import resident_only
from portal.ground.web.sent import version_sent


@blueprint.get("/<slug>/changement")
@resident_only
def show_change(slug: str) -> Response:
    """What the new version keeps, drops and asks; nothing changes before the person says so."""
    folder = open_folder(slug)
    return _show(folder)


@blueprint.post("/<slug>/changement")
@resident_only
def accept_change(slug: str) -> Response:
    """Go on with the new version; the other window, or another change since, is shown first."""
    folder = open_folder(slug)
    if folder.draft is None or folder.newer is None:
        return _nothing_to_choose(folder)
    try:
        requests.migrate_draft(
            unit(),
            actor(),
            folder.draft.id,
            version=version_sent(name="version"),
            to_version=version_sent(name="nouvelle"),
        )
    except Conflict:
        undo()
        return _show(open_folder(slug), changed=True)
    return redirect_to("journey_kit.resume", slug=slug, suite="oui")


def _nothing_to_choose(folder: Folder) -> Response:
    return without_draft(folder) if folder.draft is None else go_on(folder)


def _show(folder: Folder, *, changed: bool = False) -> Response:
    if folder.newer is None:
        return _nothing_to_choose(folder)
    offer = requests.describe_migration(folder.procedure, folder.newer, folder.answers, folder.done)
    return page(
        "journey_kit/change.html",
        title=_("Cette démarche a changé"),
        status=409 if changed else 200,
        service=folder.procedure.title,
        folder=folder,
        offer=offer,
        moved=offer.migration,
        over=is_over(folder),
        next=next_step(folder.document, folder.answers, folder.done),
        changed=changed,
        trail=trail_of(folder, _("Ce qui change")),
    )
