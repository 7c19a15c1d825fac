"""Versions of a procedure, and its document as YAML: out of any version, into the draft."""

from collections.abc import Sequence

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.catalogue import service as catalogue
from portal.casework.catalogue.editing import service as editing
from portal.casework.catalogue.editing.service import DraftView
from portal.ground import web
from portal.ground.errors import Conflict, Invalid
from portal.ground.web.downloads import as_download
from portal.screens.builder.blueprint import blueprint, may_edit
from portal.screens.builder.queries import find_version, list_versions
from portal.screens.builder.saving import Typing, draft_of, page, sent_revision, show_conflict

MAX_FAULTS = 20


@blueprint.get("/<slug>/yaml")
@may_edit
def yaml_form(slug: str) -> Response:
    """The versions, and the draft as a text."""
    draft = draft_of(slug)
    return _show(draft, catalogue.dump_document(draft.document))


def _show(draft: DraftView, text: str, faults: Sequence[tuple[str, str]] = ()) -> Response:
    said = [_("%(place)s : %(sentence)s", place=place, sentence=sentence) for place, sentence in faults[:MAX_FAULTS]]
    return page(
        "yaml.html",
        draft,
        title=_("Versions et YAML"),
        tab="yaml",
        errors=[("texte", " ".join(said))] if said else [],
        text=text,
        versions=list_versions(web.unit(), draft.slug),
        action=url_for("builder.import_yaml", slug=draft.slug),
    )


@blueprint.post("/<slug>/yaml")
@may_edit
def import_yaml(slug: str) -> Response:
    """Put a text, or a file, in the place of the draft."""
    text = _sent_text()
    try:
        editing.replace_draft(web.unit(), web.actor(), slug, sent_revision(), text)
    except Invalid as refused:
        web.undo()
        return _show(draft_of(slug), text, list(refused.fields.items()))
    except Conflict as conflict:
        if not isinstance(conflict.theirs, DraftView):
            raise
        web.undo()
        labels = {"texte": _("Document en YAML")}
        return show_conflict(
            conflict.theirs, Typing(labels, lambda document: {"texte": catalogue.dump_document(document)})
        )
    return web.redirect_to("builder.overview", slug=slug, fait="import")


def _sent_text() -> str:
    sent = request.files.get("fichier")
    content = sent.read() if sent is not None else b""
    return content.decode("utf-8", errors="replace") if content else request.form.get("texte", "")


@blueprint.get("/<slug>/versions/<int:version>.yaml")
@may_edit
def export_yaml(slug: str, version: int) -> Response:
    """The document of one version, to be kept or given to another town."""
    procedure_id, number = find_version(web.unit(), slug, version)
    view = catalogue.get_version(web.unit(), procedure_id, number)
    content = catalogue.dump_document(view.document).encode()
    return as_download(content, "application/yaml; charset=utf-8", f"{slug}-v{number}", "yaml")
