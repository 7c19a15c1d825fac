"""The address of a procedure, and its pages apart: what may be changed, and why the rest is not."""

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from accessibility.forms import TextLineField, build_form
from portal.casework.catalogue.editing import service as editing
from portal.casework.catalogue.editing.naming import MAX_SLUG
from portal.casework.catalogue.editing.service import DraftView
from portal.ground import web
from portal.ground.errors import Conflict, Invalid
from portal.screens.builder.blueprint import blueprint, may_edit
from portal.screens.builder.queries import read_use
from portal.screens.builder.saving import Typing, draft_of, page, sent_revision, show_conflict


@blueprint.get("/<slug>/adresse")
@may_edit
def address_form(slug: str) -> Response:
    """Where residents find the procedure."""
    return _show(slug)


@blueprint.post("/<slug>/adresse")
@may_edit
def save_address(slug: str) -> Response:
    """Move it, while nobody was ever offered it."""
    label = {"adresse": _("Adresse de la démarche")}
    try:
        kept = editing.move_procedure(
            web.unit(), web.actor(), slug, sent_revision(), request.form.get("adresse", "")[:MAX_SLUG]
        )
    except Invalid as refused:
        web.undo()
        return _show(slug, refused.fields["slug"])
    except Conflict as conflict:
        web.undo()
        if isinstance(conflict.theirs, DraftView):
            return show_conflict(conflict.theirs, Typing(label, lambda document: {"adresse": document.slug}))
        return _show(slug, status=409)
    return web.redirect_to("builder.address_form", slug=kept.slug, fait="adresse")


def _show(slug: str, wrong: str = "", *, status: int = 200) -> Response:
    draft = draft_of(slug)
    use = read_use(web.unit(), slug)
    hint = _("Lettres, chiffres et tirets. Les accents et les espaces sont remplacés.")
    fields = {"adresse": TextLineField(_("Adresse de la démarche"), hint=hint, width="wide", max_length=MAX_SLUG)}
    form = build_form(fields)(request.form or None, data={"adresse": slug})
    form.refuse({"adresse": wrong} if wrong else {})
    return page(
        "address.html",
        draft,
        title=_("Adresse de la démarche"),
        tab="presentation",
        form=form,
        errors=form.summary,
        status=422 if wrong else status,
        action=request.path,
        fixed=use.was_published,
        public=url_for("journey_kit.start", slug=slug),
        back=url_for("builder.tab_form", slug=slug, tab="presentation"),
    )
