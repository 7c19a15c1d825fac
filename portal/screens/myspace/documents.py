"""« Mes documents » : what the person has provided, to read, reuse or erase."""

from uuid import UUID

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.documents import service as documents
from portal.casework.documents.policy import can_delete
from portal.casework.documents.service import DocumentView
from portal.casework.documents.wording import KINDS, REFUSALS
from portal.ground.dictionary.service import get_concept, has_concept
from portal.ground.errors import Conflict
from portal.ground.web import actor, page, redirect_to, settings, unit
from portal.ground.web.access import resident_only
from portal.ground.web.downloads import as_download
from portal.screens.myspace.blueprint import blueprint

SHOWN = 12
Trail = list[tuple[str, str | None]]


def _trail(here: str | None = None) -> Trail:
    start: Trail = [(_("Accueil"), "/"), (_("Mon espace"), "/mon-espace")]
    if here is None:
        return [*start, (_("Mes documents"), None)]
    return [*start, (_("Mes documents"), "/mon-espace/documents"), (here, None)]


def say_proof(document: DocumentView) -> str:
    """What a document was first given for, in the dictionary's words."""
    return str(get_concept(document.concept).label) if has_concept(document.concept) else _("Document")


@blueprint.get("/mon-espace/documents")
@resident_only
def wallet() -> Response:
    """Every document of the person, the newest first."""
    mine = documents.list_documents(unit(), actor())
    whole = request.args.get("liste") == "entiere"
    return page(
        "myspace/documents.html",
        title=_("Mes documents"),
        service=_("Mon espace"),
        documents=mine if whole else mine[:SHOWN],
        hidden=0 if whole else max(len(mine) - SHOWN, 0),
        deleted=request.args.get("supprime") == "oui",
        say_proof=say_proof,
        kinds=KINDS,
        refusals=REFUSALS,
        trail=_trail(),
    )


@blueprint.get("/documents/<uuid:document_id>")
@resident_only
def download(document_id: UUID) -> Response:
    """The file, once it is clean; before, a page that says why not."""
    view = documents.get_document(unit(), actor(), document_id)
    if not view.is_clean:
        return _not_ready(view)
    opened = documents.open_document(unit(), documents.store_of(settings()), view)
    return as_download(opened.content, opened.media_type, view.name, view.kind.value)


def _not_ready(view: DocumentView) -> Response:
    return page(
        "myspace/document_not_ready.html",
        title=_("Ce fichier ne peut pas être ouvert"),
        status=409,
        service=_("Mon espace"),
        document=view,
        refusals=REFUSALS,
        trail=_trail(view.name),
    )


@blueprint.get("/mon-espace/documents/<uuid:document_id>/supprimer")
@resident_only
def confirm_deletion(document_id: UUID) -> Response:
    """Ask before erasing."""
    return _ask(documents.get_document(unit(), actor(), document_id), 200)


def _ask(view: DocumentView, status: int) -> Response:
    return page(
        "myspace/document_delete.html",
        title=_("Supprimer ce document ?") if can_delete(actor(), view) else _("Ce document ne peut pas être supprimé"),
        status=status,
        service=_("Mon espace"),
        document=view,
        allowed=can_delete(actor(), view),
        trail=_trail(_("Supprimer")),
    )


@blueprint.post("/mon-espace/documents/<uuid:document_id>/supprimer")
@resident_only
def delete(document_id: UUID) -> Response:
    """Erase it. What a request was sent with stays."""
    try:
        documents.delete_document(unit(), actor(), document_id)
    except Conflict:
        return _ask(documents.get_document(unit(), actor(), document_id), 409)
    return redirect_to("myspace.wallet", supprime="oui")
