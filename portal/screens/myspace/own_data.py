"""« Mes données » : take everything away, see what will be erased soon, erase everything."""

from typing import Any
from uuid import UUID

from flask import redirect, request
from flask import session as form_session
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from portal.casework.documents.storage import ContentMissing
from portal.engine.own_data import service as own_data
from portal.engine.retention import service as retention
from portal.ground.errors import Busy, Conflict, NotFound
from portal.ground.web import actor, page, redirect_to, settings, undo, unit
from portal.ground.web.access import resident_only
from portal.ground.web.downloads import as_download
from portal.people.identity.enums import Realm
from portal.people.identity.views.again import sign_in_again
from portal.people.identity.views.sign_out import DOORWAYS, forget_session
from portal.screens.myspace.blueprint import blueprint

HERE = "/mon-espace/mes-donnees"
ERASE = "/mon-espace/effacer"
AGREED = "oui"


def _trail(*places: tuple[str, str | None]) -> list[tuple[str, str | None]]:
    return [(_("Accueil"), "/"), (_("Mon espace"), "/mon-espace"), *places]


def _show(template: str, title: str, *places: tuple[str, str | None], status: int = 200, **context: Any) -> Response:
    return page(
        f"myspace/{template}.html",
        title=title,
        status=status,
        service=_("Mon espace"),
        trail=_trail(*places),
        recent=own_data.is_recent(current_user.session.created_at),
        **context,
    )


@blueprint.get(HERE)
@resident_only
def own_data_home() -> Response:
    """What can be done of one's data, and where the copy asked for stands."""
    return _home()


def _home(*, status: int = 200, refused: str = "") -> Response:
    here = _("Mes données")
    copy = own_data.find_copy(unit(), actor())
    return _show("own_data", here, (here, None), status=status, copy=copy, refused=refused)


@blueprint.post(HERE)
@resident_only
def ask_for_copy() -> Response:
    """Have the copy made; by who has just proved who they are."""
    if not own_data.is_recent(current_user.session.created_at):
        return sign_in_again(HERE)
    try:
        own_data.ask_for_copy(unit(), actor())
    except Busy:
        undo()
        return _home(status=429, refused=_("Vous avez demandé trois copies depuis hier. Revenez demain."))
    return redirect_to("myspace.own_data_home")


@blueprint.get(f"{HERE}/<uuid:export_id>")
@resident_only
def copy_ready(export_id: UUID) -> Response:
    """Where the letter leads: taking the copy is an act, so that a program that follows links takes nothing."""
    here = _("Télécharger la copie")
    copy = own_data.get_copy(unit(), actor(), export_id)
    return _show("own_data_copy", here, (_("Mes données"), HERE), (here, None), copy=copy)


@blueprint.post(f"{HERE}/<uuid:export_id>")
@resident_only
def take_copy(export_id: UUID) -> Response:
    """The file, once."""
    if not own_data.is_recent(current_user.session.created_at):
        own_data.get_copy(unit(), actor(), export_id)
        return sign_in_again(f"{HERE}/{export_id}")
    try:
        content = own_data.take_copy(unit(), own_data.copy_store(settings()), actor(), export_id)
    except ContentMissing:
        raise NotFound("data_export_unknown") from None
    return as_download(content, "application/zip", "mes-donnees.zip", "zip")


@blueprint.get(ERASE)
@resident_only
def erasure() -> Response:
    """What would go at once, what must stay, until when and why."""
    return _erasure()


def _erasure(*, status: int = 200, errors: list[tuple[str, str]] | None = None) -> Response:
    here = _("Effacer mes données")
    plan = own_data.plan_erasure(unit(), actor())
    places = ((_("Mes données"), HERE), (here, None))
    return _show("erasure", here, *places, status=status, plan=plan, errors=errors or [])


@blueprint.post(ERASE)
@resident_only
def erase() -> Response:
    """Erase, and leave: nothing is left to come back to."""
    if not own_data.is_recent(current_user.session.created_at):
        return sign_in_again(ERASE)
    if request.form.get("accord") != AGREED:
        missing = _("Cochez la case pour confirmer que vous voulez tout effacer.")
        return _erasure(status=422, errors=[("accord", missing)])
    try:
        own_data.erase_myself(unit(), actor())
    except Conflict:
        undo()
        return _erasure(status=409)
    form_session.clear()
    response = redirect(f"{DOORWAYS[Realm.RESIDENT]}?efface=oui", code=303)
    forget_session(response, Realm.RESIDENT)
    return response


@blueprint.get("/mon-espace/bientot-efface")
@resident_only
def endings() -> Response:
    """What the person was told will be erased, with what they can do of it."""
    here = _("Bientôt effacé")
    found = retention.list_endings(unit(), actor())
    kept = request.args.get("garde") == "oui"
    return _show("endings", here, (here, None), endings=found, kept=kept)


@blueprint.post("/mon-espace/documents/<uuid:document_id>/garder")
@resident_only
def prolong(document_id: UUID) -> Response:
    """Keep a document one more year."""
    retention.prolong_document(unit(), actor(), document_id)
    return redirect_to("myspace.endings", garde="oui")
