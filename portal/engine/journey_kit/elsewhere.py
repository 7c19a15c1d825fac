"""« Continuer ailleurs » : the code by which an agent at a desk opens this draft, and nothing else."""

from uuid import UUID

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.assistance import service as assistance
from portal.casework.receipts.wording import spell
from portal.engine.journey_kit.blueprint import blueprint
from portal.engine.journey_kit.folder import Folder, look_at_folder
from portal.engine.journey_kit.start import trail_of, without_draft
from portal.ground.errors import NotFound
from portal.ground.web import actor, page, redirect_to, unit
from portal.ground.web.access import resident_only


@blueprint.get("/<slug>/ailleurs")
@resident_only
def elsewhere(slug: str) -> Response:
    """The code of the draft, when it has one, and who is in it now."""
    folder = look_at_folder(slug)
    if folder.draft is None:
        return without_draft(folder)
    return _show(folder)


def _show(folder: Folder) -> Response:
    if folder.draft is None:
        return without_draft(folder)
    code = assistance.get_code(unit(), actor(), folder.draft.id)
    return page(
        "journey_kit/elsewhere.html",
        title=_("Continuer ailleurs"),
        service=folder.procedure.title,
        folder=folder,
        code=code,
        spelled=spell(code.code) if code else [],
        helped=bool(assistance.list_open(unit(), folder.draft.id)) if code else False,
        stopped=request.args.get("code") == "arrete",
        mailed=request.args.get("code") == "envoye",
        unmailed=request.args.get("code") == "sans-adresse",
        trail=trail_of(folder, _("Continuer ailleurs")),
    )


@blueprint.post("/<slug>/ailleurs")
@resident_only
def settle_code(slug: str) -> Response:
    """Make a code, or another one, have it sent, or take it back. Who used the former is stopped at once."""
    folder = look_at_folder(slug)
    if folder.draft is None:
        return without_draft(folder)
    if request.form.get("acte") == "arreter":
        assistance.revoke_code(unit(), actor(), folder.draft.id)
        return redirect_to("journey_kit.elsewhere", slug=slug, code="arrete")
    if request.form.get("acte") == "courriel":
        return _mail(slug, folder.draft.id)
    assistance.make_code(unit(), actor(), folder.draft.id)
    return redirect_to("journey_kit.elsewhere", slug=slug)


def _mail(slug: str, draft_id: UUID) -> Response:
    try:
        sent = assistance.mail_code(unit(), actor(), draft_id)
    except NotFound:  # it ended meanwhile
        return redirect_to("journey_kit.elsewhere", slug=slug)
    return redirect_to("journey_kit.elsewhere", slug=slug, code="envoye" if sent else "sans-adresse")
