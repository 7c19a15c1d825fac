"""A procedure on paper: the form to print, and the same content as a page."""

from flask import Blueprint
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.blank_forms import service as blank_forms
from portal.casework.catalogue.service import get_published
from portal.ground.errors import NotFound
from portal.ground.web import page, unit
from portal.ground.web.access import public
from portal.ground.web.downloads import as_download


@public
def form_page(slug: str) -> Response:
    """Every question as the paper asks it; the PDF beside it, once the worker has made it."""
    return _show(slug)


def _show(slug: str, *, status: int = 200, waiting: bool = False) -> Response:
    procedure = get_published(unit(), slug)
    form, here = blank_forms.show_form(unit(), procedure), _("Formulaire à imprimer")
    return page(
        "pages/blank_form.html",
        title=form.title,
        status=status,
        form=form,
        size=blank_forms.form_size(unit(), procedure),
        waiting=waiting,
        base=f"/demarches/{procedure.slug}/formulaire",
        trail=[
            (_("Accueil"), "/"),
            (_("Démarches"), "/demarches"),
            (procedure.title, f"/demarches/{procedure.slug}"),
            (here, None),
        ],
    )


@public
def form_pdf(slug: str) -> Response:
    """The PDF; while it is not ready, the page says so and gives the same content."""
    try:
        found = blank_forms.read_form(unit(), slug)
    except NotFound as missing:
        if missing.code != "form_not_ready":
            raise
        return _show(slug, status=503, waiting=True)
    return as_download(found.pdf, "application/pdf", found.name, "pdf")


def register(blueprint: Blueprint) -> None:
    """Add the views to the public pages' blueprint."""
    blueprint.get("/demarches/<slug>/formulaire", endpoint="blank_form")(form_page)
    blueprint.get("/demarches/<slug>/formulaire.pdf", endpoint="blank_form_pdf")(form_pdf)
